"""Response by survey: the rate, and what it allows to say."""

from __future__ import annotations

import pytest

from dashboards.figures.response import response_figure, response_info
from dashboards.phrases import Phrases
from dashboards.rows import Row


def wave(name: str, rate: float | None, allows: str | None, status: str = "ok", **means: float) -> Row:
    cells = {"wave": name, "n_invited": 200, "n_answered": 150, "rate": rate, "means_status": allows}
    return Row("protected_response", {**cells, **means, "status": status})


ROWS = (
    wave("session-02", 0.25, "refused"),
    wave("session-01", 0.45, "weighted", top_two_weighted=0.8, bound_low=0.36, bound_high=0.91),
    wave("baseline", 0.75, "ok"),
)
OVERALL = Row("protected_metrics", {"metric": "pulse_response_share", "value": 0.71, "status": "ok"})


def test_the_baseline_stands_first_and_each_bar_says_what_its_rate_allows(say: Phrases) -> None:
    readings = response_info(ROWS, OVERALL, say).readings
    assert [(r.label, r.value, r.text) for r in readings] == [
        ("Before", 75, "75\u00a0%"),
        ("Session\u00a01", 45, "45\u00a0% weighted"),
        ("Session\u00a02", 25, "25\u00a0% no mean"),
    ]


def test_the_axis_has_its_lines_where_the_rule_changes(say: Phrases) -> None:
    assert {30, 60} <= set(response_info(ROWS, OVERALL, say).axis.ticks)


@pytest.mark.parametrize(
    ("rows", "clause"),
    [
        (ROWS[2:], "every survey can be read as it stands"),
        (ROWS[1:], "some surveys can only be read weighted"),
        (ROWS, "some surveys have too few answers for any mean"),
    ],
)
def test_the_title_states_the_least_that_any_survey_allows(
    say: Phrases, rows: tuple[Row, ...], clause: str
) -> None:
    assert response_info(rows, OVERALL, say).title == f"71\u00a0% of those asked answered; {clause}"


def test_without_the_overall_share_the_title_states_none(say: Phrases) -> None:
    assert (
        response_info(ROWS[2:], None, say).title == "How many answered: every survey can be read as it stands"
    )


def test_the_table_has_counts_means_and_bounds(say: Phrases) -> None:
    assert response_info(ROWS, OVERALL, say).numbers.rows[1] == (
        "Session\u00a01",
        "200",
        "150",
        "45\u00a0%",
        "weighted",
        "–",
        "80\u00a0%",
        "36\u00a0% to 91\u00a0%",
    )


def test_a_withheld_survey_shows_neither_rate_nor_counts(say: Phrases) -> None:
    info = response_info((wave("session-01", 0.5, "ok", "withheld"), ROWS[2]), OVERALL, say)
    assert info.readings[1].text == "not shown"
    assert info.numbers.rows[1][1:5] == ("–", "–", "Not shown: too few people or no data", "–")


def test_without_any_rate_the_chart_is_absent(say: Phrases) -> None:
    info = response_info((wave("baseline", None, None, "refused"),), OVERALL, say)
    assert info.absent.startswith("No number can be given.")
    assert response_figure(info).data == ()
