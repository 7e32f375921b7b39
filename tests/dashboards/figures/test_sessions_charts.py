"""The charts of sessions: which bars, what the title tells, what stands where a number is missing."""

from __future__ import annotations

import pytest
from contract_tables import table

from dashboards.figures.sessions import CHARTS, session_figure, session_info
from dashboards.phrases import Phrases
from dashboards.rows import Row, read_rows
from models.estimates.sessions import MEANS, MEDIANS, SHARES

COLUMNS = "fact unit value low high n_sessions n_unknown n_groups n_people status reasons"
OK = ("ok", None)


def rows(*cells: tuple[object, ...]) -> tuple[Row, ...]:
    frame = table("protected_session_facts", *cells, columns=COLUMNS)
    return read_rows({"protected_session_facts": frame}, "protected_session_facts")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_every_bar_and_title_is_a_fact_that_is_estimated() -> None:
    drawn = {fact for chart in CHARTS.values() for fact in (*chart.facts, chart.headline)}
    assert drawn <= {*SHARES, *MEANS, *MEDIANS}


def test_shares_are_bars_in_per_cent_with_their_ranges(say: Phrases) -> None:
    facts = rows(("session_two_hours_share", "share", 0.81, 0.76, 0.85, 361, 12, 74, 231, *OK))
    info = session_info("session_length", facts, say)
    shorter, two_hours, _ = info.readings
    assert (two_hours.value, two_hours.low, two_hours.high) == (81, 76, 85)
    assert plain(two_hours.full_text) == "81 % · 76 % to 85 %"
    assert plain(info.title) == "81 % of sessions take about two hours"
    assert (shorter.value, shorter.text) == (None, say.words("state.withheld"))
    assert (info.axis.low, info.axis.high, info.absent) == (0, 100, "")


def test_parts_of_a_session_are_bars_in_minutes(say: Phrases) -> None:
    facts = rows(("problem_solving_minutes_mean", "minutes", 90.4, 89.7, 91.1, 361, 0, 74, 231, *OK))
    info = session_info("session_agenda", facts, say)
    assert [reading.value for reading in info.readings] == [None, 90.4, None]
    assert (plain(info.readings[1].text), info.readings[1].low) == ("90 min", None)
    assert plain(info.title) == "Problem solving takes 90 min of a session"
    assert info.axis.suffix == ""


def test_the_rhythm_is_told_by_the_middle_gap_and_shown_in_bands(say: Phrases) -> None:
    facts = rows(
        ("gap_4_weeks_share", "share", 0.42, 0.36, 0.48, 287, 74, 66, 219, *OK),
        ("session_gap_days_median", "elapsed_days", 30.0, None, None, 287, 74, 66, 219, *OK),
    )
    info = session_info("session_gaps", facts, say)
    assert plain(info.title) == "Half of the groups' next sessions come within 30 days"
    assert [reading.value for reading in info.readings] == [None, None, 42, None, None]
    assert [tuple(plain(cell) for cell in row) for row in info.numbers.rows] == [
        ("4 weeks", "42 %", "36 % to 48 %", "287", "74", "66", "219"),
        ("Middle of all gaps", "30 days", "–", "287", "74", "66", "219"),
    ]


@pytest.mark.parametrize("key", CHARTS)
def test_without_any_number_the_chart_is_its_reason(key: str, say: Phrases) -> None:
    refused = (None, None, None, 0, 12, 0, 0, "refused", "nothing_recorded")
    info = session_info(key, rows(*((fact, "share", *refused) for fact in CHARTS[key].facts)), say)
    assert say.words("reason.nothing_recorded") in info.absent
    assert info.title == say.words(f"{key}.title_absent")
    assert session_info(key, (), say).absent


def test_a_fact_of_few_people_has_no_bar_although_its_cells_hold_a_number(say: Phrases) -> None:
    facts = rows(("self_run_share", "share", 0.5, 0.4, 0.6, 10, 0, 5, 4, "withheld", "too_few_people"))
    info = session_info("session_habits", facts, say)
    assert [reading.value for reading in info.readings] == [None] * 4
    assert info.numbers.rows[0][3:] == (say.words("state.no_value"),) * 4


@pytest.mark.parametrize("key", CHARTS)
def test_plotly_draws_a_bar_for_each_value(key: str, say: Phrases) -> None:
    facts = rows(*((fact, "share", 0.5, 0.4, 0.6, 90, 1, 9, 30, *OK) for fact in CHARTS[key].facts))
    figure = session_figure(session_info(key, facts, say))
    assert len(figure.data[0].x) == len(CHARTS[key].facts)
