from __future__ import annotations

import math

import numpy as np
import pytest
from patterned import made, patterns
from scipy import stats

from models.effects import adjusted_result
from models.effects.adjusted_parts import AdjustmentLimits, Counts, difference_result
from models.effects.adjusted_result import METHODS, AdjustedResult, Adjustment, adjust, mark_disagreement
from models.effects.clusters import Membership
from models.effects.covariates import CommitmentPatterns
from models.effects.result import Interval, Result, Thresholds
from models.effects.sequential import confidence_sequence

PLAN = Thresholds()


@pytest.fixture(scope="module")
def many() -> CommitmentPatterns:
    return made(np.random.default_rng(1), 30, selection=0.3).patterns


@pytest.fixture(scope="module")
def adjusted(many: CommitmentPatterns) -> Adjustment:
    return adjust(many, PLAN)


def by_method(found: Adjustment) -> dict[str, AdjustedResult]:
    return {one.method: one for one in found.results}


def statuses(found: Adjustment) -> dict[str, tuple[str, ...]]:
    """Reasons by method, `ok` where there are none."""
    return {one.method: one.result.reasons or ("ok",) for one in found.results}


def test_with_enough_of_everything_all_ways_stand(adjusted: Adjustment) -> None:
    assert tuple(one.method for one in adjusted.results) == METHODS
    assert statuses(adjusted) == dict.fromkeys(METHODS, ("ok",))


def test_low_and_high_ends_come_from_the_sequence_with_one_df_less_than_clusters(adjusted: Adjustment) -> None:
    result = by_method(adjusted)["aipw"].result
    assert result.df == 29
    assert result.estimate is not None
    assert result.se is not None
    sequence = confidence_sequence(result.estimate, result.se, 29, PLAN.prior_sd)
    half = stats.t.ppf(0.975, 29) * result.se
    assert result.cs == sequence
    assert result.ci == Interval(result.estimate - half, result.estimate + half)


def test_sizes_stand_behind_every_way(adjusted: Adjustment, many: CommitmentPatterns) -> None:
    result = by_method(adjusted)["within_person"].result
    assert (result.n_commitments, result.n_persons, result.n_clusters) == (540, 90, 30)
    both = [set(many.membership.person[many.arm == arm]) for arm in (0, 1)]
    assert result.n_switchers == len(both[0] & both[1])


def test_only_ways_that_weight_say_how_much_the_weights_leave(adjusted: Adjustment) -> None:
    found = by_method(adjusted)
    assert found["g_computation"].effective_share is None
    assert found["within_person"].truncated_share is None
    assert found["aipw"].truncated_share == 0.0
    for method in ("aipw", "overlap_weights"):
        share = found[method].effective_share
        assert share is not None
        assert 0.5 < share < 1


def test_too_few_clusters_refuse_everything() -> None:
    seven = adjust(made(np.random.default_rng(2), 7, each=20).patterns, PLAN)
    eight = adjust(made(np.random.default_rng(2), 8, each=20).patterns, PLAN)
    assert statuses(seven) == dict.fromkeys(METHODS, ("too_few_clusters",))
    assert seven.overlap is None
    assert "refused" not in {one.result.status for one in eight.results}


def test_an_arm_without_commitments_refuses_everything() -> None:
    person = np.repeat(np.arange(30), 5)
    none = np.zeros(150, dtype=np.int64)
    found = adjust(patterns(person, none, none, 1 + person % 5), PLAN)
    assert statuses(found) == dict.fromkeys(METHODS, ("too_few_commitments_in_an_arm",))


def test_no_commitments_at_all_refuse_everything() -> None:
    none = np.zeros(0, dtype=np.int64)
    found = adjust(patterns(none, none, none, none), PLAN)
    assert {one.result.status for one in found.results} == {"refused"}


def test_a_reason_known_beforehand_refuses_everything(many: CommitmentPatterns) -> None:
    found = adjust(many, PLAN, refusals=("too_many_unknown_outcomes",))
    assert statuses(found) == dict.fromkeys(METHODS, ("too_many_unknown_outcomes",))


def test_between_eight_and_ten_clusters_everything_is_for_analysts_only() -> None:
    found = adjust(made(np.random.default_rng(3), 9, each=20).patterns, PLAN)
    assert {one.result.status for one in found.results} == {"early"}
    assert all("too_few_clusters" in one.result.reasons for one in found.results)


