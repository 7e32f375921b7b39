"""What becomes of rows of Qualtrics and LimeSurvey under a source file: named columns, times, rows left out."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from models.catalogue import questions
from pipelines.identity import IdentityKey
from pipelines.mapping import StagedFile, map_rows
from pipelines.readers import read_export
from pipelines.source_file import read_source_file

KEY = IdentityKey(b"0123456789abcdef0123456789abcdef")

SOURCE = """
format = "{format}"
files = ["*"]
time_zone = "Europe/Berlin"
day_order = "day_first"
{keep}
[[rows]]
table = "answers"
[rows.columns]
person_id = {{ column = "{person}" }}
wave = {{ value = "baseline" }}
answered_at = {{ column = "{answered}" }}
[rows.questions]
usefulness = {{ column = "{question}" }}
"""

QUALTRICS = """\
RecordedDate,Status,Finished,IPAddress,RecipientEmail,Q1
Erfassungsdatum,Antworttyp,Beendet,IP-Adresse,E-Mail,How useful was it?
{ids}
2026-01-05 09:12:00,IP Address,True,192.0.2.7,a@example.org,4
2026-01-05 09:13:00,Survey Preview,True,192.0.2.7,b@example.org,5
2026-01-05 09:14:00,IP Address,False,192.0.2.7,c@example.org,3
2026-01-05 09:15:00,IP Address,True,192.0.2.7,d@example.org,-99
"""
IDS = ("recordedDate", "status", "finished", "ipAddress", "recipientEmail", "QID1")
LEGACY = """\
V1,V2,V3,V5,V7,V9,V10,Q1,
ResponseID,ResponseSet,Name,EmailAddress,Status,EndDate,Finished,How useful was it?,
R_1,Default,Ada,a@example.org,0,29-12-2018 23:46,1,4,
R_2,Default,Bea,b@example.org,1,29-12-2018 23:46,1,5,
"""
LIMESURVEY = """\
id;submitdate;lastpage;startlanguage;token;G01Q01
1;2026-01-05 09:12:00;3;de;t1;4
2;2026-01-05 09:13:00;3;de;t2;N/A
3;2026-01-05 09:14:00;3;de;t3;
4;;1;de;t4;5
"""


def import_ids(zone: str = "") -> str:
    """The row of ImportIds, with or without the zone of the export's times."""
    named = f',"timeZone":"{zone}"' if zone else ""
    out = io.StringIO()
    row = [f'{{"ImportId":"{name}"{named if name.endswith("Date") else ""}}}' for name in IDS]
    csv.writer(out, lineterminator="").writerow(row)
    return out.getvalue()


def mapped(
    text: str, folder: Path, file_format: str, columns: Sequence[str], keep: Sequence[str] = ()
) -> StagedFile:
    """The export of one question, mapped."""
    (folder / "export.csv").write_text(text, "utf-8")
    person, answered, question = columns
    kept = f"keep = {[*keep]}" if keep else ""
    source = SOURCE.format(format=file_format, person=person, answered=answered, question=question, keep=kept)
    return map_rows(
        read_export(folder / "export.csv"),
        read_source_file(source, "pulse"),
        file="export.csv",
        key=KEY,
        questions=questions(),
        time_zone="UTC",
    )


def scores(result: StagedFile) -> dict[int, float]:
    """Score by row number."""
    return dict(result.tables["answers"].select("row_number", "score").rows())


@pytest.mark.parametrize("question", ["Q1", "How useful was it?", "QID1"])
def test_a_question_of_qualtrics_is_found_by_tag_wording_and_import_id(question: str, tmp_path: Path) -> None:
    text = QUALTRICS.format(ids=import_ids())
    result = mapped(text, tmp_path, "qualtrics", ("RecipientEmail", "RecordedDate", question))
    assert scores(result) == {4: 4.0}
    assert result.dropped.rows() == [(5, "preview"), (6, "unfinished"), (7, "nothing_answered")]


def test_rows_that_are_kept_by_the_source_file_are_read(tmp_path: Path) -> None:
    text = QUALTRICS.format(ids=import_ids())
    names = ("RecipientEmail", "RecordedDate", "Q1")
    result = mapped(text, tmp_path, "qualtrics", names, keep=("preview", "unfinished"))
    assert scores(result) == {4: 4.0, 5: 5.0, 6: 3.0}


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("", 8), ("America/Denver", 16), ("Z", 9)],
)
def test_times_are_in_the_zone_the_export_names_else_in_the_source_s(
    zone: str, hour: int, tmp_path: Path
) -> None:
    """9:12 in Berlin's winter is 8:12 UTC; in Denver's it is 16:12 UTC."""
    text = QUALTRICS.format(ids=import_ids(zone))
    result = mapped(text, tmp_path, "qualtrics", ("RecipientEmail", "RecordedDate", "Q1"))
    instant = dt.datetime(2026, 1, 5, hour, 12)  # noqa: DTZ001 - naive UTC
    assert result.tables["answers"].select("answered_at", "recorded_at").row(0) == (instant, instant)


def test_a_legacy_export_is_read_by_what_its_second_row_says_with_times_a_spreadsheet_rewrote(
    tmp_path: Path,
) -> None:
    result = mapped(LEGACY, tmp_path, "qualtrics_legacy", ("EmailAddress", "EndDate", "How useful was it?"))
    assert scores(result) == {3: 4.0}
    assert result.tables["answers"]["answered_at"][0] == dt.datetime(2018, 12, 29, 22, 46)  # noqa: DTZ001
    assert result.dropped.rows() == [(4, "preview")]


def test_not_shown_not_answered_and_partial_are_three_things_in_limesurvey(tmp_path: Path) -> None:
    result = mapped(LIMESURVEY, tmp_path, "limesurvey", ("token", "submitdate", "G01Q01"))
    assert scores(result) == {2: 4.0}
    assert result.dropped.rows() == [(3, "not_asked"), (4, "nothing_answered"), (5, "unfinished")]
    assert result.tables["answers"].filter(pl.col("unreadable") != "").is_empty()


def test_the_own_columns_of_limesurvey_are_found_by_code_under_headings_of_any_language(tmp_path: Path) -> None:
    german = "Antwort ID;Datum Abgeschickt;Letzte Seite;Start-Sprache;Zugangscode;Wie nützlich?\n"
    text = german + LIMESURVEY.partition("\n")[2]
    result = mapped(text, tmp_path, "limesurvey", ("token", "submitdate", "Wie nützlich?"))
    assert scores(result) == {2: 4.0}
    assert result.dropped["rule"].to_list() == ["not_asked", "nothing_answered", "unfinished"]


def test_every_row_of_a_file_is_staged_or_left_out(tmp_path: Path) -> None:
    result = mapped(LIMESURVEY, tmp_path, "limesurvey", ("token", "submitdate", "G01Q01"))
    assert result.n_rows == 4 == len(scores(result)) + result.dropped.height
