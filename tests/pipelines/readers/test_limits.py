"""Files that would fill the memory, by accident or on purpose, are refused before they do."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.readers import FileRefused, limits, package, read_export

Written = Callable[..., Path]


def refused(path: Path) -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        read_export(path)
    return refusal.value


def workbook(path: Path, sheet_end: bytes = b"", strings: Callable[[bytes], bytes] | None = None) -> Path:
    """A workbook of two rows, with more written into the end of its sheet or into its texts."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["group", "note"])
        sheet.write_row(1, 0, ["G1", "MARKER"])
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    sheet_name, strings_name = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
    parts[sheet_name] = parts[sheet_name].replace(b"</sheetData>", sheet_end + b"</sheetData>")
    parts[strings_name] = (strings or bytes)(parts[strings_name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in parts.items():
            whole.writestr(name, content)
    return path


def test_a_file_of_too_many_bytes_is_refused_unread(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.check_file_size, "__defaults__", (10,))
    refusal = refused(written("group,note\nG1,x\n"))
    assert (refusal.rule, refusal.file) == ("file_too_large", "export.csv")


def test_too_many_columns_are_refused(written: Written) -> None:
    heading = ",".join(f"q{place}" for place in range(limits.MOST_COLUMNS + 1))
    refusal = refused(written(f"{heading}\n1,2\n"))
    assert refusal.rule == "too_many_columns"
    assert "16,385 columns" in refusal.reason


def test_as_many_columns_as_a_spreadsheet_holds_are_read(written: Written) -> None:
    heading = ",".join(f"q{place}" for place in range(limits.MOST_COLUMNS))
    assert read_export(written(f"{heading}\n1,2\n")).frame.width == limits.MOST_COLUMNS + 1


def test_short_rows_under_a_wide_heading_count_as_full_ones(written: Written) -> None:
    # 10,001 rows of 10,000 columns: 100,010,000 cells in less than 100 KB
    heading = ",".join(f"q{place}" for place in range(10_000))
    assert refused(written(heading + "\n1" * 10_000)).rule == "file_too_large"


def test_a_quote_left_open_is_found_by_the_length_of_its_cell(written: Written) -> None:
    refusal = refused(written('group,note\nG1,x\nG2,"MARKER' + "y" * limits.LONGEST_CELL + '"\n'))
    assert refusal.rule == "cell_too_large"
    assert "row 3" in refusal.reason
    assert "column 2" in refusal.reason
    assert "MARKER" not in str(refusal)


def test_a_long_cell_does_not_mislead_about_the_separator(written: Written) -> None:
    raw = read_export(written("group;note\nG1;a, b\nG2;" + "y, " * 40_000 + "\n"))
    assert raw.frame.columns == ["group", "note", "row_number"]


@pytest.mark.parametrize("position", ["heading", "cell"])
def test_a_nul_is_refused(position: str, written: Written) -> None:
    content = "gro\x00up,note\nG1,x\n" if position == "heading" else "group,note\nG1,\x00\n"
    assert refused(written(content)).rule == "unreadable_file"


def test_a_package_that_unfolds_to_many_times_its_size_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", sheet_end=b" " * 40_000_000)
    assert path.stat().st_size < 100_000
    assert refused(path).rule == "package_too_large"


def test_the_size_a_package_declares_is_not_trusted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", sheet_end=b" " * 40_000_000)
    with zipfile.ZipFile(path) as whole:
        true_size = whole.getinfo("xl/worksheets/sheet1.xml").file_size
    lied = path.read_bytes().replace(true_size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(lied)
    assert refused(path).rule == "package_too_large"


@pytest.mark.parametrize("piece", [7, 1024**2])
def test_a_text_shown_in_many_cells_counts_for_each(
    piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The fourth text is the marker; its cell stands in row 2. A thousand more cells show the same.
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>3</v></c></row>' % (row, row) for row in range(3, 1003))
    path = workbook(
        tmp_path / "echo.xlsx", sheet_end=cells, strings=lambda texts: texts.replace(b"MARKER", b"M" * 5000)
    )
    assert path.stat().st_size < 20_000
    monkeypatch.setattr(package, "_PIECE", piece)
    monkeypatch.setattr(package, "LARGEST_TEXTS", 5_000_000)
    refusal = refused(path)
    assert refusal.rule == "package_too_large"
    assert "the texts of its cells" in refusal.reason
    monkeypatch.setattr(package, "LARGEST_TEXTS", 10_000_000)
    assert read_export(path).n_rows == 1001


def test_a_package_of_too_many_bytes_is_refused_whatever_its_ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "LARGEST_UNFOLDED", 1000)
    assert refused(workbook(tmp_path / "large.xlsx")).rule == "package_too_large"


@pytest.mark.parametrize(
    "last_cell",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1048576"><c t="n" r = \'xfd1048576\'><v>1</v></c></row>',
        b'<row r="9"><c r="AAAA9"><v>1</v></c></row>',
        b'<row r="1048576">' + b"<c><v>1</v></c>" * 100 + b"</row>",
        b"<row/>" * 29_000 + b'<row><c r="ZZ"><v>1</v></c></row>',  # column 702 of row 29,003
        b'<row r="4294967300"><c r="A4294967300"><v>1</v></c></row>',
    ],
)
def test_two_cells_in_far_corners_are_refused_before_all_between_are_laid_out(
    last_cell: bytes, tmp_path: Path
) -> None:
    assert refused(workbook(tmp_path / "far.xlsx", sheet_end=last_cell)).rule == "package_too_large"


def test_a_far_corner_is_found_where_two_pieces_of_a_sheet_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "far.xlsx", sheet_end=b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    monkeypatch.setattr(package, "_PIECE", 7)
    assert refused(path).rule == "package_too_large"


@pytest.mark.parametrize(
    "entities",
    [
        b'<!ENTITY a "AAAA"><!ENTITY b "&a;&a;&a;&a;">',
        b'<!ENTITY b SYSTEM "file:///etc/hostname">',
    ],
)
def test_entities_in_a_workbook_are_never_expanded(entities: bytes, tmp_path: Path) -> None:
    def with_entity(strings: bytes) -> bytes:
        declared = re.sub(rb"<sst", b"<!DOCTYPE sst [" + entities + b"]><sst", strings, count=1)
        return declared.replace(b"MARKER", b"&b;")

    assert refused(workbook(tmp_path / "entities.xlsx", strings=with_entity)).rule == "unreadable_file"


def test_an_honest_workbook_is_read(tmp_path: Path) -> None:
    assert read_export(workbook(tmp_path / "log.xlsx")).frame.rows() == [("G1", "MARKER", 2)]


def test_an_encrypted_part_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "locked.xlsx")
    content = path.read_bytes()
    # bit 0 of the flags of each entry in the central directory says that it is encrypted
    path.write_bytes(re.sub(rb"(PK\x01\x02.{4}).", lambda entry: entry[1] + b"\x01", content, flags=re.DOTALL))
    assert refused(path).rule == "unreadable_file"
