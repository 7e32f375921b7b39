from __future__ import annotations

import pytest

from models.effects.nonresponse import response_rate
from models.effects.result import Thresholds


@pytest.mark.parametrize(
    ("n_complete", "means_status", "reasons"),
    [
        (60, "ok", ()),
        (59, "needs_weighting", ("response_needs_weighting",)),
        (30, "needs_weighting", ("response_needs_weighting",)),
        (29, "refused", ("response_too_low",)),
        (0, "refused", ("response_too_low",)),
    ],
)
def test_the_rate_decides_what_becomes_of_the_means(
    n_complete: int, means_status: str, reasons: tuple[str, ...]
) -> None:
    response = response_rate(n_complete, 100, Thresholds())
    assert (response.rate, response.means_status, response.reasons) == (n_complete / 100, means_status, reasons)


def test_nobody_invited_is_a_reason_and_no_rate() -> None:
    response = response_rate(0, 0, Thresholds())
    assert (response.rate, response.means_status, response.reasons) == (None, "refused", ("nobody_invited",))


@pytest.mark.parametrize(("n_complete", "n_invited"), [(5, 4), (-1, 4)])
def test_impossible_counts_are_refused(n_complete: int, n_invited: int) -> None:
    with pytest.raises(ValueError, match="response rate"):
        response_rate(n_complete, n_invited, Thresholds())
