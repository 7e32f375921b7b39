"""The Kaplan-Meier curves of the leukemia data, as R prints them."""

from __future__ import annotations

import numpy as np
import pytest

from models.effects.survival import survival_curve

# R's survival::leukemia (aml), from Miller (1981), Survival Analysis.
MAINTAINED = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
NOT_MAINTAINED = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])


@pytest.mark.parametrize(
    ("data", "survival", "se"),
    [
        (
            MAINTAINED,
            [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184],
            [0.0867, 0.1163, 0.1397, 0.1526, 0.1642, 0.1627, 0.1535],
        ),
        (
            NOT_MAINTAINED,
            [0.8333, 0.6667, 0.5833, 0.4861, 0.3889, 0.2917, 0.1944, 0.0972, 0.0],
            [0.1076, 0.1361, 0.1423, 0.1481, 0.1470, 0.1387, 0.1219, 0.0919, None],
        ),
    ],
    ids=["maintained", "not maintained"],
)
def test_survival_curve_is_what_summary_of_survfit_prints_for_leukemia(
    data: tuple[list[int], list[int]], survival: list[float], se: list[float | None]
) -> None:
    curve = survival_curve(*data)
    np.testing.assert_allclose(curve.survival, survival, atol=5e-4)
    for got, printed in zip(curve.se, se, strict=True):
        assert printed is None or abs(got - printed) < 5.1e-5
