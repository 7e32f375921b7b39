from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.effects.clusters import Membership
from models.effects.dense import distinct_codes, n_distinct

CLOSE, FAR = st.integers(0, 30), st.integers(0, 1 << 50)


@given(st.lists(CLOSE | FAR, max_size=40))
def test_codes_close_together_or_far_apart_are_told_apart_as_by_sorting(values: list[int]) -> None:
    codes = np.array(values, dtype=np.int64)
    distinct, position = distinct_codes(codes)
    assert distinct.tolist() == sorted(set(values))
    assert distinct[position].tolist() == values
    assert n_distinct(codes) == len(set(values))


@pytest.mark.parametrize("apart", [1, 1 << 50])
def test_whether_a_person_lies_in_two_clusters_does_not_hang_on_how_far_apart_codes_are(apart: int) -> None:
    cluster, person = np.array([0, 1, 1]), np.array([2, 5, 5]) * apart
    Membership(cluster, cluster, person)
    with pytest.raises(ValueError, match="a person lies in two clusters"):
        Membership(np.array([0, 1, 0]), np.array([0, 1, 2]), person)
