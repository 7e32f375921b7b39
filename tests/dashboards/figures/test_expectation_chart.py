"""Experience against expectation: exceeded to the right, fallen short to the left."""

from __future__ import annotations

import pytest

from dashboards.figures.expectation import EXCEEDED, FELL_SHORT, GAP, expectation_figure, expectation_info
from dashboards.phrases import Phrases
from dashboards.rows import Row

NAMED = (Row("meta_metrics", {"metric": EXCEEDED, "label": "More than expected"}),)


def metric(name: str, value: float | None, low: float | None, high: float | None, status: str = "ok") -> Row:
    cells = {"metric": name, "value": value, "low": low, "high": high, "n_people": 160}
    return Row("protected_metrics", {**cells, "status": status})


ROWS = (metric(GAP, 0.34, 0.21, 0.47), metric(EXCEEDED, 0.41, 0.37, 0.45), metric(FELL_SHORT, 0.17, 0.14, 0.21))


def test_exceeded_reaches_right_and_fallen_short_left_with_their_ranges(say: Phrases) -> None:
    readings = expectation_info(ROWS, NAMED, say).readings
    assert [(r.start, r.value, r.low, r.high) for r in readings] == [(0, 41, 37, 45), (0, -17, -21, -14)]


def test_names_come_from_the_catalogue_and_an_unknown_metric_is_named_as_it_is(say: Phrases) -> None:
    assert [r.label for r in expectation_info(ROWS, NAMED, say).readings] == ["More than expected", FELL_SHORT]


@pytest.mark.parametrize(
    ("ends", "title"),
    [
        ((0.34, 0.21, 0.47), "Sessions turn out more useful than expected, by 0.3 on the scale from 1 to 5"),
        ((-0.34, -0.47, -0.21), "Sessions turn out less useful than expected, by 0.3 on the scale from 1 to 5"),
        ((0.1, 0.0, 0.2), "No clear gap between what people expect and what they find"),
    ],
)
def test_the_title_states_a_gap_only_where_the_range_excludes_zero(
    say: Phrases, ends: tuple[float, float, float], title: str
) -> None:
    assert expectation_info((metric(GAP, *ends), *ROWS[1:]), NAMED, say).title == title


def test_the_table_has_both_shares_and_the_mean_gap(say: Phrases) -> None:
    assert expectation_info(ROWS, NAMED, say).numbers.rows == (
        ("More than expected", "41\u00a0%", "37\u00a0% to 45\u00a0%", "160"),
        (FELL_SHORT, "17\u00a0%", "14\u00a0% to 21\u00a0%", "160"),
        (GAP, "+0.3", "+0.2 to +0.5", "160"),
    )


def test_an_early_share_is_drawn_nowhere_and_said_in_words(say: Phrases) -> None:
    rows = (ROWS[0], metric(EXCEEDED, 0.41, 0.37, 0.45, "early"), ROWS[2])
    info = expectation_info(rows, NAMED, say)
    assert info.readings[0].value is None
    assert info.readings[0].text == "Too early to show"
    assert len([trace for trace in expectation_figure(info).data if trace.type == "bar"]) == 1


def test_without_any_share_the_chart_is_absent(say: Phrases) -> None:
    assert expectation_info((), NAMED, say).absent.startswith("Not shown")
