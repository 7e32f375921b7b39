"""Parquet: typed columns come out as the text of cells."""

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.readers import FileRefused, limits, parquet, read_export, recognise

Written = Callable[..., Path]


def write(folder: Path, name: str = "log.parquet", **columns: Any) -> Path:
    pl.DataFrame(columns).write_parquet(folder / name)
    return folder / name


def refused(path: Path) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        read_export(path)
    return refusal.value


def test_every_kind_of_value_becomes_the_text_of_a_cell(tmp_path: Path) -> None:
    moment = dt.datetime(2026, 1, 5, 9, 12)  # noqa: DTZ001 - a column without a zone
    path = write(
        tmp_path,
        text=["Jürgen", "", None],
        whole=[3, None, -1],
        number=[2.0, 2.5, float("nan")],
        yes=[True, False, None],
        day=[dt.date(2026, 1, 5), None, None],
        moment=[moment, moment.replace(microsecond=500_000), None],
        clock=[dt.time(9, 12), None, None],
        kind=pl.Series(["held", None, "held"], dtype=pl.Categorical()),
        nothing=[None, None, None],
    )
    raw = read_export(path)
    assert raw.format == recognise(path).format == "parquet"
    assert raw.frame.schema == {**dict.fromkeys(raw.frame.columns[:-1], pl.String()), "row_number": pl.Int64()}
    assert raw.frame.rows() == [
        ("Jürgen", "3", "2", "true", "2026-01-05", "2026-01-05T09:12:00", "09:12:00", "held", None, 1),
        (None, None, "2.5", "false", None, "2026-01-05T09:12:00.500", None, None, None, 2),
        (None, "-1", None, None, None, None, None, "held", None, 3),
    ]


def test_an_instant_with_a_zone_says_it_is_utc(tmp_path: Path) -> None:
    local = pl.Series([dt.datetime(2026, 7, 5, 9, 12)]).dt.replace_time_zone("Europe/Berlin")  # noqa: DTZ001
    assert read_export(write(tmp_path, at=local)).frame["at"].to_list() == ["2026-07-05T07:12:00Z"]


def test_decimals_keep_their_digits(tmp_path: Path) -> None:
    column = pl.Series(["2.50", "3.00"]).cast(pl.Decimal(10, 2))
    assert read_export(write(tmp_path, score=column)).frame["score"].to_list() == ["2.50", "3"]


def test_the_name_of_the_file_does_not_matter(tmp_path: Path) -> None:
    assert recognise(write(tmp_path, "log.csv", group=["G1"])).format == "parquet"


def test_columns_called_alike_are_numbered(tmp_path: Path) -> None:
    raw = read_export(write(tmp_path, Group=["a"], group=["b"], row_number=["c"]))
    assert raw.frame.columns == ["Group [1]", "group [2]", "row_number [1]", "row_number"]


def test_a_table_without_rows_is_a_table(tmp_path: Path) -> None:
    raw = read_export(write(tmp_path, group=pl.Series([], dtype=pl.String())))
    assert (raw.n_rows, raw.frame.columns) == (0, ["group", "row_number"])


@pytest.mark.parametrize("nested", [[["MARKER"]], [{"a": "MARKER"}]])
def test_a_column_of_several_values_per_row_is_refused_by_name(nested: list[Any], tmp_path: Path) -> None:
    refusal = refused(write(tmp_path, group=["G1"], partners=nested))
    assert refusal.rule == "nested_column"
    assert "`partners`" in refusal.reason
    assert "MARKER" not in str(refusal)


@pytest.mark.parametrize("column", [[dt.timedelta(minutes=90)], [b"MARKER"]])
def test_a_column_without_a_text_is_refused_by_name(column: list[Any], tmp_path: Path) -> None:
    refusal = refused(write(tmp_path, length=column))
    assert refusal.rule == "unreadable_column"
    assert "`length`" in refusal.reason


def test_a_file_without_columns_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({}), tmp_path / "none.parquet")
    assert refused(tmp_path / "none.parquet").rule == "empty_file"


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1\x00\x00PAR1", b"PAR1" + b"\xff" * 64 + b"PAR1"])
def test_a_damaged_file_is_refused(content: bytes, written: Written) -> None:
    assert refused(written(content)).rule == "unreadable_file"


def test_a_few_bytes_that_stand_for_too_many_cells_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, group=["G1"] * 5_000_000)
    assert path.stat().st_size < 50_000
    monkeypatch.setattr(limits.check_table_size, "__defaults__", (4_999_999,))
    monkeypatch.setattr(parquet.pq.ParquetFile, "read", None)  # refused before the rows are unfolded
    assert refused(path).rule == "file_too_large"


def test_a_file_that_declares_too_many_bytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "LARGEST_UNFOLDED", 10)
    assert refused(write(tmp_path, group=["G1"])).rule == "file_too_large"


def test_a_text_kept_once_for_many_rows_counts_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, note=["x" * 1000] * 10_000)  # 10,000,000 bytes of text
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(parquet, "LARGEST_UNFOLDED", 9_999_999)
    assert refused(path).rule == "file_too_large"
    monkeypatch.setattr(parquet, "LARGEST_UNFOLDED", 10_000_000)
    assert read_export(path).n_rows == 10_000


@pytest.mark.parametrize("column", [{"note": ["a\x00b"]}, {"no\x00te": ["a"]}])
def test_control_characters_are_refused(column: dict[str, list[str]], tmp_path: Path) -> None:
    assert refused(write(tmp_path, **column)).rule == "unreadable_file"


def test_notes_about_the_table_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    noted = pa.table({"group": ["G1"]}).replace_schema_metadata({b"note": b"\xff\xfe"})
    pq.write_table(noted, tmp_path / "log.parquet")
    assert read_export(tmp_path / "log.parquet").frame.rows() == [("G1", 1)]


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)


@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(texts, st.integers(-(2**60), 2**60), st.none() | st.booleans()), max_size=8))
def test_any_rows_come_out_as_they_went_in(rows: list[tuple[str, int, bool | None]]) -> None:
    schema = {"note": pl.String(), "n": pl.Int64(), "yes": pl.Boolean()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.parquet"
        pl.DataFrame(rows, schema=schema, orient="row").write_parquet(path)
        raw = read_export(path)
    assert raw.frame.rows() == [
        (note or None, str(n), None if yes is None else str(yes).lower(), number)
        for number, (note, n, yes) in enumerate(rows, start=1)
    ]
