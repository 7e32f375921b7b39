"""Parts of the programme: rates as they were released, limits said as limits, one state for all that is hidden."""

from __future__ import annotations

from contract_tables import table

from dashboards.figures.slices import other_notes, slices_figure, slices_info
from dashboards.phrases import Phrases
from dashboards.rows import Row, read_rows


def rows_of(*rows: tuple[object, ...]) -> tuple[Row, ...]:
    columns = "dimension category joined measure people rate rate_is low high status"
    return read_rows(
        {"protected_slices": table("protected_slices", *rows, columns=columns)}, "protected_slices"
    )


DRAWN = (
    (
        "department",
        "Other",
        "Finance; Legal",
        "kept_with_appointment",
        "10-19",
        0.85,
        "at_least",
        0.6,
        1.0,
        "ok",
    ),
    ("department", "Sales", None, "kept_with_appointment", "20-49", 0.7, "about", 0.55, 0.85, "ok"),
    ("department", "Sales", None, "kept_without_appointment", "20-49", 0.05, "at_most", 0.0, 0.2, "ok"),
    ("level", None, None, "kept_with_appointment", None, None, None, None, None, "withheld"),
)


def test_a_category_has_a_dot_per_measure_and_other_comes_last(say: Phrases) -> None:
    info = slices_info("department", rows_of(*DRAWN), say)
    assert [(row.label, [dot.value for dot in row.dots]) for row in info.rows] == [
        ("Sales", [70, 5]),
        ("Other", [85]),
    ]


def test_limits_are_worded_as_limits(say: Phrases) -> None:
    info = slices_info("department", rows_of(*DRAWN), say)
    texts = [dot.text for row in info.rows for dot in row.dots]
    assert texts == ["70\u00a0%", "at most 5\u00a0%", "at least 85\u00a0%"]


def test_ranges_are_those_released(say: Phrases) -> None:
    dots = slices_info("department", rows_of(*DRAWN), say).rows[0].dots
    assert [(dot.low, dot.high) for dot in dots] == [(55, 85), (0, 20)]


def test_a_hidden_and_an_unknown_dimension_have_the_same_single_state(say: Phrases) -> None:
    states = {slices_info(name, rows_of(*DRAWN), say).absent for name in ("level", "quarter")}
    assert states == {"Not shown: too few people or no data"}


def test_what_other_stands_for_is_said_once_where_it_is_the_same(say: Phrases) -> None:
    useful = ("department", "Other", "Finance; Legal", "useful_top_two", "10-19", 0.7, "about", 0.5, 0.9, "ok")
    assert other_notes(rows_of(*DRAWN, useful), "department", say) == ("Other stands for Finance, Legal.",)
    assert other_notes(rows_of(*DRAWN, useful), "level", say) == ()


def test_commitments_and_answers_that_are_joined_apart_say_so(say: Phrases) -> None:
    useful = ("department", "Other", "Legal; Sales", "useful_top_two", "10-19", 0.7, "about", 0.5, 0.9, "ok")
    assert other_notes(rows_of(*DRAWN, useful), "department", say) == (
        "For commitments, Other stands for Finance, Legal.",
        "For how useful sessions were, Other stands for Legal, Sales.",
    )
    assert other_notes(rows_of(*DRAWN), "department", say) == (
        "For commitments, Other stands for Finance, Legal.",
    )


def test_the_table_has_people_in_bands(say: Phrases) -> None:
    rows = slices_info("department", rows_of(*DRAWN), say).numbers.rows
    assert [row[2] for row in rows] == ["10–19", "20–49", "20–49"]


def test_the_figure_draws_each_dot_with_its_range(say: Phrases) -> None:
    figure = slices_figure(slices_info("department", rows_of(*DRAWN), say))
    ends = [(t.x[0] - t.error_x.arrayminus[0], t.x[0] + t.error_x.array[0]) for t in figure.data]
    assert ends == [(55, 85), (0, 20), (60, 100)]
