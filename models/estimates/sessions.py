"""What the programme's design asks of sessions, and how far they are like that.

What belongs here: length, agenda, focus, rhythm, who runs a session and who is in it, as shares, means and medians.
What does not: outcomes and answers, and anything about a single group. How far groups come is in `participation`.

The design: about two hours, of these 10 to 15 minutes check-in, about 90 problem solving, 10 to 15 check-out; time for
everybody; people of several departments; after a while without a facilitator; the next session booked within a week.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from models.contracts import estimate_table, protected_table
from models.effects.arrays import FloatArray
from models.effects.clusters import Membership
from models.effects.means import fit_mean
from models.effects.rates import fit_share
from models.effects.result import TOO_FEW_CLUSTERS, TOO_FEW_DEGREES_OF_FREEDOM, Interval, Thresholds
from models.effects.survival import survival_curve
from models.estimates.inputs import Inputs, whole_column
from models.frames import frame_of

SESSION_FACTS = estimate_table(protected_table("protected_session_facts"))
NOTHING_RECORDED = "nothing_recorded"
EXECUTIVE = "executive"
MEDIAN_NOT_REACHED = "median_not_reached"
HALF = 0.5

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Band:
    """A range of minutes or days, both ends included."""

    low: float = -np.inf
    high: float = np.inf

    def holds(self, values: FloatArray) -> FloatArray:
        """1 where a value lies in the band, else 0; shape of the values."""
        return ((values >= self.low) & (values <= self.high)).astype(np.float64)


TWO_HOURS = Band(105, 135)
CHECK_IN = CHECK_OUT = Band(10, 15)
PROBLEM_SOLVING = Band(75, 105)
IS_SO = Band(1, 1)

# Facts that hold for a session or do not: the column of `session_facts`, and the band it is to lie in.
SHARES: Mapping[str, tuple[str, Band]] = {
    "session_two_hours_share": ("session_minutes", TWO_HOURS),
    "session_shorter_share": ("session_minutes", Band(high=np.nextafter(TWO_HOURS.low, 0))),
    "session_longer_share": ("session_minutes", Band(low=np.nextafter(TWO_HOURS.high, np.inf))),
    "check_in_in_time_share": ("check_in_minutes", CHECK_IN),
    "problem_solving_in_time_share": ("problem_solving_minutes", PROBLEM_SOLVING),
    "check_out_in_time_share": ("check_out_minutes", CHECK_OUT),
    "gap_under_3_weeks_share": ("days_since_last", Band(high=20)),
    "gap_3_weeks_share": ("days_since_last", Band(21, 27)),
    "gap_4_weeks_share": ("days_since_last", Band(28, 34)),
    "gap_5_to_6_weeks_share": ("days_since_last", Band(35, 48)),
    "gap_7_weeks_share": ("days_since_last", Band(low=49)),
    "self_run_share": ("is_self_run", IS_SO),
    "cross_department_share": ("is_cross_department", IS_SO),
    "next_session_booked_share": ("is_next_booked", IS_SO),
}

# Facts whose mean over sessions is shown: the column, the step its values come in, and their largest value.
MEANS: Mapping[str, tuple[str, float, float]] = {
    "check_in_minutes_mean": ("check_in_minutes", 1.0, np.inf),
    "problem_solving_minutes_mean": ("problem_solving_minutes", 1.0, np.inf),
    "check_out_minutes_mean": ("check_out_minutes", 1.0, np.inf),
    "focus_minutes_mean": ("focus_minutes_each", 1.0, np.inf),
    "focus_evenness_share": ("focus_evenness", 0.01, 1.0),
}

# Facts whose median over sessions is shown: the column.
MEDIANS: Mapping[str, str] = {
    "session_minutes_median": "session_minutes",
    "session_gap_days_median": "days_since_last",
}

UNITS: Mapping[str, str] = {"minutes": "minutes", "days": "elapsed_days", "share": "share"}


def estimate_session_facts(inputs: Inputs) -> pl.DataFrame:
    """Every fact of the programme's sessions, one row each.

    Of each, sessions of which it is known and of which it is not are counted. The intervals of shares and means are
    cluster-robust: sessions of groups that share people hang together. Below the fewest clusters there is no number,
    as it would be one group's or nearly so.
    """
    rows: dict[str, Row] = {}
    for fact, (column, band) in SHARES.items():
        rows[fact] = _of_sessions(inputs, column, partial(_share, band))
    for fact, (column, step, highest) in MEANS.items():
        rows[fact] = _of_sessions(inputs, column, partial(_mean, step, highest))
    for fact, column in MEDIANS.items():
        rows[fact] = _of_sessions(inputs, column, _median)
    rows["first_session_days_median"] = _first_session(inputs["first_sessions"])
    rows["executives_first_share"] = _executives_first(inputs["first_sessions"])
    return frame_of(SESSION_FACTS, [{"fact": fact, "unit": unit_of(fact), **row} for fact, row in rows.items()])


def unit_of(fact: str) -> str:
    """Unit of a fact, which its name says: minutes, days or a share."""
    return next(unit for word, unit in UNITS.items() if word in fact.rsplit("_", 2))


def _of_sessions(
    inputs: Inputs, column: str, estimate: Callable[[FloatArray, Membership, Thresholds], Row]
) -> Row:
    """One fact from the sessions of which it is known, and how many sessions and people these are."""
    sessions, people = inputs["session_facts"], inputs["session_facts_people"]
    known = sessions.filter(pl.col(column).is_not_null())
    n_people, n_groups = _total(people[column]), known["group_id"].n_unique()
    sizes: Row = {
        "n_sessions": len(known),
        "n_unknown": len(sessions) - len(known),
        "n_groups": n_groups,
        "n_people": n_people,
        "smallest_people": n_people,
    }
    thresholds = inputs.setting.thresholds
    if not len(known):
        return {**sizes, **_refused(NOTHING_RECORDED)}
    if n_groups < thresholds.clusters:
        return {**sizes, **_refused(TOO_FEW_CLUSTERS)}
    values = known[column].cast(pl.Float64).to_numpy()
    return {**sizes, **estimate(values, _membership(known), thresholds)}


def _total(column: pl.Series) -> int:
    return int(column.sum() or 0)


def _membership(known: pl.DataFrame) -> Membership:
    """Cluster and group of each session; where one cluster is too large, groups stand for clusters.

    Groups nobody is on record for make one cluster.
    """
    group = whole_column(known["group_id"].rank("dense"))
    cluster = known["cluster_id"].cast(pl.Int64)
    return Membership(whole_column(cluster.fill_null(_largest(cluster) + 1)), group, group)


def _largest(cluster: pl.Series) -> int:
    largest = cluster.max()
    return largest if isinstance(largest, int) else 0


def _share(band: Band, values: FloatArray, membership: Membership, thresholds: Thresholds) -> Row:
    holds = band.holds(values)
    counted: Row = {"n_with": int(holds.sum())}
    fit = fit_share(np.ones(values.size), holds, membership, thresholds)
    if fit is None:
        return {**counted, **_refused(TOO_FEW_DEGREES_OF_FREEDOM)}
    return {**counted, **_fitted(fit.estimate, fit.se, fit.df, fit.ci)}


def _mean(
    step: float, highest: float, values: FloatArray, membership: Membership, thresholds: Thresholds
) -> Row:
    fit = fit_mean(np.ones(values.size), values, values**2, membership, thresholds, step=step)
    if fit is None:
        return _refused(TOO_FEW_DEGREES_OF_FREEDOM)
    return _fitted(fit.estimate, fit.se, fit.df, fit.ci.clip(0.0, highest))


def _median(values: FloatArray, _membership: Membership, _thresholds: Thresholds) -> Row:
    return _shown(float(np.median(values)))


def _first_session(people: pl.DataFrame) -> Row:
    """Median days from training to a first session (Kaplan-Meier), among those trained before it."""
    trained = people.filter(pl.col("days_after_training").is_not_null())
    n_people = len(trained)
    counted: Row = {"n_people": n_people, "smallest_people": n_people}
    curve = survival_curve(trained["days_after_training"].to_numpy(), trained["is_reached"].to_numpy())
    reached = curve.times[curve.survival <= HALF]
    if not reached.size:
        return {**counted, **_refused(MEDIAN_NOT_REACHED if n_people else NOTHING_RECORDED)}
    return {**counted, **_shown(float(reached[0]))}


def _executives_first(people: pl.DataFrame) -> Row:
    """In which share of pairs of an executive and somebody else the executive's first session came first.

    Mann and Whitney's U over all pairs, pairs on one day counting half: 1 when every executive came before all others,
    one half when the order says nothing. Mann & Whitney (1947), Annals of Mathematical Statistics 18, 50-60,
    doi:10.1214/aoms/1177730491.
    """
    came = people.filter(pl.col("first_session_day").is_not_null(), pl.col("level").is_not_null())
    day, is_executive = came["first_session_day"].to_numpy(), (came["level"] == EXECUTIVE).to_numpy()
    executives, others = day[is_executive], np.sort(day[~is_executive])
    smaller = min(executives.size, others.size)
    counted: Row = {"n_people": len(came), "smallest_people": smaller}
    if not smaller:
        return {**counted, **_refused(NOTHING_RECORDED)}
    before, after = (np.searchsorted(others, executives, side=side) for side in ("right", "left"))
    later = others.size - (before + after) / 2
    return {**counted, **_shown(float(later.sum() / (executives.size * others.size)))}


def _shown(value: float) -> Row:
    return {"value": value, "status": "ok", "reasons": ""}


def _refused(reason: str) -> Row:
    return {"status": "refused", "reasons": reason}


def _fitted(value: float, se: float, df: float, ci: Interval) -> Row:
    ends = {"low": ci.low, "high": ci.high, "ci_low": ci.low, "ci_high": ci.high}
    return {**_shown(value), "se": se, "df": df, **ends}