def test_five_commitments_of_the_smaller_arm_per_coefficient_are_enough_and_fewer_are_not() -> None:
    """With one score a model of the outcome has intercept, score and arm; the person mean makes four."""
    person, place = np.repeat(np.arange(30), 4), np.tile(np.arange(4), 30)
    for n_with, reasons in ((15, ("ok",)), (14, ("too_few_commitments_per_coefficient",))):
        arm = ((place == 0) & (person < n_with)).astype(np.int64)
        kept = ((person + place) % 3 > 0).astype(np.int64)
        found = adjust(patterns(person, arm, kept, 1 + (person + place) % 5), Thresholds.none())
        assert statuses(found)["aipw"] == reasons
        assert statuses(found)["g_computation"] == ("too_few_commitments_per_coefficient",)


def test_where_too_many_chances_are_cut_only_overlap_weights_and_people_themselves_are_left() -> None:
    found = adjust(made(np.random.default_rng(4), 60, selection=2.0).patterns, PLAN)
    assert found.overlap is not None
    assert found.overlap.truncated_share > 0.2
    assert found.overlap.weighting == "overlap"
    assert statuses(found)["aipw"] == statuses(found)["g_computation"] == ("too_little_overlap",)
    assert by_method(found)["overlap_weights"].result.status == "ok"
    assert by_method(found)["within_person"].result.status == "ok"


def test_what_stays_unbalanced_after_weighting_refuses_averages_over_everybody(
    many: CommitmentPatterns,
) -> None:
    found = adjust(many, PLAN, AdjustmentLimits(smd=0.0))
    assert statuses(found)["aipw"] == statuses(found)["g_computation"] == ("unbalanced_after_weighting",)
    assert statuses(found)["within_person"] == ("ok",)


def test_weights_that_leave_too_few_refuse_averages_over_everybody(many: CommitmentPatterns) -> None:
    found = adjust(many, PLAN, AdjustmentLimits(effective_share=1.0))
    assert statuses(found)["aipw"] == ("weights_leave_too_few",)


def test_within_people_needs_ten_switchers_in_five_clusters() -> None:
    person = np.repeat(np.arange(60), 6)
    booked_first = (np.tile(np.arange(6), 60) < 3).astype(np.int64)
    stays = (person % 2).astype(np.int64)
    kept = ((person + np.tile(np.arange(6), 60)) % 2).astype(np.int64)
    for switching, reasons in (
        (person < 9, ("too_few_switchers", "too_few_clusters_with_switchers")),
        (person < 10, ("too_few_clusters_with_switchers",)),
        (person < 13, ("ok",)),
    ):
        arm = np.where(switching, booked_first, stays)
        found = adjust(patterns(person, arm, kept, 1 + (person * 7 + kept) % 5), Thresholds.none())
        assert statuses(found)["within_person"] == reasons


def test_signs_that_differ_make_everything_with_a_value_not_robust() -> None:
    def one(method: adjusted_result.Method, estimate: float | None) -> AdjustedResult:
        value = None if estimate is None else (estimate, 0.1, 20.0)
        status = "refused" if value is None else "ok"
        reasons = ("too_few_switchers",) if value is None else ()
        numbers = value or (None, None, None)
        sizes = (100, 30, 10, 30)
        return AdjustedResult(
            method, Result(method, *numbers, None, None, *sizes, "observational", "cluster", status, reasons)
        )

    agree = (one("g_computation", 0.1), one("aipw", 0.2), one("within_person", None))
    assert mark_disagreement(agree) == agree
    marked = mark_disagreement((one("g_computation", 0.1), one("aipw", -0.2), one("within_person", None)))
    assert [each.result.status for each in marked] == ["not_robust", "not_robust", "refused"]
    assert marked[0].result.reasons == ("adjusted_estimates_disagree",)
    assert marked[2].result.reasons == ("too_few_switchers",)


def test_a_conditional_logit_of_the_other_sign_makes_the_comparison_within_people_not_robust(
    many: CommitmentPatterns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adjusted_result, "conditional_sign", lambda _: -1)
    found = by_method(adjust(many, PLAN))["within_person"].result
    assert (found.status, found.reasons) == ("not_robust", ("conditional_logit_disagrees",))


def test_an_arm_that_kept_everything_still_has_an_interval_with_width() -> None:
    person, place = np.repeat(np.arange(60), 4), np.tile(np.arange(4), 60)
    arm = (place < 2).astype(np.int64)
    kept = np.where(arm == 1, 1, (person + place) % 2).astype(np.int64)
    found = adjust(patterns(person, arm, kept, 1 + (person + place) % 5), PLAN)
    for one in found.results:
        assert one.result.estimate == pytest.approx(0.5, abs=0.02)
        assert one.result.se is not None
        assert one.result.se > 0.01


def test_groups_that_are_all_alike_still_have_an_interval_with_width() -> None:
    person = np.repeat(np.arange(60), 4)
    arm, kept = np.tile([0, 0, 1, 1], 60), np.tile([0, 1, 1, 1], 60)
    for one in adjust(patterns(person, arm, kept, np.tile([1, 2, 1, 2], 60)), PLAN).results:
        assert one.result.se is not None
        assert one.result.se > 0.01


