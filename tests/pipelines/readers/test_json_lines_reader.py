"""JSON Lines and arrays of objects: one object per row, differing keys, nothing nested."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.readers import FileRefused, json_lines, read_export, recognise

Written = Callable[..., Path]


def refused(path: Path) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        read_export(path)
    return refusal.value


def test_every_kind_of_value_becomes_the_text_of_a_cell(written: Written) -> None:
    path = written(
        '{"text": "Jürgen", "whole": 3, "number": 2.0, "yes": true}\n'
        '{"text": "", "whole": 118052219061, "number": 2.50, "yes": false}\n'
        '{"text": null, "whole": 1e3, "number": NaN, "yes": null}\n',
        "log.txt",
    )
    raw = read_export(path)
    assert raw.format == recognise(path).format == "jsonl"
    assert raw.frame.rows() == [
        ("Jürgen", "3", "2", "true", 1),
        (None, "118052219061", "2.50", "false", 2),
        (None, "1000", None, None, 3),
    ]


def test_objects_with_different_keys_give_all_of_them_as_columns(written: Written) -> None:
    raw = read_export(written('{"group": "G1"}\r\n{"minutes": 90, "group": "G2"}\r\n{}\r\n'))
    assert raw.frame.columns == ["group", "minutes", "row_number"]
    assert raw.frame.rows() == [("G1", None, 1), ("G2", "90", 2), (None, None, 3)]


def test_a_row_has_the_number_of_its_line(written: Written) -> None:
    raw = read_export(written('\n{"group": "G1"}\n\n{"group": "G2\u2028x"}'))
    assert raw.frame.rows() == [("G1", 2), ("G2\u2028x", 4)]


def test_an_array_of_objects_is_read_and_numbered_by_place(written: Written) -> None:
    path = written('[\n {"group": "G1"},\n {"group": "G2", "minutes": 1.5}\n]\n', "log.json")
    assert recognise(path).format == "jsonl"
    assert read_export(path).frame.rows() == [("G1", None, 1), ("G2", "1.5", 2)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding_is_read(encoding: str, written: Written) -> None:
    text = '{"name": "Jürgen Groß"}\n{"name": "Åsa Sjöström"}\n{"name": "André Müller"}\n'
    assert read_export(written(text.encode(encoding))).frame["name"].to_list() == [
        "Jürgen Groß",
        "Åsa Sjöström",
        "André Müller",
    ]


def test_keys_that_look_alike_are_numbered(written: Written) -> None:
    raw = read_export(written('{"Group": 1, "group": 2, "row_number": 3, "": 4}\n'))
    assert raw.frame.columns == ["Group [1]", "group [2]", "row_number [1]", "column 4", "row_number"]


@pytest.mark.parametrize(
    ("content", "rule", "said"),
    [
        ('{"group": "MARKER"}\n{"group": "MARKER"\n', "unreadable_file", "line 2 is not whole JSON"),
        ('{"group": "MARKER"}\n["MARKER"]\n', "unreadable_file", "line 2 is not an object"),
        ('{\n "group": "MARKER"\n}\n', "unreadable_file", "line 1 is not whole JSON"),
        ('[{"group": 1}, "MARKER"]', "unreadable_file", "entry 2 is not an object"),
        (
            '{"group": "MARKER", "group": "MARKER"}\n',
            "unreadable_file",
            "line 1 has an object that names a key",
        ),
        ('{"group": "G1", "partners": ["MARKER"]}\n', "nested_column", "`partners`"),
        ('{"group": {"id": "MARKER"}}\n', "nested_column", "`group`"),
        (
            '{"group": "MARKER\\u0000"}\n',
            "unreadable_file",
            "row 1 has control characters in the cell of column 1",
        ),
        ('{"group": "MARKER\\ud800"}\n', "unreadable_file", "escapes that stand for none"),
        ("[]", "empty_file", "no cells"),
        ("{}\n{}\n", "empty_file", "no cells"),
        ('{"a":' * 100_000, "unreadable_file", "line 1 is not whole JSON"),
        ('[{"a":' + "[" * 100_000, "unreadable_file", "the array is not whole JSON"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(
    content: str, rule: str, said: str, written: Written
) -> None:
    refusal = refused(written(content))
    assert refusal.rule == rule
    assert said in refusal.reason
    assert "MARKER" not in str(refusal)
    assert refusal.__cause__ is None


def test_more_cells_than_fit_are_refused_before_they_are_made(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    # each line brings a key of its own: a thousand lines are a million cells
    monkeypatch.setattr(json_lines, "MOST_CELLS", 999_999)
    refusal = refused(written("".join(f'{{"k{n}": 1}}\n' for n in range(1000))))
    assert refusal.rule == "file_too_large"


def test_a_file_too_large_for_objects_is_refused_unread(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "LARGEST_FILE", 10)
    assert refused(written('{"group": "G1"}\n')).rule == "file_too_large"


def test_a_table_whose_heading_has_brackets_is_no_json(written: Written) -> None:
    assert read_export(written("[group],number\nG1,3\n")).frame.columns == ["[group]", "number", "row_number"]


keys = st.sampled_from(["group", "minutes", "Wie war's?", "note"])
values = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(max_size=6).filter(lambda text: not any(ord(character) < 32 for character in text))
)


@settings(deadline=None, max_examples=150)
@given(rows=st.lists(st.dictionaries(keys, values, min_size=1), min_size=1, max_size=6), escaped=st.booleans())
def test_any_objects_come_out_as_they_went_in(rows: list[dict[str, object]], escaped: bool) -> None:
    lines = "\n".join(json.dumps(row, ensure_ascii=escaped) for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.jsonl"
        path.write_bytes(lines.encode("utf-8"))
        raw = read_export(path)
    assert raw.frame.drop("row_number").rows(named=True) == [
        {name: _cell(row.get(name)) for name in raw.frame.columns[:-1]} for row in rows
    ]
    assert raw.frame.schema["row_number"] == pl.Int64()
    assert set(raw.frame.columns[:-1]) == {key for row in rows for key in row}


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
