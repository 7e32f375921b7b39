"""The adjusted differences: one row per way beside the crude one, and a sentence on how they agree."""

from __future__ import annotations

from contract_tables import table

from dashboards.figures.adjusted import adjusted_figure, adjusted_info, adjusted_notes
from dashboards.phrases import Phrases
from dashboards.rows import Row, read_rows

COLUMNS = "method estimate low high truncated_share effective_share status reasons"


def adjusted_rows(*rows: tuple[object, ...]) -> tuple[Row, ...]:
    return read_rows(
        {"protected_adjusted": table("protected_adjusted", *rows, columns=COLUMNS)}, "protected_adjusted"
    )


def crude(estimate: float | None = 0.14) -> Row:
    status = "ok" if estimate is not None else "early"
    row = ("primary", estimate, 0.05, 0.23, status)
    made = table("protected_effect", row, columns="line estimate low high status")
    return read_rows({"protected_effect": made}, "protected_effect")[0]


AGREEING = (
    ("g_computation", 0.12, 0.03, 0.21, None, None, "ok", None),
    ("aipw", 0.1, 0.01, 0.19, 0.012, 0.71, "ok", None),
)


def test_the_crude_difference_stands_first_then_each_way_in_points(say: Phrases) -> None:
    info = adjusted_info(crude(), adjusted_rows(*AGREEING), say)
    assert [(r.value, r.low, r.high) for r in info.readings] == [(14, 5, 23), (12, 3, 21), (10, 1, 19)]
    assert info.readings[0].label == "As counted, nothing allowed for"


def test_the_title_gives_the_span_of_the_adjusted_ones_and_the_crude_one(say: Phrases) -> None:
    title = adjusted_info(crude(), adjusted_rows(*AGREEING), say).title
    assert title == "Comparing like with like gives +10 to +12\u00a0points instead of +14\u00a0points"


def test_a_sign_unlike_the_crude_one_is_said(say: Phrases) -> None:
    rows = adjusted_rows(("aipw", -0.02, -0.1, 0.06, None, None, "ok", None))
    assert "not on the same side as +14" in adjusted_info(crude(), rows, say).title


def test_estimates_that_disagree_in_sign_show_no_number(say: Phrases) -> None:
    rows = adjusted_rows(
        ("g_computation", 0.12, 0.03, 0.21, None, None, "not_robust", "adjusted_estimates_disagree"),
        ("aipw", -0.1, -0.2, 0.01, 0.012, 0.71, "not_robust", "adjusted_estimates_disagree"),
    )
    info = adjusted_info(crude(), rows, say)
    assert info.title == "The ways of adjusting disagree in sign, so none is shown"
    assert info.readings == ()
    assert info.absent.startswith("Not shown: the ways of working it out disagree")
    assert not adjusted_notes(rows, say)
    assert [row[1] for row in info.numbers.rows] == ["Not shown: the ways of working it out disagree"] * 2


def test_a_refused_way_is_named_with_its_reason_while_the_others_stand(say: Phrases) -> None:
    rows = adjusted_rows(
        *AGREEING, ("within_person", None, None, None, None, None, "refused", "too_few_switchers")
    )
    info = adjusted_info(crude(), rows, say)
    assert info.readings[-1].value is None
    assert "The same person with and without: No number can be given" in adjusted_notes(rows, say)[-1]


def test_cut_weights_and_what_is_left_after_weighting_are_said_in_words(say: Phrases) -> None:
    notes = adjusted_notes(adjusted_rows(*AGREEING), say)
    assert notes[0].startswith("For 1\u00a0% of commitments")
    assert "counts as much as 71\u00a0%" in notes[1]


def test_without_a_crude_difference_the_adjusted_ones_stand_alone(say: Phrases) -> None:
    info = adjusted_info(crude(None), adjusted_rows(*AGREEING), say)
    assert info.title == "Comparing like with like gives +10 to +12\u00a0points"
    assert info.readings[0].value is None


def test_without_rows_the_chart_says_that_it_is_not_shown(say: Phrases) -> None:
    info = adjusted_info(None, (), say)
    assert info.absent.startswith("Not shown: too few people or no data")
    assert len(adjusted_figure(info).data) == 0


def test_the_figure_has_a_dot_per_way(say: Phrases) -> None:
    figure = adjusted_figure(adjusted_info(crude(), adjusted_rows(*AGREEING), say))
    dots = [trace for trace in figure.data if trace.marker.size == 12]
    assert [trace.x[0] for trace in dots] == [14, 12, 10]
