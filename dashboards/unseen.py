"""How much something unseen would have to matter, in one plain sentence per measure.

What belongs here: E-value, tipping point, robustness value with its benchmarks, negative controls with their flags.
What does not: how they are worked out, and what was seen and allowed for (`figures/adjusted.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboards.figures.effect_by_week import difference_range
from dashboards.figures.info import NumbersTable
from dashboards.phrases import Phrases
from dashboards.rows import Row

TABLE = "protected_sensitivity"
POINTS = frozenset(
    {
        "tipping_point",
        "benchmark_prior_completion",
        "benchmark_difficulty",
        "negative_control_previous_commitment",
        "negative_control_attendance",
    }
)
SHARES = frozenset({"robustness_value", "robustness_value_of_the_limit"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One measure in words; `method` is its entry on the Methods page, `is_flag` warns."""

    term: str
    sentence: str
    method: str
    is_flag: bool = False


def findings(rows: Sequence[Row], say: Phrases) -> tuple[Finding, ...]:
    """A sentence for each measure of `protected_sensitivity`, or why it has none."""
    by_measure = {row.text("measure"): row for row in rows}
    found = (
        _finding("e_value", "e_value", by_measure, _e_value, say),
        _finding("tipping_point", "tipping_point", by_measure, _tipping, say),
        _finding("robustness_value", "robustness_value", by_measure, _robustness, say),
        *(
            _finding(measure, "robustness_value", by_measure, _benchmark, say)
            for measure in ("benchmark_prior_completion", "benchmark_difficulty")
        ),
        *(
            _finding(measure, "negative_control", by_measure, _control, say)
            for measure in ("negative_control_previous_commitment", "negative_control_attendance")
        ),
    )
    return tuple(finding for finding in found if finding is not None)


def why_none(rows: Sequence[Row], say: Phrases) -> str:
    """Why no measure has a value, where it is the same for all of them; empty otherwise."""
    reasons = {say.why(row) for row in rows}
    return reasons.pop() if len(reasons) == 1 and not any(row.is_shown for row in rows) else ""


def unseen_table(rows: Sequence[Row], say: Phrases) -> NumbersTable:
    """All measures with their values and ranges."""
    header = tuple(say.words(f"column.{name}") for name in ("measure", "value", "range"))
    return NumbersTable(TABLE, header, tuple(_numbers_row(row, say) for row in rows))


Sentence = Callable[[str, Row, Mapping[str, Row], Phrases], str]


def _finding(
    measure: str, method: str, rows: Mapping[str, Row], sentence: Sentence, say: Phrases
) -> Finding | None:
    row = rows.get(measure)
    if row is None:
        return None
    term = say.words(f"unseen.{measure}.name")
    if row.number("value") is None:
        return Finding(term, say.why(row), method)
    return Finding(term, sentence(measure, row, rows, say), method, row.is_true("is_red_flag"))


def _e_value(_: str, row: Row, rows: Mapping[str, Row], say: Phrases) -> str:
    sentence = say.words("unseen.e_value.sentence", value=say.decimals(row.number("value") or 0.0, 1))
    limit_row = rows.get("e_value_of_the_limit")
    limit = limit_row.number("value") if limit_row is not None else None
    if limit is None:
        return sentence
    if limit <= 1:
        return f"{sentence} {say.words('unseen.e_value.limit_none')}"
    return f"{sentence} {say.words('unseen.e_value.limit', value=say.decimals(limit, 1))}"


def _tipping(_: str, row: Row, __: Mapping[str, Row], say: Phrases) -> str:
    value, low = row.number("value") or 0.0, row.number("low")
    sentence = say.words("unseen.tipping_point.sentence", points=say.points_apart(value))
    if low is None:
        return sentence
    return f"{sentence} {say.words('unseen.tipping_point.limit', points=say.points_apart(low))}"


def _robustness(_: str, row: Row, rows: Mapping[str, Row], say: Phrases) -> str:
    sentence = say.words("unseen.robustness_value.sentence", share=say.percent(row.number("value") or 0.0))
    limit_row = rows.get("robustness_value_of_the_limit")
    limit = limit_row.number("value") if limit_row is not None else None
    if limit is None:
        return sentence
    return f"{sentence} {say.words('unseen.robustness_value.limit', share=say.percent(limit))}"


def _benchmark(measure: str, row: Row, _: Mapping[str, Row], say: Phrases) -> str:
    return say.words(f"unseen.{measure}.sentence", points=say.points(row.number("value") or 0.0))


def _control(measure: str, row: Row, _: Mapping[str, Row], say: Phrases) -> str:
    value, low, high = row.number("value") or 0.0, row.number("low"), row.number("high")
    text = say.points(value)
    if low is not None and high is not None:
        text = say.words("chart.value_range", value=text, range=say.points_range(low, high))
    key = "flag" if row.is_true("is_red_flag") else "fine"
    return f"{say.words(f'unseen.{measure}.sentence', points=text)} {say.words(f'unseen.control_{key}')}"


def _numbers_row(row: Row, say: Phrases) -> tuple[str, ...]:
    measure, value = row.text("measure"), row.number("value")
    return (
        say.words(f"unseen.{measure}.name"),
        say.state(row) if value is None else _value(measure, value, say),
        difference_range(row, "low", "high", say) if measure in POINTS else say.words("state.no_value"),
    )


def _value(measure: str, value: float, say: Phrases) -> str:
    if measure in POINTS:
        return say.points(value) if measure != "tipping_point" else say.points_apart(value)
    return say.percent(value) if measure in SHARES else say.decimals(value, 2)
