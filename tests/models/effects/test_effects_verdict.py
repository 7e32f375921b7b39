from __future__ import annotations

import math

import pytest

from models.effects.result import Interval, Result, Sizes, Status, refused
from models.effects.verdict import claim_word, programme_verdict


def difference(
    cs: tuple[float, float] | None, *, ci: tuple[float, float] = (0.2, 0.3), status: Status = "ok"
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
        design="observational",
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
        ((-0.10, 0.11), "cannot_tell_yet", ("interval_too_wide",)),
        ((-0.11, 0.10), "cannot_tell_yet", ("interval_too_wide",)),
        ((0.0, 0.30), "cannot_tell_yet", ("interval_too_wide",)),
    ],
)
def test_the_always_valid_interval_decides_the_word(
    cs: tuple[float, float], word: str, reasons: tuple[str, ...]
) -> None:
    verdict = programme_verdict(difference(cs), 20, 12, 14, 10)
    assert (verdict.word, verdict.reasons) == (word, reasons)


def test_the_single_look_interval_never_decides() -> None:
    assert programme_verdict(difference((-0.1, 0.3), ci=(0.05, 0.15)), 20, 12, 14, 10).word == "cannot_tell_yet"


@pytest.mark.parametrize(
    ("counts", "reasons"),
    [
        ((20, 9, 9, 9), ("too_few_groups_held_six",)),
        ((40, 12, 25, 12), ("too_few_older_groups_held_six",)),
        ((40, 9, 20, 9), ("too_few_groups_held_six", "too_few_older_groups_held_six")),
        ((0, 0, 0, 0), ("too_few_groups_held_six",)),
    ],
)
def test_before_enough_groups_held_six_sessions_it_is_too_early(
    counts: tuple[int, int, int, int], reasons: tuple[str, ...]
) -> None:
    verdict = programme_verdict(difference((0.1, 0.2)), *counts)
    assert (verdict.word, verdict.reasons) == ("too_early", reasons)


@pytest.mark.parametrize("counts", [(20, 10, 20, 10), (10, 10, 0, 0)], ids=["ten and half", "no older groups"])
def test_on_the_gates_edge_there_is_a_verdict(counts: tuple[int, int, int, int]) -> None:
    assert programme_verdict(difference((0.1, 0.2)), *counts).word == "kept_more_often"


def test_the_gate_comes_before_a_refused_result() -> None:
    assert programme_verdict(difference(None, status="refused"), 20, 9, 9, 9).word == "too_early"


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
    verdict = programme_verdict(result, 20, 12, 14, 10)
    assert (verdict.word, verdict.reasons) == ("cannot_tell_yet", reasons)


@pytest.mark.parametrize(
    ("cs", "adjusted", "word"),
    [
        ((0.05, 0.30), (0.1, -0.02), "cannot_tell_yet"),
        ((0.05, 0.30), (0.1, 0.02), "kept_more_often"),
        ((0.05, 0.30), (0.0,), "kept_more_often"),
        ((-0.30, -0.05), (0.02,), "cannot_tell_yet"),
        ((0.01, 0.08), (-0.02,), "no_difference_that_matters"),
    ],
)
def test_an_adjusted_estimate_of_opposite_sign_takes_the_direction_away(
    cs: tuple[float, float], adjusted: tuple[float, ...], word: str
) -> None:
    assert programme_verdict(difference(cs), 20, 12, 14, 10, adjusted_estimates=adjusted).word == word


def test_disagreement_is_named_as_the_reason() -> None:
    verdict = programme_verdict(difference((0.05, 0.3)), 20, 12, 14, 10, adjusted_estimates=(-0.1,))
    assert verdict.reasons == ("adjusted_estimates_disagree",)


def test_the_margin_is_the_plans() -> None:
    assert programme_verdict(difference((-0.04, 0.08)), 20, 12, 14, 10, margins=0.05).word == "cannot_tell_yet"


@pytest.mark.parametrize(
    "counts", [(5, 6, 2, 2), (20, 10, 5, 6), (20, 10, 21, 5), (20, 4, 10, 5), (20, 10, 5, -1)]
)
def test_counts_that_contradict_each_other_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="contradict each other"):
        programme_verdict(difference((0.1, 0.2)), *counts)


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
