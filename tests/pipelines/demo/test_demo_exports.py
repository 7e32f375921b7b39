"""The demo's files, opened with plain libraries: counts, formats, blemishes, determinism."""

import csv
import hashlib
import json
import re
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import icalendar
import openpyxl
import pytest

from models.catalogue import forms
from models.simulate import Programme, Scenario, simulate
from pipelines.demo import DemoExports, write_exports

ZONE = "Europe/Berlin"
EMAIL = "Your work e-mail"
OUTCOME = "What became of your last commitment?"


@pytest.fixture(scope="module")
def programme() -> Programme:
    return simulate(Scenario())


@pytest.fixture(scope="module")
def inbox(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programme") / "inbox"
    write_exports(programme, folder, time_zone=ZONE)
    return folder


@pytest.fixture(scope="module")
def exports(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> DemoExports:
    return write_exports(programme, tmp_path_factory.mktemp("counted") / "inbox", time_zone=ZONE)


def rows_of(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def workbook_rows(path: Path) -> list[dict[str, object]]:
    cells = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    headings = next(cells)
    return [dict(zip(headings, row, strict=True)) for row in cells]


def test_the_inbox_holds_one_file_per_source_and_never_the_truth(inbox):
    assert sorted(path.name for path in inbox.iterdir()) == [
        "attendance.csv",
        "baseline.xlsx",
        "calendar.ics",
        "checkout.xlsx",
        "commitments.csv",
        "groups.csv",
        "invitations.csv",
        "pulse.csv",
        "roster.csv",
        "session_log.csv",
    ]


def test_the_truth_stands_beside_the_inbox(inbox, programme):
    truth = json.loads((inbox.parent / "truth.json").read_text())
    assert truth["average_effect"] == programme.truth.average_effect
    assert truth["bias"] == pytest.approx(truth["selection"] + truth["heterogeneity"])
    assert truth["scenario"]["effect"] == 0.14
    assert "@" not in (inbox.parent / "truth.json").read_text()


def test_the_summary_counts_the_rows_of_each_file(inbox, exports):
    counted = {path.name: len(rows_of(path)) for path in inbox.glob("*.csv") if path.name != "roster.csv"}
    counted["roster.csv"] = len(rows_of(inbox / "roster.csv", ";"))
    counted |= {path.name: len(workbook_rows(path)) for path in inbox.glob("*.xlsx")}
    calendar = icalendar.Calendar.from_ical((inbox / "calendar.ics").read_text())
    counted["calendar.ics"] = len(calendar.walk("VEVENT"))
    assert counted == dict(exports.rows)


def test_the_summary_counts_the_blemishes(exports):
    counts = (exports.n_bad_rows, exports.n_repeated_rows, exports.n_corrected_rows, exports.n_test_rows)
    assert counts == (6, 5, 1, 1)


def test_the_pulse_writes_the_times_of_googles_download(inbox, programme):
    first = rows_of(inbox / "pulse.csv")[0]["Timestamp"]
    # The first answer falls into summer time: two hours ahead of UTC.
    assert re.fullmatch(r"\d{4}/\d{2}/\d{2} \d{1,2}:\d{2}:\d{2} [AP]M GMT\+2", first)
    pulses = programme.answers.filter(programme.answers["wave"] != "baseline")
    local = datetime.strptime(first, "%Y/%m/%d %I:%M:%S %p GMT+2")  # noqa: DTZ007
    assert (local - pulses["answered_at"].min()).total_seconds() == 2 * 3600


@pytest.mark.parametrize("file", ["pulse.csv", "checkout.xlsx"])
def test_the_forms_are_headed_as_the_catalogue_words_them(inbox, file):
    form = forms()["pulse" if file == "pulse.csv" else "check_out"]
    headings = rows_of(inbox / file)[0] if file == "pulse.csv" else workbook_rows(inbox / file)[0]
    asked = {item.text["en"] for section in form.sections for item in section.items}
    own = [re.sub(r"\s", " ", heading) for heading in list(headings)[1 if file == "pulse.csv" else 6 :]]
    assert set(own) <= asked
    required = [i.text["en"] for s in form.sections if not s.is_optional for i in s.items]
    assert [heading for heading in own if heading in required] == required


def test_at_least_half_of_the_outcomes_arrive_in_the_pulse(inbox, programme):
    in_pulse = sum(bool(row[OUTCOME]) for row in rows_of(inbox / "pulse.csv"))
    in_sheet = sum(bool(row["outcome"]) for row in rows_of(inbox / "commitments.csv"))
    assert in_pulse + in_sheet == programme.outcome_reports.height + 1  # one of them was sent twice
    assert in_pulse > 0.5 * (in_pulse + in_sheet)
    assert in_sheet > 0


def test_the_pulse_names_a_code_only_for_groups_that_keep_a_sheet(inbox):
    codes = {row["code"] for row in rows_of(inbox / "commitments.csv")}
    named = {row["Code of the commitment (groups with a sheet)"] for row in rows_of(inbox / "pulse.csv")} - {""}
    assert named
    assert named <= codes


def test_check_out_is_a_forms_workbook_with_typed_times_and_odd_headings(inbox):
    row = workbook_rows(inbox / "checkout.xlsx")[0]
    assert list(row)[:6] == ["ID", "Start time", "Completion time", "Email", "Name", "Last modified time"]
    assert isinstance(row["Completion time"], datetime)
    assert "Which session\nwas it?" in row
    assert "How difficult will it be?\u00a0(1 to 5)" in row


def test_check_out_rows_are_the_commitments_without_a_sheet_and_the_blemishes(inbox, programme):
    n_forms = sum("|" in code for code in programme.commitments["commitment_id"])
    rows = workbook_rows(inbox / "checkout.xlsx")
    assert len(rows) == n_forms + 3  # sent twice, not signed in, a test
    assert sum(row["Email"] is None for row in rows) == 1
    assert sum(str(row["Name"]).startswith("TEST") for row in rows) == 1


def test_the_appointments_of_the_forms_have_partner_and_date(inbox, programme):
    booked = [r for r in workbook_rows(inbox / "checkout.xlsx") if r["Did you book an appointment?"] == "Yes"]
    n_booked = (programme.appointments["origin"] == "check_out").sum()
    repeated = (
        1
        if len({(r["Email"], r["Your group"], r["Which session\nwas it?"]) for r in booked}) < len(booked)
        else 0
    )
    assert len(booked) == n_booked + repeated
    assert all(r["Who is your partner? (work e-mail)"] and r["On which day do you meet?"] for r in booked)


def test_the_calendar_holds_every_session_and_the_calendars_appointments(inbox, programme):
    events = icalendar.Calendar.from_ical((inbox / "calendar.ics").read_text()).walk("VEVENT")
    kinds = Counter(str(event["SUMMARY"]).split()[0] for event in events)
    n_booked = (programme.appointments["origin"] == "calendar").sum()
    assert kinds == {"Peer": programme.sessions.height, "Accountability": n_booked}


def test_most_appointments_have_a_booking_time_and_some_have_none(inbox):
    events = icalendar.Calendar.from_ical((inbox / "calendar.ics").read_text()).walk("VEVENT")
    created = ["CREATED" in event for event in events if str(event["SUMMARY"]).startswith("Accountability")]
    assert 0 < created.count(False) < 0.1 * len(created)


def test_every_session_has_its_room_as_a_resource_and_every_export_time_is_the_same(inbox):
    events = icalendar.Calendar.from_ical((inbox / "calendar.ics").read_text()).walk("VEVENT")
    sessions = [event for event in events if str(event["SUMMARY"]).startswith("Peer")]
    rooms = [[a for a in e["ATTENDEE"] if a.params.get("CUTYPE") == "RESOURCE"] for e in sessions]
    assert {len(found) for found in rooms} == {1}
    assert len({event["DTSTAMP"].dt for event in events}) == 1


def test_calendar_lines_are_at_most_75_octets_long(inbox):
    lines = (inbox / "calendar.ics").read_bytes().split(b"\r\n")
    assert max(len(line) for line in lines) == 75


def test_the_bad_rows_are_there(inbox):
    pulse = rows_of(inbox / "pulse.csv")
    log = [row for row in rows_of(inbox / "session_log.csv") if row["start"]]
    assert sum(row["How often do you feel left out?"] == "Always" for row in pulse) == 1
    assert sum(row["How useful was this session for you?"] == "9" for row in pulse) == 1
    assert sum(row["end"] < row["start"] for row in log) == 1
    assert sum(row["came"] == "maybe" for row in rows_of(inbox / "attendance.csv")) == 1
    assert sum(row["difficulty"] == "7" for row in rows_of(inbox / "commitments.csv")) == 1


def test_two_pulses_were_sent_twice_and_one_was_corrected(inbox):
    pulse = [tuple(row.values()) for row in rows_of(inbox / "pulse.csv")]
    assert len(pulse) - len({(row[0], row[1].strip().lower(), *row[2:]) for row in pulse}) == 2
    sessions = Counter((row[1].strip().lower(), row[2], row[4]) for row in pulse if row[4])
    assert sum(count - 1 for count in sessions.values()) == 3


def test_some_addresses_are_typed_in_capitals_and_all_are_made_up(inbox):
    typed = [row[EMAIL] for row in rows_of(inbox / "pulse.csv")]
    assert any(address.isupper() for address in typed)
    assert all(address.strip().lower().endswith("@example.org") for address in typed)


def test_the_same_programme_gives_the_same_bytes(inbox, programme, tmp_path):
    write_exports(programme, tmp_path / "inbox", time_zone=ZONE)
    for path in inbox.iterdir():
        again = (tmp_path / "inbox" / path.name).read_bytes()
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(again).digest(), path.name


@pytest.mark.parametrize(
    ("scenario", "n_bad_rows"),
    [
        (Scenario(n_people=36, n_groups=12), 6),
        (Scenario(n_people=36, n_groups=12, calendar_group_share=0.0), 5),
        (Scenario(n_people=36, n_groups=12, calendar_group_share=1.0), 5),
        (Scenario(n_people=36, n_groups=12, reshuffle=1), 6),
        (Scenario(n_people=36, n_groups=12, appointment_share=0.0, time_zone="America/New_York"), 6),
    ],
    ids=["small", "no sheets", "sheets only", "reshuffled", "no appointments"],
)
def test_other_programmes_are_written_too(scenario, n_bad_rows, tmp_path):
    written = write_exports(simulate(scenario), tmp_path / "inbox", time_zone=scenario.time_zone)
    assert (len(written.rows), written.n_bad_rows) == (10, n_bad_rows)
    assert "NaN" not in (tmp_path / "truth.json").read_text()


def test_the_exports_are_written_within_two_and_a_half_seconds(programme, tmp_path):
    start = time.process_time()
    write_exports(programme, tmp_path / "inbox", time_zone=ZONE)
    assert time.process_time() - start < 2.5  # about 0.3 s
