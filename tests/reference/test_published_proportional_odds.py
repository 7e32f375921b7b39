"""Proportional odds against results printed by others.

Wine: R's `ordinal` 2023.12-4, help page of `nominal_test` (data of Randall 1989; 72 ratings by nine judges).
Cheese: SAS/STAT user's guide, example "Ordinal Logistic Regression", and JMP's example of ordinal logistic
regression (data of McCullagh & Nelder 1989, page 175).
"""

from __future__ import annotations

import numpy as np
import pytest

from models.effects.proportional_odds import fit_proportional_odds, score_test

# One judge each: two bottles cold, cold with contact, warm, warm with contact.
WINE = "23344455 12132354 23325544 32323253 23433333 32322454 11222323 22233334 12323244"
CHEESE = [
    [0, 0, 1, 7, 8, 8, 19, 8, 1],
    [6, 9, 12, 11, 7, 6, 1, 0, 0],
    [1, 1, 6, 8, 23, 7, 5, 1, 0],
    [0, 0, 0, 1, 3, 7, 14, 16, 11],
]


def test_the_wine_model_has_the_printed_slopes_errors_and_likelihood() -> None:
    ratings = np.array([int(rating) for rating in WINE.replace(" ", "")])
    bottle = np.arange(72) % 8
    x = np.column_stack([bottle >= 4, bottle % 4 >= 2])
    fit = fit_proportional_odds(np.eye(5)[ratings - 1], x)
    assert fit is not None
    assert fit.slopes == pytest.approx([2.5031, 1.5278], abs=5e-5)
    assert np.sqrt(np.diag(fit.covariance))[-2:] == pytest.approx([0.5287, 0.4766], abs=5e-5)
    assert fit.log_likelihood == pytest.approx(-86.49, abs=5e-3)


def test_the_cheese_model_has_the_printed_slope_and_likelihood() -> None:
    # SAS models the lower scores, so its sign is the other one.
    fit = fit_proportional_odds(CHEESE, np.eye(4)[:, :3])
    assert fit is not None
    assert -fit.slopes[0] == pytest.approx(1.6128, abs=5e-5)
    assert fit.log_likelihood == pytest.approx(-355.67, abs=5e-3)


def test_where_every_row_has_slopes_of_its_own_the_score_test_is_pearsons_chi_square() -> None:
    fit = fit_proportional_odds(CHEESE, np.eye(4)[:, :3])
    assert fit is not None
    counts, below = np.array(CHEESE), np.zeros((4, 8))
    for row in range(4):
        shift = fit.slopes[row] if row < 3 else 0.0
        below[row] = 1 / (1 + np.exp(shift - fit.thresholds))
    expected = 52 * np.diff(below, axis=1, prepend=0, append=1)
    test = score_test(fit, CHEESE, np.eye(4)[:, :3])
    assert test.statistic == pytest.approx(((counts - expected) ** 2 / expected).sum())
    assert test.df == 7 * 3