def reshuffled() -> CommitmentPatterns:
    """Sixty people in twenty groups, then in twenty others: one component, forty group spells."""
    drawn = made(np.random.default_rng(5), 20, each=10).patterns
    person = drawn.membership.person
    second = np.arange(person.size) % 2 == 1
    group = np.where(second, 20 + person % 20, person // 3)
    membership = Membership(np.zeros_like(person), group, person)
    levels = dict(zip(drawn.covariates, drawn.levels[drawn.pattern].T, strict=True))
    return CommitmentPatterns.of_columns(membership, drawn.arm, drawn.n, drawn.kept, levels)


def test_one_component_gets_a_two_way_variance_judged_by_its_group_spells() -> None:
    found = adjust(reshuffled(), PLAN)
    result = by_method(found)["aipw"].result
    assert (result.variance, result.n_clusters, result.df) == ("two_way", 1, 39)


def test_a_df_below_the_plans_limit_refuses_a_difference(many: CommitmentPatterns) -> None:
    counts = Counts.of_patterns(many, PLAN)
    few, no_band = "too_few_degrees_of_freedom", "no_always_valid_interval"
    found = {df: difference_result("x", counts, (0.1, 0.01, df), PLAN, ()) for df in (2.9, 3.0, 5.0, 7.9, 8.0)}
    assert {df: (result.status, result.reasons) for df, result in found.items()} == {
        2.9: ("refused", (few,)),
        3.0: ("early", (few, no_band)),
        5.0: ("early", (few,)),
        7.9: ("early", (few,)),
        8.0: ("ok", ()),
    }


@pytest.mark.slow
def test_the_intervals_of_all_ways_cover_the_effect_with_twenty_groups() -> None:
    # 300 programmes of 20 groups: Monte Carlo error .013 of a coverage of .95.
    n, hits = 300, dict.fromkeys(METHODS, 0)
    for seed in range(n):
        drawn = made(np.random.default_rng(seed), 20, shift=0.0, selection=0.5)
        for one in adjust(drawn.patterns, Thresholds.none()).results:
            assert one.result.ci is not None
            hits[one.method] += one.result.ci.contains(0.0)
    print({method: count / n for method, count in hits.items()})
    for method, count in hits.items():
        assert abs(count / n - 0.95) < 0.01 + 2 * math.sqrt(0.95 * 0.05 / n), method


@pytest.mark.parametrize(
    ("past", "is_refused"), [(-1e-9, True), (0.0, False), (1e-9, False)], ids=["above", "on", "below"]
)
def test_the_largest_difference_after_weighting_may_be_the_limit(
    many: CommitmentPatterns, past: float, is_refused: bool
) -> None:
    overlap = adjust(many, PLAN).overlap
    assert overlap is not None
    widest = max(abs(row.smd_after) for row in overlap.balance)
    found = adjust(many, PLAN, AdjustmentLimits(smd=widest + past))
    assert ("unbalanced_after_weighting" in statuses(found)["aipw"]) is is_refused
    assert ("unbalanced_after_weighting" in statuses(found)["g_computation"]) is is_refused


@pytest.mark.parametrize(
    ("past", "is_refused"), [(1e-9, True), (0.0, False), (-1e-9, False)], ids=["below", "on", "above"]
)
def test_the_effective_share_may_be_the_limit(many: CommitmentPatterns, past: float, is_refused: bool) -> None:
    overlap = adjust(many, PLAN).overlap
    assert overlap is not None
    found = adjust(many, PLAN, AdjustmentLimits(effective_share=overlap.effective_share + past))
    assert ("weights_leave_too_few" in statuses(found)["aipw"]) is is_refused


@pytest.mark.parametrize(
    ("past", "weighting"),
    [(-1e-9, "overlap"), (0.0, "inverse"), (1e-9, "inverse")],
    ids=["above", "on", "below"],
)
def test_the_share_of_chances_cut_may_be_the_limit(past: float, weighting: str) -> None:
    drawn = made(np.random.default_rng(4), 60, selection=2.0).patterns
    cut = adjust(drawn, PLAN).overlap
    assert cut is not None
    found = adjust(drawn, PLAN, AdjustmentLimits(truncated_share=cut.truncated_share + past))
    assert found.overlap is not None
    assert found.overlap.weighting == weighting
    assert ("too_little_overlap" in statuses(found)["aipw"]) is (weighting == "overlap")


def test_the_limits_of_weighting_are_those_of_the_specification() -> None:
    limits = AdjustmentLimits()
    assert (limits.truncated_share, limits.smd, limits.effective_share) == (0.20, 0.25, 0.30)
