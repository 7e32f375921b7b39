from __future__ import annotations

import numpy as np

from models.effects.arrays import whole_numbers


def test_what_can_still_be_written_to_is_copied() -> None:
    given = np.array([1, 2])
    kept = whole_numbers("n", given)
    given[0] = 9
    assert kept.tolist() == [1, 2]
    assert not kept.flags.writeable


def test_what_is_read_only_already_is_shared() -> None:
    given = np.array([1, 2])
    given.setflags(write=False)
    assert np.shares_memory(whole_numbers("n", given), given)


def test_smaller_whole_numbers_become_int64() -> None:
    given = np.array([1, 2], dtype=np.int16)
    given.setflags(write=False)
    assert whole_numbers("n", given).dtype == np.int64
