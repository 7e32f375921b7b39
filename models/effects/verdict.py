"""The words a leader reads, decided by rule.

What belongs here: the programme's verdict, what would change it, whether a claim of the literature fits, and these
rules as text.
What does not: the sentences on pages (the dashboards). "Helps" and "harms" are words for a randomised prompt only:
people chose their appointments themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from models.effects.change import Change, ChangeCode, what_would_change
from models.effects.result import (
    ADJUSTED_ESTIMATES_DISAGREE,
    INTERVAL_TOO_WIDE,
    NO_ALWAYS_VALID_INTERVAL,
    TOO_FEW_GROUPS_HELD_SIX,
    TOO_FEW_OLDER_GROUPS_HELD_SIX,
    Design,
    Interval,
    Result,
    Thresholds,
)

VerdictWord = Literal[
    "too_early",
    "kept_more_often",
    "kept_less_often",
    "helps",
    "harms",
    "no_difference_that_matters",
    "cannot_tell_yet",
]
ClaimWord = Literal["compatible", "not_compatible", "cannot_tell_yet"]
Side = Literal["above", "below", "across"]

RANDOMISATION_TEST_DISAGREES = "randomisation_test_disagrees"
WIDEST_COMPATIBLE = 0.20
"""An interval from this width on (a share) is too wide to call a claim compatible."""


@dataclass(frozen=True, slots=True)
class Groups:
    """How far the programme's groups have come.

    Attributes:
        n_started: Groups with at least one session held.
        n_six: Of these, groups that have held a sixth session.
        n_older: Groups whose first session is at least 26 weeks ago (the plan's weeks).
        n_older_six: Of these, groups that have held a sixth session.

    Raises:
        ValueError: When the counts contradict each other.
    """

    n_started: int
    n_six: int
    n_older: int
    n_older_six: int

    def __post_init__(self) -> None:
        if not (
            0 <= self.n_older_six <= self.n_six <= self.n_started
            and self.n_older_six <= self.n_older <= self.n_started
        ):
            raise ValueError("verdict: the counts of groups contradict each other; count them from one table")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a rule may look at; each was read from the data once.

    Attributes:
        design: How exposure came about.
        gate: Why it is too early; empty when it is not.
        not_usable: Why the difference decides nothing; empty when it may.
        side: Where its always-valid interval lies, seen from 0.
        is_within_margin: Whether the interval lies within the margin on both sides of 0.
        is_contradicted: Whether a second look takes the direction away: an adjusted difference of opposite or
            doubtful sign or, where the prompt was randomised, a randomisation test that finds nothing.
    """

    design: Design
    gate: tuple[str, ...] = ()
    not_usable: tuple[str, ...] = ()
    side: Side = "across"
    is_within_margin: bool = False
    is_contradicted: bool = False


@dataclass(frozen=True, slots=True)
class VerdictRule:
    """One row of the table of rules: the first that holds gives the word.

    Attributes:
        design: The design it is for; None for both.
        when: When it holds, in words.
        holds: The same, of the facts.
        word: The verdict.
        reasons: Why the word says little; of the facts where they know better.
        change: What would change the word.
    """

    design: Design | None
    when: str
    holds: Callable[[Facts], bool]
    word: VerdictWord
    change: ChangeCode
    reasons: tuple[str, ...] = ()


VERDICT_RULES: tuple[VerdictRule, ...] = (
    VerdictRule(
        None,
        "too few groups, or too small a share of the older groups, have held a sixth session",
        lambda facts: bool(facts.gate),
        "too_early",
        "needs_groups_six",
    ),
    VerdictRule(
        None,
        "the difference is refused, early or not robust, or has no always-valid interval",
        lambda facts: bool(facts.not_usable),
        "cannot_tell_yet",
        "needs_a_usable_difference",
    ),
    VerdictRule(
        "observational",
        "the interval lies above 0, and no adjusted difference lies below 0 or has a doubtful sign",
        lambda facts: facts.side == "above" and not facts.is_contradicted,
        "kept_more_often",
        "lower_end_reaches_zero",
    ),
    VerdictRule(
        "observational",
        "the interval lies below 0, and no adjusted difference lies above 0 or has a doubtful sign",
        lambda facts: facts.side == "below" and not facts.is_contradicted,
        "kept_less_often",
        "upper_end_reaches_zero",
    ),
    VerdictRule(
        "randomised",
        "the interval lies above 0, and the randomisation test does not find that chance alone would do",
        lambda facts: facts.side == "above" and not facts.is_contradicted,
        "helps",
        "lower_end_reaches_zero",
    ),
    VerdictRule(
        "randomised",
        "the interval lies below 0, and the randomisation test does not find that chance alone would do",
        lambda facts: facts.side == "below" and not facts.is_contradicted,
        "harms",
        "upper_end_reaches_zero",
    ),
    VerdictRule(
        None,
        "the interval lies within the margin on both sides of 0",
        lambda facts: facts.is_within_margin,
        "no_difference_that_matters",
        "an_end_leaves_the_margin",
    ),
    VerdictRule(
        "observational",
        "the interval lies on one side of 0, and an adjusted difference on the other or with a doubtful sign",
        lambda facts: facts.side != "across",
        "cannot_tell_yet",
        "adjusted_signs",
        (ADJUSTED_ESTIMATES_DISAGREE,),
    ),
    VerdictRule(
        "randomised",
        "the interval lies on one side of 0, and the randomisation test finds that chance alone would do",
        lambda facts: facts.side != "across",
        "cannot_tell_yet",
        "randomisation_test",
        (RANDOMISATION_TEST_DISAGREES,),
    ),
    VerdictRule(
        None,
        "otherwise: the interval is too wide to say",
        lambda facts: True,
        "cannot_tell_yet",
        "needs_more_commitments",
        (INTERVAL_TOO_WIDE,),
    ),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word for the whole programme, where it says little why, and what would change it."""

    word: VerdictWord
    reasons: tuple[str, ...]
    change: Change


def programme_verdict(
    result: Result,
    groups: Groups,
    *,
    margin: float = 0.10,
    adjusted_estimates: Sequence[float | None] = (),
    randomisation_p: float | None = None,
    required_groups: int = 10,
    required_share: float = 0.5,
    thresholds: Thresholds | None = None,
) -> Verdict:
    """Decide the programme's verdict by the first of `VERDICT_RULES` that holds.

    The estimate speaks through its always-valid interval alone, and that is placed once: above 0, below 0, or across
    it. For a randomised difference adjusted estimates are of no account; a randomisation test that finds nothing
    (p above 1 - level) takes the direction away.

    Args:
        result: The headline: the crude difference, or the randomised prompt's.
        groups: How far the programme's groups have come.
        margin: Largest difference that does not matter, a share.
        adjusted_estimates: Adjusted differences to set beside the crude one, None for one of doubtful sign: a check
            of its own finds the opposite sign, so it agrees with nothing. Empty where there are none.
        randomisation_p: P-value of the randomisation test; None where there is none.
        required_groups: Groups that must have held a sixth session.
        required_share: Share of the older groups that must have (without any such group this holds).
        thresholds: Limits and constants of the plan; None for the defaults.
    """
    limits = thresholds or Thresholds()
    facts = Facts(
        design=result.design,
        gate=_gate(groups, required_groups, required_share),
        not_usable=_not_usable(result),
        side=_side(result.cs),
        is_within_margin=result.cs is not None and -margin <= result.cs.low and result.cs.high <= margin,
        is_contradicted=_is_contradicted(result, adjusted_estimates, randomisation_p, limits.level),
    )
    rule = next(rule for rule in VERDICT_RULES if rule.design in (None, facts.design) and rule.holds(facts))
    change = what_would_change(
        rule.change,
        result,
        margin=margin,
        adjusted=adjusted_estimates,
        groups_six=(groups.n_six, required_groups, required_share),
        thresholds=limits,
    )
    return Verdict(rule.word, rule.reasons or facts.gate or facts.not_usable, change)


def _gate(groups: Groups, required_groups: int, required_share: float) -> tuple[str, ...]:
    checks = (
        (groups.n_six < required_groups, TOO_FEW_GROUPS_HELD_SIX),
        (groups.n_older_six < required_share * groups.n_older, TOO_FEW_OLDER_GROUPS_HELD_SIX),
    )
    return tuple(code for failed, code in checks if failed)


def _not_usable(result: Result) -> tuple[str, ...]:
    if result.status != "ok":
        return result.reasons
    return (NO_ALWAYS_VALID_INTERVAL,) if result.cs is None else ()


def _side(interval: Interval | None) -> Side:
    if interval is None or (interval.low <= 0 <= interval.high):
        return "across"
    return "above" if interval.low > 0 else "below"


def _is_contradicted(
    result: Result, adjusted: Sequence[float | None], randomisation_p: float | None, level: float
) -> bool:
    if result.design == "randomised":
        return randomisation_p is not None and randomisation_p > 1 - level
    sign = {"above": 1.0, "below": -1.0, "across": 0.0}[_side(result.cs)]
    return any(estimate is None or estimate * sign < 0 for estimate in adjusted)


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """One row of the table of rules for claims: the first that holds gives the word."""

    when: str
    holds: Callable[[Interval | None, float], bool]
    word: ClaimWord


CLAIM_RULES: tuple[ClaimRule, ...] = (
    ClaimRule(
        "the interval excludes the claimed value, however wide it is",
        lambda interval, value: interval is not None and not interval.contains(value),
        "not_compatible",
    ),
    ClaimRule(
        "the interval contains the claimed value and is narrower than 20 points",
        lambda interval, value: interval is not None and interval.width < WIDEST_COMPATIBLE,
        "compatible",
    ),
    ClaimRule(
        "otherwise: the interval is too wide, or there is none",
        lambda interval, value: True,
        "cannot_tell_yet",
    ),
)


def claim_word(interval: Interval | None, claimed_value: float) -> ClaimWord:
    """Say how the programme's own always-valid interval fits a claimed value, by the first of `CLAIM_RULES`.

    Args:
        interval: Always-valid interval of the rate or difference; None when refused or early.
        claimed_value: What the claim says, in the interval's unit.

    Raises:
        ValueError: When the claimed value is not a number.
    """
    if not math.isfinite(claimed_value):
        raise ValueError("claim: needs a finite claimed value; check the catalogue of claims")
    return next(rule.word for rule in CLAIM_RULES if rule.holds(interval, claimed_value))


def rules_as_markdown() -> str:
    """Both tables of rules as the documents show them."""
    verdict = [
        f"| {number} | {rule.design or 'both'} | {rule.when} | `{rule.word}` | `{rule.change}` |"
        for number, rule in enumerate(VERDICT_RULES, start=1)
    ]
    claim = [f"| {number} | {rule.when} | `{rule.word}` |" for number, rule in enumerate(CLAIM_RULES, start=1)]
    return "\n".join(
        [
            "| | design | when | verdict | what would change it |",
            "| --- | --- | --- | --- | --- |",
            *verdict,
            "",
            "| | when | word |",
            "| --- | --- | --- |",
            *claim,
        ]
    )
