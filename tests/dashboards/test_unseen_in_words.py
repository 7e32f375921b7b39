"""What something unseen would have to be like: one plain sentence per measure."""

from __future__ import annotations

import pytest
from contract_tables import table

from dashboards.phrases import Phrases
from dashboards.rows import Row, read_rows
from dashboards.unseen import findings, unseen_table, why_none


def rows_of(*rows: tuple[object, ...]) -> tuple[Row, ...]:
    columns = "measure value low high is_red_flag status reasons"
    made = table("protected_sensitivity", *rows, columns=columns)
    return read_rows({"protected_sensitivity": made}, "protected_sensitivity")


def only(say: Phrases, *rows: tuple[object, ...]) -> str:
    found = findings(rows_of(*rows), say)
    assert len(found) == 1
    return found[0].sentence.replace("\u00a0", " ")


def test_an_e_value_is_said_with_that_of_its_limit(say: Phrases) -> None:
    sentence = only(
        say,
        ("e_value", 1.76, None, None, None, "ok", None),
        ("e_value_of_the_limit", 1.36, None, None, None, "ok", None),
    )
    assert "each by a ratio of at least 1.8" in sentence
    assert "a ratio of 1.4 would be enough" in sentence


def test_a_range_that_includes_zero_needs_no_unseen_cause(say: Phrases) -> None:
    sentence = only(
        say,
        ("e_value", 1.2, None, None, None, "ok", None),
        ("e_value_of_the_limit", 1.0, None, None, None, "ok", None),
    )
    assert sentence.endswith("The range of the ratio includes one without it.")


def test_a_tipping_point_is_said_in_points_without_a_sign(say: Phrases) -> None:
    sentence = only(say, ("tipping_point", 0.62, 0.21, None, None, "ok", None))
    assert "by 62 points" in sentence
    assert "21 points would be enough" in sentence


def test_a_robustness_value_is_said_as_a_share(say: Phrases) -> None:
    sentence = only(
        say,
        ("robustness_value", 0.132, None, None, None, "ok", None),
        ("robustness_value_of_the_limit", 0.087, None, None, None, "ok", None),
    )
    assert "explain 13 %" in sentence
    assert "9 % would be enough" in sentence


def test_a_benchmark_says_what_would_be_left(say: Phrases) -> None:
    assert "leave +10 points" in only(say, ("benchmark_prior_completion", 0.104, None, None, None, "ok", None))


@pytest.mark.parametrize(
    ("is_flag", "end"), [(True, "ways not allowed for."), (False, "includes zero, as it should.")]
)
def test_a_negative_control_says_whether_it_is_a_red_flag(say: Phrases, is_flag: bool, end: str) -> None:
    row = ("negative_control_attendance", 0.05, 0.01 if is_flag else -0.01, 0.09, is_flag, "ok", None)
    found = findings(rows_of(row), say)[0]
    assert found.is_flag is is_flag
    assert found.sentence.endswith(end)


def test_a_measure_without_a_value_says_why(say: Phrases) -> None:
    sentence = only(say, ("tipping_point", None, None, None, None, "refused", "unknown_cannot_tip"))
    assert sentence.startswith("No number can be given. The unknown outcomes are too few")


def test_one_reason_for_all_is_said_once(say: Phrases) -> None:
    early = ("early", "planned_width_too_wide")
    rows = rows_of(
        ("e_value", None, None, None, None, *early), ("tipping_point", None, None, None, None, *early)
    )
    assert why_none(rows, say).startswith("Too early to show")
    assert why_none((*rows, *rows_of(("robustness_value", 0.1, None, None, None, "ok", None))), say) == ""


def test_the_table_has_each_value_in_its_unit(say: Phrases) -> None:
    rows = rows_of(
        ("e_value", 1.76, None, None, None, "ok", None),
        ("tipping_point", 0.62, None, None, None, "ok", None),
        ("robustness_value", 0.132, None, None, None, "ok", None),
        ("negative_control_attendance", -0.02, -0.05, 0.01, False, "ok", None),
    )
    cells = [row[1].replace("\u00a0", " ") for row in unseen_table(rows, say).rows]
    assert cells == ["1.76", "62 points", "13 %", "−2 points"]
    assert unseen_table(rows, say).rows[3][2] == "−5 to +1"
