"""Cells drawn by hand for the tests of the estimators."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from models.effects.cells import CommitmentCells

Row = Sequence[int]


def draw_cells(rows: Sequence[Row]) -> CommitmentCells:
    """Cells from rows of (cluster, group, person, arm, done, not done, withdrawn, unknown, kept)."""
    return CommitmentCells(*np.array(rows, dtype=np.int64).reshape(-1, 9).T)


@pytest.fixture(name="draw_cells")
def draw_cells_fixture() -> Callable[[Sequence[Row]], CommitmentCells]:
    return draw_cells


@pytest.fixture
def even_cells() -> Callable[..., CommitmentCells]:
    """Groups of one person with the same counts each: `kept` of `n` in either arm, as (without, with)."""

    def build(
        n_groups: int, n: tuple[int, int], kept: tuple[int, int], unknown: tuple[int, int] = (0, 0)
    ) -> CommitmentCells:
        rows = [
            (group, group, group, arm, kept[arm], n[arm] - kept[arm], 0, unknown[arm], kept[arm])
            for group in range(n_groups)
            for arm in (0, 1)
        ]
        return draw_cells(rows)

    return build


@pytest.fixture
def mixed_cells() -> CommitmentCells:
    """Twelve groups of three people, six commitments each, drawn once from a fixed seed."""
    rng = np.random.default_rng(20261004)
    rows = []
    for person in range(36):
        n_with = int(rng.integers(1, 6))
        for arm, n in ((0, 6 - n_with), (1, n_with)):
            kept = int(rng.binomial(n, 0.6 + 0.1 * arm))
            rows.append((person // 3, person // 3, person, arm, kept, n - kept, 0, 0, kept))
    return draw_cells(rows)
