"""Rows of protected tables give only what may be shown, and refuse what no page may hold."""

from __future__ import annotations

from types import ModuleType

import pytest

from dashboards.rows import Row, TablesError, only_row, read_rows


def test_a_number_of_an_early_row_is_not_given_even_where_the_cell_holds_one() -> None:
    assert Row("protected_effect", {"estimate": 0.3, "status": "early"}).number("estimate") is None


def test_a_count_of_a_withheld_row_is_not_given() -> None:
    assert Row("protected_effect", {"n_people": 3, "status": "withheld"}).count("n_people") is None


def test_a_count_of_an_early_row_is_given() -> None:
    assert Row("protected_effect", {"n_people": 44, "status": "early"}).count("n_people") == 44


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "0.5"])
def test_a_cell_that_is_no_finite_number_is_refused_by_table_and_column(value: object) -> None:
    with pytest.raises(TablesError, match=r"protected_effect\.estimate"):
        Row("protected_effect", {"estimate": value, "status": "ok"}).number("estimate")


def test_reasons_are_split_at_semicolons() -> None:
    assert Row("protected_effect", {"reasons": "a; b;;"}).reasons == ("a", "b")


def test_a_missing_table_is_refused_by_name(releases: ModuleType) -> None:
    tables = releases.ok_release()
    del tables["protected_funnel"]
    with pytest.raises(TablesError, match="protected_funnel is missing"):
        read_rows(tables, "protected_funnel")


def test_a_missing_column_is_refused_by_name(releases: ModuleType) -> None:
    tables = {"protected_funnel": releases.ok_release()["protected_funnel"].drop("share_reached")}
    with pytest.raises(TablesError, match="lacks the columns share_reached"):
        read_rows(tables, "protected_funnel")


def test_a_programme_without_its_row_is_refused(releases: ModuleType) -> None:
    with pytest.raises(TablesError, match="has 0 rows"):
        only_row({"protected_programme": releases.table("protected_programme")}, "protected_programme")
