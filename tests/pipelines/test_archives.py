"""Archives give their files within bounds, and never a path; what is unsafe is refused whole by rule."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines import archives
from pipelines.archives import is_archive, label, unpack
from pipelines.readers import FileRefused

TABLE = b"a,b\n1,2\n"


def zipped(path: Path, members: Mapping[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def unpacked(path: Path) -> dict[str, bytes]:
    folder = path.parent / "members"
    folder.mkdir()
    return {member.label: member.path.read_bytes() for member in unpack(path, path.name, folder)}


def refusal(path: Path) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        unpacked(path)
    assert refused.value.file == path.name
    assert "Unpack it yourself" in refused.value.remedy
    return refused.value


def test_each_member_is_a_file_named_by_archive_and_member(tmp_path: Path) -> None:
    path = zipped(tmp_path / "exports.zip", {"pulse.csv": TABLE, "more/groups.csv": b"g\n"})
    assert is_archive(path)
    assert unpacked(path) == {"exports.zip/pulse.csv": TABLE, "exports.zip/more/groups.csv": b"g\n"}


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("../../etc/passwd", "a.zip/etc/passwd"),
        ("/etc/passwd", "a.zip/etc/passwd"),
        ("..\\..\\windows\\pulse.csv", "a.zip/windows/pulse.csv"),
        ("C:\\exports\\pulse.csv", "a.zip/C_/exports/pulse.csv"),
        ("pu\nlse\x1b[2J.csv", "a.zip/pu?lse?[2J.csv"),
        ("Ergebnis ü.csv", "a.zip/Ergebnis ü.csv"),
        ("..", "a.zip/unnamed"),
    ],
)
def test_a_members_name_is_a_label_without_steps_upwards_drives_or_control_characters(
    name: str, called: str
) -> None:
    assert label("a.zip", name) == called


@given(st.text(min_size=1, max_size=300))
def test_no_name_leads_out_of_its_archive(name: str) -> None:
    archive, *parts = label("a.zip", name).split("/")
    assert archive == "a.zip"
    assert parts
    assert not {"", ".", ".."} & set(parts)
    assert label("a.zip", name).isprintable()


def test_members_that_climb_out_of_their_folder_are_written_nowhere_else(tmp_path: Path) -> None:
    inner = tmp_path / "deep" / "deeper"
    inner.mkdir(parents=True)
    path = zipped(inner / "a.zip", {"../../out.csv": TABLE, str(tmp_path / "root.csv"): TABLE})
    before = {item for item in tmp_path.rglob("*") if item.is_file()}
    members = unpacked(path)
    after = {item for item in tmp_path.rglob("*") if item.is_file()}
    assert list(members.values()) == [TABLE, TABLE]
    assert after - before == {inner / "members" / "0", inner / "members" / "1"}


def test_what_a_mac_adds_hidden_files_folders_and_links_are_left_out(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    members: dict[str | zipfile.ZipInfo, bytes] = {
        "__MACOSX/._pulse.csv": b"x",
        ".DS_Store": b"x",
        "deep/.hidden/pulse.csv": b"x",
        "~$pulse.xlsx": b"x",
        "folder/": b"",
        link: b"/etc/passwd",
        "pulse.csv": TABLE,
    }
    assert unpacked(zipped(tmp_path / "a.zip", members)) == {"a.zip/pulse.csv": TABLE}


@pytest.mark.parametrize("members", [{}, {".DS_Store": b"x"}])
def test_an_archive_without_a_file_to_read_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    path = zipped(tmp_path / "a.zip", members)
    assert is_archive(path)
    assert refusal(path).rule == "archive_empty"


@pytest.mark.parametrize("member", ["xl/workbook.xml", "content.xml"])
def test_a_workbook_is_no_archive(tmp_path: Path, member: str) -> None:
    marks = {"xl/workbook.xml": "[Content_Types].xml", "content.xml": "mimetype"}
    assert not is_archive(zipped(tmp_path / "book.xlsx", {marks[member]: b"x", member: b"x"}))


def test_a_table_is_no_archive_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "table.zip"
    for content in (TABLE, b"", b"P"):
        path.write_bytes(content)
        assert not is_archive(path)


def test_a_packed_table_is_one_file_named_without_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "pulse.csv.gz"
    path.write_bytes(gzip.compress(TABLE))
    assert is_archive(path)
    assert unpacked(path) == {"pulse.csv.gz/pulse.csv": TABLE}


def tarred() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("pulse.csv"), io.BytesIO(b""))
    return packed.getvalue()


def inner_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("pulse.csv", TABLE)
    return packed.getvalue()


@pytest.mark.parametrize(
    "inner", [inner_zip(), gzip.compress(TABLE), tarred(), b"7z\xbc\xaf\x27\x1c..", b"Rar!\x1a\x07\x01\x00"]
)
def test_an_archive_in_an_archive_is_refused_whatever_it_is_called(tmp_path: Path, inner: bytes) -> None:
    refused = refusal(zipped(tmp_path / "a.zip", {"pulse.csv": inner}))
    assert refused.rule == "archive_nested"
    assert "a.zip/pulse.csv" in refused.reason


def test_a_packed_tar_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "exports.tar.gz"
    path.write_bytes(gzip.compress(tarred()))
    assert refusal(path).rule == "archive_nested"


def test_a_workbook_in_an_archive_is_a_file_like_any_other(tmp_path: Path) -> None:
    book = zipped(tmp_path / "book.xlsx", {"[Content_Types].xml": b"x"}).read_bytes()
    assert unpacked(zipped(tmp_path / "a.zip", {"book.xlsx": book})) == {"a.zip/book.xlsx": book}


def test_a_locked_archive_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(tmp_path / "a.zip", {"pulse.csv": TABLE}).read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[6] |= 1  # flag of the member
    content[directory + 8] |= 1  # and in the directory
    (tmp_path / "a.zip").write_bytes(content)
    assert refusal(tmp_path / "a.zip").rule == "archive_encrypted"


@pytest.mark.parametrize(("n_members", "is_refused"), [(1000, False), (1001, True)])
def test_a_thousand_members_are_read_and_one_more_is_refused(
    tmp_path: Path, n_members: int, is_refused: bool
) -> None:
    path = zipped(tmp_path / "a.zip", {f"{number}.csv": TABLE for number in range(n_members)})
    if is_refused:
        assert refusal(path).rule == "archive_too_large"
        assert list((tmp_path / "members").iterdir()) == []
    else:
        assert len(unpacked(path)) == n_members


def test_a_directory_too_long_to_read_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "a.zip", {"pulse.csv": TABLE})
    content = bytearray(path.read_bytes())
    struct.pack_into("<L", content, content.rindex(b"PK\x05\x06") + 12, archives.MOST_DIRECTORY_BYTES + 1)
    path.write_bytes(content)

    def never(*_: object) -> None:
        raise AssertionError("the directory was read")

    monkeypatch.setattr(archives.zipfile, "ZipFile", never)
    assert refusal(path).rule == "archive_too_large"


def test_a_long_directory_told_in_the_record_for_large_archives_is_refused_too(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"pulse.csv": TABLE})
    content = path.read_bytes()
    end = content.rindex(b"PK\x05\x06")
    size = archives.MOST_DIRECTORY_BYTES + 1
    large = b"PK\x06\x06" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, 1, 1, size, 0)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, end, 1)
    path.write_bytes(content[:end] + large + locator + content[end:])
    assert refusal(path).rule == "archive_too_large"


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("kind", ["zip", "gz"])
def test_an_archive_may_unpack_to_its_bound_and_not_to_a_byte_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, extra: int
) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 5000)
    content = b"x" * (5000 + extra)
    path = tmp_path / f"a.{kind}"
    path.write_bytes(gzip.compress(content))
    if kind == "zip":
        zipped(path, {"a.csv": content[:2500], "b.csv": content[2500:]})
    if extra:
        assert refusal(path).rule == "archive_too_large"
    else:
        assert sum(map(len, unpacked(path).values())) == 5000


@pytest.mark.parametrize("extra", [0, 1])
def test_beyond_what_does_no_harm_an_archive_may_unpack_to_200_times_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: int
) -> None:
    monkeypatch.setattr(archives, "HARMLESS_BYTES", 1000)
    # Half a megabyte of one letter packs about a thousandfold; the archive is filled up to a 200th with a comment.
    content = b"x" * (500_000 + extra)
    path = zipped(tmp_path / "a.zip", {"a.csv": content})
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"-" * (2500 - path.stat().st_size)
    assert path.stat().st_size == 2500
    if extra:
        assert refusal(path).rule == "archive_too_large"
    else:
        assert unpacked(path) == {"a.zip/a.csv": content}


def test_a_short_table_that_repeats_itself_is_no_bomb(tmp_path: Path) -> None:
    content = b"a,b\n" * 100_000
    path = zipped(tmp_path / "a.zip", {"a.csv": content})
    assert len(content) > 200 * path.stat().st_size
    assert unpacked(path) == {"a.zip/a.csv": content}


def test_a_bomb_whose_headers_say_it_is_small_is_stopped_as_it_unpacks(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": bytes(30_000_000)})
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    struct.pack_into("<L", content, 22, 10)
    struct.pack_into("<L", content, directory + 24, 10)
    path.write_bytes(content)
    assert refusal(path).rule in ("archive_damaged", "archive_too_large")
    assert (tmp_path / "members" / "0").stat().st_size <= 10


@pytest.mark.parametrize("kind", ["zip", "gz"])
@pytest.mark.parametrize("how", ["cut", "changed"])
def test_a_damaged_archive_is_refused(tmp_path: Path, kind: str, how: str) -> None:
    table = b"".join(b"%d,%d\n" % (n, n * n) for n in range(500))
    path = tmp_path / f"a.{kind}"
    path.write_bytes(gzip.compress(table))
    if kind == "zip":
        zipped(path, {"a.csv": table})
    content = bytearray(path.read_bytes())
    if how == "cut":
        content = content[: len(content) // 2]
    else:
        content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert is_archive(path)
    assert refusal(path).rule == "archive_damaged"


def test_an_archive_packed_in_another_way_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", TABLE)
    refused = refusal(path)
    assert (refused.rule, refused.reason) == ("archive_damaged", "it is packed in a way that is not read")


@given(st.binary(max_size=400), st.integers(0, 1 << 30))
@example(b"X", 205)
def test_whatever_a_file_holds_it_is_opened_or_refused(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int
) -> None:
    folder = tmp_path_factory.mktemp("noise")
    path = zipped(folder / "a.zip", {"a.csv": TABLE * 20, "b.csv": b"b\n"})
    content = path.read_bytes()
    start = place % len(content)
    path.write_bytes(content[:start] + noise + content[start + len(noise) :])
    if not is_archive(path):
        return
    try:
        found = set(unpacked(path))
    except FileRefused as refused:
        found = {refused.rule}
    assert found
    assert all(item.startswith(("archive_", "a.zip/")) for item in found)
