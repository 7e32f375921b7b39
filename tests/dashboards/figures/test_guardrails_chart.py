"""Guardrails: felt pressure first, on the scale people answered on."""

from __future__ import annotations

from dashboards.figures.guardrails import guardrails_figure, guardrails_info
from dashboards.phrases import Phrases
from dashboards.rows import Row


def metric(name: str, value: float | None, status: str = "ok") -> Row:
    low, high = (value - 0.1, value + 0.1) if value is not None else (None, None)
    cells = {"metric": name, "value": value, "low": low, "high": high, "n_people": 190}
    return Row("protected_metrics", {**cells, "status": status})


ROWS = (metric("trust_mean_score", 4.2), metric("perceived_pressure_mean_score", 1.7), metric("other", 3.0))
NAMED = (Row("meta_metrics", {"metric": "perceived_pressure_mean_score", "label": "Felt pressed"}),)


def test_pressure_stands_first_and_other_metrics_not_at_all(say: Phrases) -> None:
    readings = guardrails_info(ROWS, NAMED, say).readings
    assert [(r.label, r.value, r.full_text) for r in readings] == [
        ("Felt pressed", 1.7, "1.7 (range 1.6 to 1.8) · 190\u00a0people"),
        ("trust_mean_score", 4.2, "4.2 (range 4.1 to 4.3) · 190\u00a0people"),
    ]


def test_the_axis_is_the_scale_people_answered_on(say: Phrases) -> None:
    axis = guardrails_info(ROWS, NAMED, say).axis
    assert (axis.low, axis.high, axis.ticks) == (1, 5, (1, 2, 3, 4, 5))


def test_the_title_states_the_pressure_and_no_other_mean(say: Phrases) -> None:
    assert guardrails_info(ROWS, NAMED, say).title == "Having felt pressed stands at 1.7 on a scale from 1 to 5"
    hidden = guardrails_info((ROWS[0], metric("perceived_pressure_mean_score", 1.7, "withheld")), NAMED, say)
    assert hidden.title == "Whether people feel pressed is not shown yet"
    assert hidden.numbers.rows[0] == ("Felt pressed", "Not shown: too few people or no data", "–", "–")


def test_without_any_mean_the_chart_is_absent(say: Phrases) -> None:
    info = guardrails_info((), NAMED, say)
    assert info.absent.startswith("Not shown")
    assert guardrails_figure(info).data == ()
