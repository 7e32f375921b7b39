"""Usefulness from session to session: what was seen, what a model expects, and the trend within people."""

from __future__ import annotations

import pytest

from dashboards.figures.usefulness_trend import (
    expected_sentence,
    usefulness_trend_figure,
    usefulness_trend_info,
    within_sentence,
)
from dashboards.phrases import Phrases
from dashboards.rows import Row


def step(number: int, basis: str, *numbers: float | None, status: str = "ok") -> Row:
    share, low, high = numbers or (None, None, None)
    cells = {"session_number": number, "basis": basis, "share": share, "low": low, "high": high, "n_people": 90}
    return Row("protected_usefulness_trend", {**cells, "status": status})


def trend(value: float | None, low: float | None, high: float | None, status: str = "ok") -> Row:
    cells = {"metric": "usefulness_trend_per_session", "value": value, "low": low, "high": high}
    return Row("protected_metrics", {**cells, "status": status, "reasons": "too_few_answers"})


ROWS = (
    step(1, "observed", 0.7, 0.6, 0.8),
    step(2, "observed", 0.75, 0.65, 0.85),
    step(3, "observed", status="early"),
    step(1, "predicted", 0.71, 0.66, 0.76),
    step(6, "predicted", 0.8, 0.7, 0.9),
)


def test_sessions_that_were_seen_stand_apart_with_their_ranges(say: Phrases) -> None:
    seen = usefulness_trend_info(ROWS, None, say).curves[0]
    assert seen.is_apart
    assert [(p.x, p.value, p.low, p.high, p.label) for p in seen.points] == [
        (1, 70, 60, 80, "70\u00a0%"),
        (2, 75, 65, 85, "75\u00a0%"),
    ]


def test_what_is_expected_is_a_dotted_line_without_a_band(say: Phrases) -> None:
    expected = usefulness_trend_info(ROWS, None, say).curves[1]
    assert expected.sample.is_dotted
    assert [(p.x, p.value, p.low) for p in expected.points] == [(1, 71, None), (6, 80, None)]


def test_without_a_usable_model_only_the_answers_are_drawn(say: Phrases) -> None:
    rows = (*ROWS[:2], step(1, "predicted", 0.71, 0.66, 0.76, status="not_robust"))
    assert len(usefulness_trend_info(rows, None, say).curves) == 1


@pytest.mark.parametrize(
    ("row", "title"),
    [
        (trend(0.02, 0.01, 0.03), "The same people find later sessions more useful"),
        (trend(-0.02, -0.03, -0.01), "The same people find later sessions less useful"),
        (trend(0.02, 0.0, 0.04), "No clear change from session to session within the same people"),
        (trend(None, None, None, "early"), "How useful people found each of the first six sessions"),
    ],
)
def test_the_title_speaks_of_the_trend_within_the_same_people(say: Phrases, row: Row, title: str) -> None:
    assert usefulness_trend_info(ROWS, row, say).title == title


def test_the_trend_within_people_is_said_with_a_decimal_and_why_it_stands_there(say: Phrases) -> None:
    sentence = within_sentence(trend(0.006, -0.004, 0.016), say)
    assert "changes by +0.6\u00a0points with each further session (range −0.4 to +1.6)" in sentence
    assert "does not move when people leave" in sentence


def test_a_trend_without_a_number_says_why(say: Phrases) -> None:
    assert within_sentence(trend(0.5, 0.4, 0.6, "early"), say).endswith("Too early to show. Too few answers.")


def test_the_expected_shares_of_the_first_and_the_last_session_are_said(say: Phrases) -> None:
    assert expected_sentence(ROWS, say) == (
        "A model of all answers expects 71\u00a0% (range 66\u00a0% to 76\u00a0%) at session\u00a01 "
        "and 80\u00a0% (range 70\u00a0% to 90\u00a0%) at session\u00a06."
    )
    assert expected_sentence(ROWS[:4], say) == ""


def test_a_row_that_is_not_shown_stands_in_the_table_in_words(say: Phrases) -> None:
    assert usefulness_trend_info(ROWS, None, say).numbers.rows[2] == (
        "Session\u00a03",
        "Too early to show",
        "–",
        "90",
    )


def test_without_any_shown_session_the_chart_says_why(say: Phrases) -> None:
    info = usefulness_trend_info((step(1, "observed", status="withheld"),), None, say)
    assert info.absent.startswith("Not shown: too few people or no data.")
    assert usefulness_trend_figure(info).data == ()


def test_plotly_draws_a_range_per_session_and_no_line_between_them(say: Phrases) -> None:
    figure = usefulness_trend_figure(usefulness_trend_info(ROWS, None, say))
    seen = next(trace for trace in figure.data if trace.mode == "markers")
    assert list(seen.error_y.array) == [10, 10]
    assert {"70\u00a0%", "75\u00a0%"} <= {note.text for note in figure.layout.annotations}
