"""Verdict and claim words: each rule, their order, and what would change the word."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from models.effects.change import Change, commitments_for_a_word
from models.effects.result import Design, Interval, Result, Sizes, Status, Thresholds, refused
from models.effects.sequential import sequence_half_width
from models.effects.verdict import (
    VERDICT_RULES,
    Facts,
    Groups,
    claim_word,
    programme_verdict,
    rules_as_markdown,
)

FAR_ENOUGH = Groups(20, 12, 14, 10)


def difference(
    cs: tuple[float, float] | None,
    *,
    ci: tuple[float, float] = (0.2, 0.3),
    status: Status = "ok",
    design: Design = "observational",
) -> Result:
    if status == "refused":
        return refused("risk_difference", Sizes(), ("too_few_clusters",))
    return Result(
        estimand="risk_difference",
        estimate=0.1,
        se=0.05,
        df=20.0,
        ci=Interval(*ci),
        cs=Interval(*cs) if cs else None,
        n_commitments=300,
        n_persons=60,
        n_clusters=20,
        n_switchers=40,
        design=design,
        variance="cluster",
        status=status,
        reasons=("planned_width_too_wide",) if status == "early" else (),
    )


@pytest.mark.parametrize(
    ("cs", "word", "reasons"),
    [
        ((0.01, 0.30), "kept_more_often", ()),
        ((-0.30, -0.01), "kept_less_often", ()),
        ((-0.10, 0.10), "no_difference_that_matters", ()),
        ((-0.05, 0.08), "no_difference_that_matters", ()),
        ((0.01, 0.08), "kept_more_often", ()),
        ((-0.099, 0.099), "no_difference_that_matters", ()),
        ((-0.10, 0.101), "cannot_tell_yet", ("interval_too_wide",)),
        ((-0.101, 0.10), "cannot_tell_yet", ("interval_too_wide",)),
        ((0.0, 0.30), "cannot_tell_yet", ("interval_too_wide",)),
        ((-0.30, 0.0), "cannot_tell_yet", ("interval_too_wide",)),
    ],
)
def test_the_always_valid_interval_decides_the_word(
    cs: tuple[float, float], word: str, reasons: tuple[str, ...]
) -> None:
    verdict = programme_verdict(difference(cs), FAR_ENOUGH)
    assert (verdict.word, verdict.reasons) == (word, reasons)


def test_the_single_look_interval_never_decides() -> None:
    assert programme_verdict(difference((-0.1, 0.3), ci=(0.05, 0.15)), FAR_ENOUGH).word == "cannot_tell_yet"


@pytest.mark.parametrize(
    ("counts", "reasons"),
    [
        ((20, 9, 9, 9), ("too_few_groups_held_six",)),
        ((40, 10, 21, 10), ("too_few_older_groups_held_six",)),
        ((40, 12, 25, 12), ("too_few_older_groups_held_six",)),
        ((40, 9, 20, 9), ("too_few_groups_held_six", "too_few_older_groups_held_six")),
        ((0, 0, 0, 0), ("too_few_groups_held_six",)),
    ],
)
def test_before_enough_groups_held_six_sessions_it_is_too_early(
    counts: tuple[int, int, int, int], reasons: tuple[str, ...]
) -> None:
    verdict = programme_verdict(difference((0.1, 0.2)), Groups(*counts))
    assert (verdict.word, verdict.reasons) == ("too_early", reasons)


@pytest.mark.parametrize("counts", [(20, 10, 20, 10), (20, 11, 20, 11), (10, 10, 0, 0)])
def test_on_the_gates_edge_and_beyond_it_there_is_a_verdict(counts: tuple[int, int, int, int]) -> None:
    assert programme_verdict(difference((0.1, 0.2)), Groups(*counts)).word == "kept_more_often"


def test_the_gate_comes_before_a_refused_result() -> None:
    assert programme_verdict(difference(None, status="refused"), Groups(20, 9, 9, 9)).word == "too_early"


@pytest.mark.parametrize(
    ("result", "reasons"),
    [
        (difference(None, status="refused"), ("too_few_clusters",)),
        (difference((0.1, 0.2), status="early"), ("planned_width_too_wide",)),
        (difference(None), ("no_always_valid_interval",)),
    ],
    ids=["refused", "early", "no sequence"],
)
def test_a_result_that_is_not_ok_is_never_more_than_cannot_tell_yet(
    result: Result, reasons: tuple[str, ...]
) -> None:
    verdict = programme_verdict(result, FAR_ENOUGH)
    assert (verdict.word, verdict.reasons) == ("cannot_tell_yet", reasons)


@pytest.mark.parametrize(
    ("cs", "adjusted", "word"),
    [
        ((0.05, 0.30), (0.1, -0.02), "cannot_tell_yet"),
        ((0.05, 0.30), (0.1, 0.02), "kept_more_often"),
        ((0.05, 0.30), (0.0,), "kept_more_often"),
        ((-0.30, -0.05), (0.02,), "cannot_tell_yet"),
        ((0.01, 0.08), (-0.02,), "no_difference_that_matters"),
        ((0.05, 0.30), (0.1, None), "cannot_tell_yet"),
        ((-0.30, -0.05), (-0.1, None), "cannot_tell_yet"),
        ((0.01, 0.08), (0.02, None), "no_difference_that_matters"),
    ],
)
def test_an_adjusted_estimate_of_opposite_or_doubtful_sign_takes_the_direction_away(
    cs: tuple[float, float], adjusted: tuple[float | None, ...], word: str
) -> None:
    assert programme_verdict(difference(cs), FAR_ENOUGH, adjusted_estimates=adjusted).word == word


def test_disagreement_is_named_as_the_reason() -> None:
    verdict = programme_verdict(difference((0.05, 0.3)), FAR_ENOUGH, adjusted_estimates=(-0.1,))
    assert verdict.reasons == ("adjusted_estimates_disagree",)


def test_the_margin_is_the_plans() -> None:
    assert programme_verdict(difference((-0.04, 0.08)), FAR_ENOUGH, margin=0.05).word == "cannot_tell_yet"


@pytest.mark.parametrize(
    "counts", [(5, 6, 2, 2), (20, 10, 5, 6), (20, 10, 21, 5), (20, 4, 10, 5), (20, 10, 5, -1)]
)
def test_counts_that_contradict_each_other_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="contradict each other"):
        Groups(*counts)


@pytest.mark.parametrize(
    ("cs", "word"),
    [
        ((0.01, 0.30), "helps"),
        ((-0.30, -0.01), "harms"),
        ((-0.05, 0.08), "no_difference_that_matters"),
        ((-0.05, 0.30), "cannot_tell_yet"),
    ],
)
def test_only_a_randomised_prompt_helps_or_harms(cs: tuple[float, float], word: str) -> None:
    assert programme_verdict(difference(cs, design="randomised"), FAR_ENOUGH).word == word
    assert programme_verdict(difference(cs), FAR_ENOUGH).word not in {"helps", "harms"}


def test_a_randomised_prompt_waits_for_six_sessions_like_everything_else() -> None:
    drawn = difference((0.1, 0.2), design="randomised")
    assert programme_verdict(drawn, Groups(20, 9, 9, 9)).word == "too_early"


def test_adjusted_estimates_say_nothing_about_what_was_drawn() -> None:
    drawn = difference((0.1, 0.2), design="randomised")
    assert programme_verdict(drawn, FAR_ENOUGH, adjusted_estimates=(-0.1,)).word == "helps"


@pytest.mark.parametrize(
    ("p", "word"), [(None, "helps"), (0.05, "helps"), (1 - 0.95, "helps"), (0.051, "cannot_tell_yet")]
)
def test_a_randomisation_test_that_finds_nothing_takes_the_direction_away(p: float | None, word: str) -> None:
    verdict = programme_verdict(difference((0.1, 0.3), design="randomised"), FAR_ENOUGH, randomisation_p=p)
    assert verdict.word == word
    assert verdict.reasons == (("randomisation_test_disagrees",) if word == "cannot_tell_yet" else ())


def test_the_randomisation_test_says_nothing_about_a_choice() -> None:
    assert programme_verdict(difference((0.1, 0.3)), FAR_ENOUGH, randomisation_p=0.9).word == "kept_more_often"


@pytest.mark.parametrize(
    ("result", "change"),
    [
        (difference((0.03, 0.30)), Change("lower_end_reaches_zero", 0.03)),
        (difference((-0.30, -0.03)), Change("upper_end_reaches_zero", -0.03)),
        (difference((-0.05, 0.08)), Change("an_end_leaves_the_margin", 0.08)),
        (difference((-0.08, 0.05)), Change("an_end_leaves_the_margin", -0.08)),
        (difference(None, status="refused"), Change("needs_a_usable_difference")),
        (difference((0.1, 0.2), status="early"), Change("needs_a_usable_difference", n_have=300)),
    ],
)
def test_what_would_change_the_verdict_names_the_end_that_decides(result: Result, change: Change) -> None:
    assert programme_verdict(result, FAR_ENOUGH).change == change


def test_too_early_names_the_groups_there_are_and_the_groups_it_takes() -> None:
    change = programme_verdict(difference((0.1, 0.2)), Groups(20, 7, 9, 7)).change
    assert change == Change("needs_groups_six", None, n_have=7, n_needed=10, share_needed=0.5)


def test_disagreement_names_how_many_adjusted_differences_have_the_same_sign() -> None:
    verdict = programme_verdict(difference((0.05, 0.3)), FAR_ENOUGH, adjusted_estimates=(-0.1, 0.1, 0.2))
    assert verdict.change == Change("adjusted_signs", 0.05, n_have=2, n_needed=3)


def test_an_adjusted_difference_of_doubtful_sign_is_counted_and_agrees_with_nothing() -> None:
    verdict = programme_verdict(difference((0.05, 0.3)), FAR_ENOUGH, adjusted_estimates=(0.1, 0.2, None))
    assert verdict.change == Change("adjusted_signs", 0.05, n_have=2, n_needed=3)


@pytest.mark.parametrize(("cs", "end"), [((-0.02, 0.30), -0.02), ((-0.30, 0.02), 0.02)])
def test_too_wide_an_interval_names_the_end_nearest_to_zero(cs: tuple[float, float], end: float) -> None:
    change = programme_verdict(difference(cs), FAR_ENOUGH).change
    assert (change.code, change.end, change.n_have) == ("needs_more_commitments", end, 300)


def test_with_the_commitments_named_any_difference_would_get_a_word() -> None:
    result, limits = difference((-0.1, 0.3)), Thresholds()
    needed = commitments_for_a_word(result, 0.10, limits)
    assert needed is not None
    assert needed > 300
    # Standard error .05 at 300 commitments, of 20 degrees of freedom.
    half = float(sequence_half_width(0.05 * math.sqrt(300 / needed), 20.0, limits.prior_sd, limits.level))
    assert half <= 0.10 / 2
    one_fewer = float(sequence_half_width(0.05 * math.sqrt(300 / (needed - 2)), 20.0, limits.prior_sd))
    assert one_fewer > 0.10 / 2


def test_the_commitments_named_do_not_depend_on_the_difference_seen() -> None:
    far, near = difference((-0.1, 0.3)), difference((-0.2, 0.2))
    assert commitments_for_a_word(far, 0.1, Thresholds()) == commitments_for_a_word(near, 0.1, Thresholds())


@pytest.mark.parametrize("design", ["observational", "randomised"])
@pytest.mark.parametrize("side", ["above", "below", "across"])
@pytest.mark.parametrize("is_contradicted", [False, True])
@pytest.mark.parametrize("is_within_margin", [False, True])
def test_whatever_the_facts_one_rule_holds_and_every_rule_comes_into_play(
    design: Design, side: str, is_contradicted: bool, is_within_margin: bool
) -> None:
    facts = Facts(design, (), (), side, is_within_margin, is_contradicted)  # type: ignore[arg-type]
    first = next(rule for rule in VERDICT_RULES if rule.design in (None, design) and rule.holds(facts))
    directed = side != "across" and not is_contradicted
    assert (first.word in {"kept_more_often", "kept_less_often", "helps", "harms"}) == directed


def test_the_document_shows_the_rules_as_they_are_in_the_code() -> None:
    document = (Path(__file__).parents[3] / "docs" / "verdict.md").read_text("utf-8")
    assert rules_as_markdown() in document


@pytest.mark.parametrize(
    ("interval", "word"),
    [
        (Interval(0.70, 0.90), "not_compatible"),
        (Interval(0.10, 0.94), "not_compatible"),
        (Interval(0.80, 0.96), "compatible"),
        (Interval(0.95, 1.00), "compatible"),
        (Interval(0.70, 0.99), "cannot_tell_yet"),
        (None, "cannot_tell_yet"),
    ],
)
def test_a_claim_of_95_percent_is_held_against_the_interval(interval: Interval | None, word: str) -> None:
    assert claim_word(interval, 0.95) == word


def test_an_interval_of_exactly_20_points_is_too_wide_to_be_compatible() -> None:
    assert claim_word(Interval(0.0, 0.20), 0.1) == "cannot_tell_yet"
    assert claim_word(Interval(0.0, 0.19), 0.1) == "compatible"


def test_a_claim_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite claimed value"):
        claim_word(Interval(0, 1), math.nan)
