"""What would change the verdict, in words with its numbers.

What belongs here: one sentence per code of `models/effects/change.py`. What does not: which code holds (the rules).
"""

from __future__ import annotations

from dashboards.phrases import Phrases
from dashboards.rows import Row

END_CODES = frozenset({"lower_end_reaches_zero", "upper_end_reaches_zero", "an_end_leaves_the_margin"})


def change_sentence(programme: Row, say: Phrases) -> str:
    """What would change the verdict; the sentence of the verdict alone where the release says no more.

    Args:
        programme: the row of `protected_programme`.
        say: wording.
    """
    general = say.words(f"change.{programme.text('verdict')}")
    numbers = _with_numbers(programme, say)
    return f"{general} {numbers}" if numbers else general


def _with_numbers(programme: Row, say: Phrases) -> str:
    code = programme.text("would_change")
    values = _values(code, programme, say)
    return say.words(f"would_change.{code}", **values) if values else ""


def _values(code: str, programme: Row, say: Phrases) -> dict[str, str]:
    """The numbers of a code's sentence in words; empty where the release does not have them all."""
    end, p = programme.number("change_end"), programme.number("randomisation_p")
    have, needed = programme.count("change_have"), programme.count("change_needed")
    share = programme.number("change_share")
    if code in END_CODES and end is not None:
        return {"end": say.points(end)}
    if code == "randomisation_test" and p is not None:
        return {"share": say.percent(p)}
    if code == "needs_a_usable_difference" and have is not None:
        return {"commitments": say.counted("commitments", have)}
    if have is None or needed is None:
        return {}
    known = {
        "adjusted_signs": {"same": say.count(have), "all": say.count(needed)},
        "needs_more_commitments": {
            "commitments": say.counted("commitments", have),
            "needed": say.count(needed),
        },
    }
    if code == "needs_groups_six" and share is not None:
        whole = {"groups": say.counted("groups", have), "needed": say.count(needed)}
        return {**whole, "share": say.percent(share)}
    return known.get(code, {})
