"""Done by day: a curve per arm with its band, and dotted what was dropped by then."""

from __future__ import annotations

from contract_tables import table

from dashboards.figures.kept_by_day import kept_by_day_figure, kept_by_day_info
from dashboards.phrases import Phrases
from dashboards.rows import Row, read_rows


def rows_of(*rows: tuple[object, ...]) -> tuple[Row, ...]:
    columns = "arm day share_done low high share_withdrawn n_people status reasons"
    made = table("protected_kept_by_day", *rows, columns=columns)
    return read_rows({"protected_kept_by_day": made}, "protected_kept_by_day")


DRAWN = (
    ("with_appointment", 14, 0.5, 0.4, 0.6, 0.02, 40, "ok", None),
    ("with_appointment", 7, 0.2, 0.1, 0.3, 0.01, 40, "ok", None),
    ("without_appointment", 7, 0.1, 0.05, 0.2, 0.0, 50, "ok", None),
    ("without_appointment", 14, 0.3, 0.2, 0.4, 0.05, 50, "ok", None),
)


def test_points_stand_in_the_order_of_days_in_per_cent(say: Phrases) -> None:
    done = kept_by_day_info(rows_of(*DRAWN), say).curves[0]
    assert [(p.x, p.value, p.low, p.high) for p in done.points] == [(7, 20, 10, 30), (14, 50, 40, 60)]


def test_what_was_dropped_is_dotted_and_drawn_after_what_was_done(say: Phrases) -> None:
    curves = kept_by_day_info(rows_of(*DRAWN), say).curves
    assert [(c.sample.tone, c.sample.is_dotted) for c in curves] == [
        ("with", False),
        ("without", False),
        ("with", True),
        ("without", True),
    ]
    assert [p.value for p in curves[3].points] == [0, 5]


def test_the_title_compares_the_arms_after_two_weeks(say: Phrases) -> None:
    title = kept_by_day_info(rows_of(*DRAWN), say).title
    assert title == "By day\u00a014, 50\u00a0% are done with an appointment and 30\u00a0% without"


def test_the_title_speaks_of_day_14_and_not_of_the_last_day(say: Phrases) -> None:
    later = [
        (arm, 21, 0.7, 0.6, 0.8, 0.05, 40, "ok", None) for arm in ("with_appointment", "without_appointment")
    ]
    assert kept_by_day_info(rows_of(*DRAWN, *later), say).title.startswith("By day\u00a014,")


def test_a_day_that_is_not_shown_leaves_its_point_out(say: Phrases) -> None:
    hidden = ("with_appointment", 21, 0.9, 0.8, 0.95, 0.02, 40, "withheld", None)
    info = kept_by_day_info(rows_of(*DRAWN, hidden), say)
    assert [p.x for p in info.curves[0].points] == [7, 14]
    assert "90" not in " ".join(cell for row in info.numbers.rows for cell in row)


def test_the_figure_has_two_bands_and_four_lines(say: Phrases) -> None:
    figure = kept_by_day_figure(kept_by_day_info(rows_of(*DRAWN), say))
    assert [trace.fill for trace in figure.data] == [None, "tonexty", None, "tonexty", None, None, None, None]


def test_without_a_number_the_chart_says_why(say: Phrases) -> None:
    rows = rows_of(("with_appointment", 7, None, None, None, None, None, "refused", "too_many_days_unknown"))
    info = kept_by_day_info(rows, say)
    assert "nobody wrote down the day" in info.absent
    assert len(kept_by_day_figure(info).data) == 0
