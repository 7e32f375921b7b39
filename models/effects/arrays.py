"""Names of the array types that the estimators take and return.

What belongs here: type aliases and the one check that every array of counts or codes goes through.
What does not: anything that computes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def whole_numbers(name: str, values: ArrayLike) -> IntArray:
    """Return `values` as a read-only one-dimensional int64 array, none of them below zero.

    What can still be written to is copied; what is read-only already (a column of a frame, an array that went through
    here before) is shared, as there may be tens of millions of rows.

    Args:
        name: What the values are; named in the error.
        values: Codes or counts, shape (n,), each >= 0.

    Raises:
        ValueError: When the values are not one-dimensional, not whole, or below zero.
    """
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(
            f"{name}: needs a one-dimensional array of whole numbers; got {array.dtype} {array.shape}"
        )
    if array.size and array.min() < 0:
        raise ValueError(f"{name}: needs values of at least 0; recode or count again")
    whole = array.astype(np.int64, copy=array.flags.writeable)
    whole.setflags(write=False)
    return whole
