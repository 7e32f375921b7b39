"""The draw in permuted blocks, the intention-to-treat difference, and its test against all other draws."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.effects.cells import CommitmentCells
from models.effects.difference import risk_difference
from models.effects.randomised import (
    PromptedCheckOuts,
    intention_to_treat,
    permuted_blocks,
    randomisation_test,
)
from models.effects.result import Thresholds


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def check_outs(*rows: tuple[int, int, int, int]) -> PromptedCheckOuts:
    """Rows of (block, shown, known, kept)."""
    return PromptedCheckOuts(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def test_every_whole_block_holds_as_many_prompts_as_asked_for() -> None:
    block, shown = permuted_blocks([8, 4, 12], 4, 2, rng())
    assert np.bincount(block).tolist() == [4] * 6
    assert np.bincount(block, weights=shown).tolist() == [2.0] * 6


def test_no_two_strata_share_a_block_and_the_last_may_be_cut_short() -> None:
    block, shown = permuted_blocks([3, 5, 0, 2], 4, 2, rng())
    assert block.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 3, 3]
    assert shown.shape == (10,)


def test_every_order_of_a_block_is_equally_likely() -> None:
    _, shown = permuted_blocks([4] * 6_000, 4, 2, rng())
    orders, counts = np.unique(shown.reshape(-1, 4), axis=0, return_counts=True)
    assert len(orders) == comb(4, 2)
    # 1,000 of each are expected, give or take sqrt(6000 * 1/6 * 5/6) = 29.
    assert np.abs(counts - 1_000).max() < 4 * 29


def test_the_same_seed_draws_the_same_and_another_draws_another() -> None:
    first, again, other = (permuted_blocks([40], 4, 2, rng(seed))[1].tolist() for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize(("size", "n_shown"), [(1, 1), (4, 0), (4, 4), (2, 3)])
def test_a_block_of_one_kind_is_refused(size: int, n_shown: int) -> None:
    with pytest.raises(ValueError, match="at least one check-out of each kind"):
        permuted_blocks([4], size, n_shown, rng())


def cells(n_groups: int = 12) -> CommitmentCells:
    arm = np.tile([0, 1], n_groups)
    code = np.repeat(np.arange(n_groups), 2)
    none = np.zeros_like(arm)
    return CommitmentCells(code, code, code, arm, 3 + arm, 2 - arm, none, none, 3 + arm)


def test_the_randomised_difference_is_the_crude_one_by_what_was_drawn() -> None:
    drawn, crude = intention_to_treat(cells(), Thresholds()), risk_difference(cells(), Thresholds())
    assert drawn.estimate == pytest.approx(4 / 5 - 3 / 5)
    assert (drawn.se, drawn.df, drawn.cs) == (crude.se, crude.df, crude.cs)
    assert (drawn.design, drawn.estimand) == ("randomised", "intention_to_treat")


def test_without_a_draw_there_is_no_randomised_difference_and_it_says_why() -> None:
    result = intention_to_treat(CommitmentCells.empty(), Thresholds())
    assert (result.status, result.reasons, result.design) == ("refused", ("nothing_randomised",), "randomised")


def test_two_blocks_of_two_have_four_orders() -> None:
    # Shown kept both, others none: 1 of 4 orders is as far from 0, and so is its mirror image.
    test = randomisation_test(check_outs((1, 1, 1, 1), (1, 0, 1, 0), (2, 1, 1, 1), (2, 0, 1, 0)), rng())
    assert test.p_value == pytest.approx(2 / 4)
    assert (test.n_blocks, test.is_exact, test.reasons) == (2, True, ())


def test_the_tea_taster_of_fisher_is_one_block_of_eight() -> None:
    # All four cups told: 1 of C(8, 4) = 70 orders, two-sided 2 of 70; one slip on each side: (1 + 16) of 70, twice.
    all_told = check_outs(*[(0, 1, 1, 1)] * 4, *[(0, 0, 1, 0)] * 4)
    one_slip = check_outs(*[(0, 1, 1, 1)] * 3, (0, 1, 1, 0), (0, 0, 1, 1), *[(0, 0, 1, 0)] * 3)
    assert randomisation_test(all_told, rng()).p_value == pytest.approx(2 / 70)
    assert randomisation_test(one_slip, rng()).p_value == pytest.approx(34 / 70)


def brute_force(units: PromptedCheckOuts) -> float:
    """Every order written out."""
    blocks = [np.flatnonzero(units.block == code) for code in np.unique(units.block)]
    choices = []
    for rows in blocks:
        n_shown = int(units.shown[rows].sum())
        choices.append([pick for pick in product((0, 1), repeat=rows.size) if sum(pick) == n_shown])

    def distance(shown: np.ndarray) -> float:
        n, k = units.n_known @ shown, units.n_kept @ shown
        if n in (0, units.n_known.sum()):
            return np.inf
        return abs(k / n - (units.n_kept.sum() - k) / (units.n_known.sum() - n))

    observed, hits, orders = distance(units.shown), 0, 0
    for picks in product(*choices):
        shown = np.zeros_like(units.shown)
        for rows, pick in zip(blocks, picks, strict=True):
            shown[rows] = pick
        hits += distance(shown) >= observed - 1e-9
        orders += 1
    return hits / orders


unit = st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 2), st.integers(0, 2)).map(
    lambda row: (*row[:3], min(row[2], row[3]))
)


@given(st.lists(unit, min_size=2, max_size=9))
def test_counting_block_by_block_gives_what_writing_out_every_order_gives(
    rows: list[tuple[int, int, int, int]],
) -> None:
    units = check_outs(*rows)
    test = randomisation_test(units, rng())
    if test.p_value is not None:
        assert test.p_value == pytest.approx(brute_force(units))
    else:
        assert test.reasons in {("too_few_commitments_in_an_arm",), ("no_block_has_both",)}


def many_units(effect: float, n_blocks: int = 60) -> PromptedCheckOuts:
    source = rng(7)
    block, shown = permuted_blocks([4] * n_blocks, 4, 2, source)
    kept = source.random(block.size) < 0.5 + effect * shown
    return PromptedCheckOuts(block, shown.astype(np.int64), np.ones_like(block), kept.astype(np.int64))


def test_drawn_orders_come_close_to_all_orders() -> None:
    units = many_units(0.1)
    exact = randomisation_test(units, rng()).p_value
    drawn = randomisation_test(units, rng(), exact_up_to=0)
    assert drawn.is_exact is False
    assert exact is not None
    assert 0.01 < exact < 0.5
    # 10,000 draws: a share p differs by less than four standard errors, sqrt(p (1 - p) / 10,000) each.
    assert drawn.p_value == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 10_000))


def test_orders_are_drawn_within_the_blocks_and_not_across_them() -> None:
    # Twenty blocks end alike whoever is asked; in six the one asked kept it: 2 of 2^6 orders are as far from 0.
    alike = [(block, shown, 1, block % 2) for block in range(20) for shown in (0, 1)]
    differ = [(20 + block, shown, 1, shown) for block in range(6) for shown in (0, 1)]
    units = check_outs(*alike, *differ)
    assert randomisation_test(units, rng()).p_value == pytest.approx(2 / 64)
    # 10,000 draws: the standard error is sqrt(.03 * .97 / 10,000) = .0017; across blocks it would be about .1.
    assert randomisation_test(units, rng(), exact_up_to=0).p_value == pytest.approx(2 / 64, abs=0.007)


def test_the_least_that_drawn_orders_can_say_counts_the_order_that_was_drawn() -> None:
    assert randomisation_test(many_units(0.5), rng(), n_draws=99, exact_up_to=0).p_value == 1 / 100


def test_a_block_with_one_kind_alone_cannot_be_drawn_otherwise() -> None:
    test = randomisation_test(check_outs((1, 1, 1, 1), (2, 0, 1, 0)), rng())
    assert (test.p_value, test.n_blocks, test.reasons) == (None, 0, ("no_block_has_both",))


def test_an_arm_without_a_known_outcome_has_no_test() -> None:
    test = randomisation_test(check_outs((1, 1, 1, 1), (1, 0, 0, 0)), rng())
    assert (test.p_value, test.reasons) == (None, ("too_few_commitments_in_an_arm",))


def test_where_the_prompt_does_nothing_one_in_twenty_tests_cries_wolf() -> None:
    source, hits = rng(11), 0
    for _ in range(400):
        block, shown = permuted_blocks([4] * 20, 4, 2, source)
        kept = (source.random(block.size) < 0.65).astype(np.int64)
        units = PromptedCheckOuts(block, shown.astype(np.int64), np.ones_like(block), kept)
        p = randomisation_test(units, source).p_value
        assert p is not None
        hits += p <= 0.05
    # An exact test never exceeds 5 %; 400 tests: standard error sqrt(.05 * .95 / 400) = .011.
    assert hits / 400 <= 0.05 + 2 * 0.011


def test_more_kept_than_known_is_refused() -> None:
    with pytest.raises(ValueError, match="no more are kept than known"):
        check_outs((1, 1, 1, 2))
