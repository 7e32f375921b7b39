from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.effects.cluster_robust import ClusterMoments, cr2
from models.effects.incidence import (
    DayCounts,
    done_influence,
    incidence_curve,
    independent_variance,
    influence_variance,
    units_followed,
)
from models.effects.kept_by_day import one_armed

Row = Sequence[int]
DONE, NO_DAY, WITHDRAWN, OPEN = range(4)


def counts(rows: Sequence[Row]) -> DayCounts:
    """Counts from rows of (cluster, group, person, arm, day, done, done without a day, withdrawn, open)."""
    return DayCounts(*np.array(rows, dtype=np.int64).reshape(-1, 9).T)


def single(days: Sequence[tuple[int, int]], cluster: Sequence[int] | None = None, arm: int = 0) -> DayCounts:
    """One commitment per (day, event), each a cluster of its own unless said otherwise."""
    codes = range(len(days)) if cluster is None else cluster
    rows = [
        (c, c, c, arm, day, *np.eye(4, dtype=int)[event]) for c, (day, event) in zip(codes, days, strict=True)
    ]
    return counts(rows)


def drawn(seed: int, n: int = 60, n_clusters: int = 12) -> DayCounts:
    rng = np.random.default_rng(seed)
    days = list(
        zip(rng.integers(0, 9, n).tolist(), rng.choice([DONE, WITHDRAWN, OPEN], n).tolist(), strict=True)
    )
    return single(days, rng.integers(0, n_clusters, n).tolist())


# Ten commitments: day 1 two done, day 2 one withdrawn and one no longer watched, day 4 three done, three open to 5.
TEN = single([(1, DONE)] * 2 + [(2, WITHDRAWN), (2, OPEN)] + [(4, DONE)] * 3 + [(5, OPEN)] * 3)


def test_the_share_done_adds_hazards_times_the_share_still_open() -> None:
    curve = incidence_curve(TEN.totals())
    still_open = [1, 8 / 10, 8 / 10 * 7 / 8, 7 / 10, 7 / 10 * 3 / 6, 7 / 20]
    np.testing.assert_allclose(curve.still_open, still_open)
    np.testing.assert_allclose(curve.done, [0, 2 / 10, 2 / 10, 2 / 10, 2 / 10 + 7 / 10 * 3 / 6, 11 / 20])
    np.testing.assert_allclose(curve.withdrawn, [0, 0, 8 / 10 * 1 / 8, 1 / 10, 1 / 10, 1 / 10])
    assert curve.n_at_risk.tolist() == [10, 10, 8, 6, 6, 3]


def test_one_watched_to_the_day_of_an_event_was_at_risk() -> None:
    assert incidence_curve(single([(3, DONE), (3, OPEN)]).totals()).done[3] == 0.5


def test_followed_counts_what_censoring_alone_would_have_left() -> None:
    # Of the 7 open after day 2's withdrawal one is watched no longer: 6/7 of ten from day 3 on, whatever is done.
    np.testing.assert_allclose(incidence_curve(TEN.totals()).n_followed, [10, 10, 10, 60 / 7, 60 / 7, 60 / 7])


def test_when_nothing_is_censored_all_are_followed_however_few_are_left() -> None:
    curve = incidence_curve(single([(1, DONE)] * 19 + [(3, OPEN)]).totals())
    assert (curve.n_at_risk[3], curve.n_followed[3]) == (1, 20)


def test_dated_only_leaves_out_what_was_done_on_no_known_day() -> None:
    totals = single([(1, DONE), (1, NO_DAY), (2, OPEN), (2, OPEN)]).totals()
    assert incidence_curve(totals).done[2] == pytest.approx(2 / 4)
    assert incidence_curve(totals, is_dated_only=True).done[2] == pytest.approx(1 / 3)


def test_the_median_is_the_first_day_by_which_half_are_done() -> None:
    assert incidence_curve(TEN.totals()).median_day() == 4
    assert incidence_curve(single([(1, DONE), (2, OPEN), (2, OPEN)]).totals()).median_day() is None


