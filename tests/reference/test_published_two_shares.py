"""Published intervals of a difference and a ratio of two independent shares, each naming where it is printed."""

from __future__ import annotations

import math

import pytest

from models.effects.difference import hybrid_score_difference
from models.effects.independent import hybrid_score_ratio, score_difference, score_ratio
from models.effects.rates import Z95

Table = tuple[int, int, int, int]


def without_correction(table: Table) -> float:
    """Quantile that takes the factor N / (N - 1) out of the score, as Mee and Koopman have it."""
    n = table[1] + table[3]
    return Z95 * math.sqrt((n - 1) / n)


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0528, 0.3382),
        ((9, 10, 3, 10), 0.1700, 0.8406),
        ((6, 7, 2, 7), 0.0342, 0.8534),
        ((5, 56, 0, 29), -0.0326, 0.1933),
        ((0, 10, 0, 20), -0.1658, 0.2844),
        ((0, 10, 0, 10), -0.2879, 0.2879),
        ((10, 10, 0, 20), 0.7156, 1.0),
    ],
)
def test_score_difference_is_the_miettinen_nurminen_method_of_newcombe_1998_difference_table_2(
    table: Table, low: float, high: float
) -> None:
    interval = score_difference(*table)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("table", "low", "high", "digits"),
    [
        # Mee's method in Newcombe (1998), difference, table II, example (d).
        ((5, 56, 0, 29), -0.0313, 0.1926, 4),
        # Gart & Nam (1990), Biometrics 46, 637-643, first example, uncorrected score.
        ((7, 25, 2, 25), -0.014, 0.412, 3),
        # Fagerland, Lydersen & Laake (2017), Statistical Analysis of Contingency Tables, ch. 4: Perondi's trial.
        ((7, 34, 1, 34), 0.0284, 0.3439, 4),
    ],
)
def test_score_difference_without_its_correction_is_mees(
    table: Table, low: float, high: float, digits: int
) -> None:
    interval = score_difference(*table, without_correction(table))
    assert (round(interval.low, digits), round(interval.high, digits)) == (low, high)


def test_score_difference_of_an_arm_at_zero_is_that_of_ritlands_study() -> None:
    # Fagerland, Lydersen & Laake (2017), ch. 4: 0 of 16 against 15 of 72.
    interval = score_difference(0, 16, 15, 72)
    assert (round(interval.low, 4), round(interval.high, 4)) == (-0.3164, -0.0056)


def test_hybrid_score_difference_is_that_of_perondis_trial() -> None:
    # Fagerland, Lydersen & Laake (2017), ch. 4: 7 of 34 against 1 of 34.
    interval = hybrid_score_difference(7, 34, 1, 34)
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.0189, 0.3404)


# Fagerland & Newcombe (2013), Statistics in Medicine 32, 2823-2836; the second has an arm at 100 %.
@pytest.mark.parametrize(
    ("table", "score", "recovered"),
    [
        ((24, 73, 53, 65), (0.280, 0.560), (0.282, 0.563)),
        ((29, 55, 11, 11), (0.397, 0.742), (0.398, 0.761)),
        ((7, 18, 1, 18), (1.296, 42.544), (1.277, 40.751)),
    ],
)
def test_score_and_recovered_ratios_are_those_of_fagerland_and_newcombe(
    table: Table, score: tuple[float, float], recovered: tuple[float, float]
) -> None:
    by_score, by_wilson = score_ratio(*table), hybrid_score_ratio(*table)
    assert (round(by_score.low, 3), round(by_score.high, 3)) == score
    assert (round(by_wilson.low, 3), round(by_wilson.high, 3)) == recovered


def test_score_and_recovered_ratio_are_those_of_perondis_trial() -> None:
    # Fagerland, Lydersen & Laake (2017), ch. 4.
    score, recovered = score_ratio(7, 34, 1, 34), hybrid_score_ratio(7, 34, 1, 34)
    assert (round(score.low, 4), round(score.high, 4)) == (1.2086, 43.0330)
    assert (round(recovered.low, 4), round(recovered.high, 4)) == (1.1537, 41.9763)


@pytest.mark.parametrize(
    ("table", "low", "high"), [((8, 15, 4, 15), 0.815, 5.336), ((6, 10, 6, 20), 0.844, 4.594)]
)
def test_score_ratio_without_its_correction_is_that_of_gart_and_nam_1988(
    table: Table, low: float, high: float
) -> None:
    # Gart & Nam (1988), Biometrics 44, 323-338, the uncorrected score.
    limits = score_ratio(*table, without_correction(table))
    assert (round(limits.low, 3), round(limits.high, 3)) == (low, high)
