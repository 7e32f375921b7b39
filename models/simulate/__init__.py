"""A made-up programme with a known true effect.

What belongs here: the scenario, the mechanisms, the frames shaped like the core tables, and the truth.
What does not: export formats (`pipelines.demo` writes them), estimators.

**True effect.** An appointment raises the probability that a commitment is done within 28 days of check-out
by `Scenario.effect` (default .14) on average over the population: a constant shift on the logit scale,
solved so that the average of p1 - p0 is exactly that; without one the average is `base_completion` (.65).
`Truth.average_effect` is the average over the commitments drawn, `Truth.bias` what the crude contrast adds.

**Mechanisms**
1. logit p0 = intercept + group effect + person effect + slope * (difficulty - 3). Difficulty (1 to 5) is
   asked at check-out; conscientiousness, a part of the person effect, is never recorded.
2. Booking an appointment is more likely for easier commitments (`selection_by_difficulty`) and for
   conscientious people (`selection_by_conscientiousness`); 0 and 0 is at random.
3. A commitment is done within 28 days with exactly p0 or p1; of the rest some are dropped, some done later.
   The day within the 28 has one distribution for both arms, and so has the due date, which 60 % have: were it
   the day partners meet, appointed commitments would be due earlier and kept less often by their own due date.
4. Groups start over about half a year, meet every `rhythm_days` give or take the jitter; some stop before
   six sessions. What falls after the cut has not happened; commitments of the last seven weeks are immature.
5. Reports come from the pulse of the next session, from partners who ask earlier, from reminders and late
   records; `reports` says why none of this differs by arm. Some commitments are never reported on.
6. Lonelier people answer the pulse less; loneliness falls by about .3 on 3 to 9 by the sixth session.
7. Groups that keep a sheet book in the calendar only: some events have no booking time, and some
   commitments are booked days after check-out, which is not exposure.
8. With `prompt_share`, a prompt to book is drawn for check-outs in permuted blocks of four within a person. It
   raises the share that books by `prompt_lift` (a shift on the logit scale, solved like the effect) and does nothing
   else, so the effect of being prompted is E (p1 - p0)(b1 - b0), with b the probability of booking: `effect` times
   `prompt_lift` where booking depends on neither ease nor person. `Truth.intention_to_treat` is its average over the
   commitments drawn.
9. With `reshuffle`, everybody changes to a new group; its sessions go on counting, so that a person's waves stay apart.
   With `outside_partner_share`, some partners are of another group of the same round.
"""

from __future__ import annotations

from models.simulate.columns import cut_at, cut_on
from models.simulate.people import DEPARTMENTS
from models.simulate.programme import Programme, Truth, simulate
from models.simulate.scenario import HORIZON_DAYS, Scenario

__all__ = ["DEPARTMENTS", "HORIZON_DAYS", "Programme", "Scenario", "Truth", "cut_at", "cut_on", "simulate"]