@given(
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from([DONE, NO_DAY, WITHDRAWN])), min_size=1, max_size=30)
)
def test_without_censoring_the_curves_are_plain_shares(days: list[tuple[int, int]]) -> None:
    curve = incidence_curve(single(days).totals())
    for t in range(curve.done.size):
        assert curve.done[t] == pytest.approx(np.mean([day <= t and event != WITHDRAWN for day, event in days]))
        assert curve.withdrawn[t] == pytest.approx(
            np.mean([day <= t and event == WITHDRAWN for day, event in days])
        )


@given(
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from([DONE, WITHDRAWN, OPEN])), min_size=1, max_size=30)
)
def test_the_three_shares_add_up_to_1_and_never_fall(days: list[tuple[int, int]]) -> None:
    curve = incidence_curve(single(days).totals())
    assert np.all(np.diff(curve.done) >= 0)
    assert np.all(np.diff(curve.withdrawn) >= 0)
    assert np.all(curve.still_open > -1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_influence_is_the_derivative_by_the_weight_of_a_commitment(seed: int) -> None:
    own = drawn(seed)
    totals = own.totals()
    influence = done_influence(incidence_curve(totals))
    for event, day in ((DONE, 3), (WITHDRAWN, 5), (OPEN, 2)):
        heavier = totals * 1_000_000
        heavier[event, day] += 1
        numeric = (incidence_curve(heavier).done - incidence_curve(totals).done) * 1_000_000
        np.testing.assert_allclose(influence[event, day], numeric, atol=1e-6)


def test_influences_of_all_commitments_add_up_to_nothing() -> None:
    own = drawn(1)
    influence = done_influence(incidence_curve(own.totals()))
    np.testing.assert_allclose(np.einsum("ed,edt->t", own.totals(), influence), 0, atol=1e-14)


def brute_force(own: DayCounts, influence: np.ndarray, codes: np.ndarray) -> float:
    """The variance from single commitments, one by one."""
    sums: dict[int, float] = {}
    for event, name in enumerate(("n_done", "n_done_no_day", "n_withdrawn", "n_open")):
        for code, day, n in zip(codes, own.day, getattr(own, name), strict=True):
            sums[int(code)] = sums.get(int(code), 0.0) + int(n) * influence[event, day]
    return len(sums) / (len(sums) - 1) * sum(value**2 for value in sums.values())


def test_variance_sums_influences_within_clusters_before_squaring() -> None:
    own = drawn(2)
    influence = done_influence(incidence_curve(own.totals()))[:, :, [4, 7]]
    found, df = influence_variance(own, one_armed(influence, 0), "cluster")
    assert found.tolist() == pytest.approx([brute_force(own, influence[:, :, k], own.cluster) for k in (0, 1)])
    assert df == np.unique(own.cluster).size - 1


def test_variance_is_close_to_the_delete_one_cluster_jackknife() -> None:
    own = drawn(3, n=400, n_clusters=40)
    influence = done_influence(incidence_curve(own.totals()))[:, :, [5]]
    left_out = [
        incidence_curve(own.rows(own.cluster != cluster).totals()).done[5] for cluster in np.unique(own.cluster)
    ]
    jackknife = 39 / 40 * np.sum((np.array(left_out) - np.mean(left_out)) ** 2)
    found, _ = influence_variance(own, one_armed(influence, 0), "cluster")
    assert found[0] == pytest.approx(jackknife, rel=0.05)


def test_without_censoring_and_with_clusters_of_one_size_the_variance_is_cr2_of_the_mean() -> None:
    rng = np.random.default_rng(4)
    cluster, is_done = np.repeat(np.arange(10), 6), rng.random(60) < 0.6
    own = single([(2, DONE) if done else (5, OPEN) for done in is_done], cluster.tolist())
    influence = done_influence(incidence_curve(own.totals()))[:, :, [3]]
    found, _ = influence_variance(own, one_armed(influence, 0), "cluster")
    fit = cr2(ClusterMoments.from_rows(np.ones((60, 1)), is_done.astype(float), cluster), (1.0,))
    assert found[0] == pytest.approx(fit.variance)


def reshuffled(*, is_opposite: bool) -> DayCounts:
    """Eighteen people in six groups, then in six others; people do alike in both, or the opposite of before."""
    rng = np.random.default_rng(5)
    rows = []
    for p in range(18):
        done = int(rng.integers(0, 4))
        for g, n in ((p // 3, done), (6 + p % 6, 3 - done if is_opposite else done)):
            rows += [(0, g, p, 0, 2, n, 0, 0, 0), (0, g, p, 0, 5, 0, 0, 0, 3 - n)]
    return counts(rows)


@pytest.mark.parametrize("is_opposite", [False, True])
def test_two_way_variance_adds_people_and_groups_and_is_below_neither(is_opposite: bool) -> None:
    own = reshuffled(is_opposite=is_opposite)
    influence = done_influence(incidence_curve(own.totals()))[:, :, [4]]
    found, df = influence_variance(own, one_armed(influence, 0), "two_way")
    person, group, both = (
        brute_force(own, influence[:, :, 0], codes)
        for codes in (own.person, own.group, own.group * 18 + own.person)
    )
    assert (person + group - both < max(person, group)) == is_opposite
    assert found[0] == pytest.approx(max(person + group - both, person, group))
    assert df == 12 - 1


def test_the_variance_does_not_depend_on_what_units_are_called_or_how_rows_are_ordered() -> None:
    own = drawn(6)
    lookup = one_armed(done_influence(incidence_curve(own.totals())), 0)
    order = np.random.default_rng(1).permutation(own.day.size)
    other = own.rows(order)
    renamed = DayCounts(
        99 - other.cluster, 99 - other.group, 99 - other.person, other.arm, other.day, other.n_done,
        other.n_done_no_day, other.n_withdrawn, other.n_open,
    )  # fmt: skip
    first, second = (influence_variance(some, lookup, "cluster")[0] for some in (own, renamed))
    assert first.tolist() == second.tolist()


def test_counted_rows_are_worth_as_many_single_ones() -> None:
    one = counts([(1, 1, 1, 0, 2, 3, 0, 0, 2), (2, 2, 2, 0, 4, 1, 0, 1, 1)])
    many = single([(2, DONE)] * 3 + [(2, OPEN)] * 2 + [(4, DONE), (4, WITHDRAWN), (4, OPEN)], [1] * 5 + [2] * 3)
    np.testing.assert_array_equal(one.totals(), many.totals())
    lookup = one_armed(done_influence(incidence_curve(one.totals())), 0)
    for variance in (
        lambda own: influence_variance(own, lookup, "cluster")[0],
        lambda own: independent_variance(own, lookup),
    ):
        np.testing.assert_allclose(variance(one), variance(many))


def test_one_cluster_has_no_variance_and_no_degree_of_freedom() -> None:
    own = single([(1, DONE), (2, OPEN)], [7, 7])
    found, df = influence_variance(own, one_armed(done_influence(incidence_curve(own.totals())), 0), "cluster")
    assert (found.max(), df) == (0.0, 0)


def test_a_unit_is_followed_as_far_as_the_commitment_watched_longest() -> None:
    own = single([(2, OPEN), (4, OPEN), (1, OPEN), (1, DONE)], [0, 0, 1, 2])
    # An event counts as followed to the end. Cluster 0 to day 4, cluster 1 to day 1, cluster 2 to the end.
    assert units_followed(own, own.cluster, 6).tolist() == [3, 3, 2, 2, 2, 1]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(0, 0, 0, 2, 1, 1, 0, 0, 0)], "arm"),
        ([(0, 0, 0, 0, 1, 1, 0, 0, 0), (1, 1, 0, 0, 1, 1, 0, 0, 0)], "two clusters"),
        ([(0, 0, 0, 0, -1, 1, 0, 0, 0)], "day"),
    ],
)
def test_impossible_counts_are_refused(rows: list[Row], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        counts(rows)


def test_columns_of_different_lengths_are_refused() -> None:
    one, two = np.zeros(1, dtype=int), np.zeros(2, dtype=int)
    with pytest.raises(ValueError, match="same length"):
        DayCounts(one, one, one, one, two, one, one, one, one)
