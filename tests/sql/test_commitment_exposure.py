"""Which commitments have an appointment, and which calendar events belong to a commitment."""

from __future__ import annotations

import pytest
from drawn import Drawn, at, on

BOOKED = {
    "appointment_id": "a",
    "commitment_id": "c",
    "owner_person_id": "owner",
    "partner_person_id": "partner",
    "booked_at": at(0),
    "scheduled_at": at(7),
}
EVENT = {**BOOKED, "commitment_id": None, "origin": "calendar"}


def exposure(drawn: Drawn, appointment: dict[str, object]) -> tuple[object, ...]:
    """(is_booked, is_exposure_unknown) of a commitment of `owner` made at noon of day 0."""
    commitment = {"commitment_id": "c", "person_id": "owner", "made_at": at(0)}
    drawn.put("current_commitments", commitment).put("core_commitments", commitment)
    drawn.put("current_appointments", appointment).build("core_appointments", "commitment_exposure")
    return drawn.row("commitment_exposure", "is_booked", "is_exposure_unknown")


@pytest.mark.parametrize(("us", "is_booked"), [(0, True), (1, False)])
def test_booked_within_24_hours_is_exposure_and_a_microsecond_later_is_not(
    drawn: Drawn, us: int, is_booked: bool
) -> None:
    assert exposure(drawn, {**BOOKED, "booked_at": at(1, us=us)}) == (is_booked, False)


@pytest.mark.parametrize(("us", "is_booked"), [(0, True), (1, False)])
def test_the_hours_are_the_plans(drawn: Drawn, us: int, is_booked: bool) -> None:
    drawn.settings(booking_hours=48)
    assert exposure(drawn, {**BOOKED, "booked_at": at(2, us=us)}) == (is_booked, False)


def test_booked_weeks_later_is_not_exposure(drawn: Drawn) -> None:
    assert exposure(drawn, {**BOOKED, "booked_at": at(20), "scheduled_at": at(21)}) == (False, False)


@pytest.mark.parametrize(
    "lacking", [{"partner_person_id": "owner"}, {"partner_person_id": None}, {"scheduled_at": None}]
)
def test_without_another_person_or_a_date_there_is_no_appointment(
    drawn: Drawn, lacking: dict[str, object]
) -> None:
    assert exposure(drawn, {**BOOKED, **lacking}) == (False, False)


def test_two_appointments_for_one_commitment_are_one_exposure(drawn: Drawn) -> None:
    exposure(drawn, BOOKED)
    drawn.put("current_appointments", BOOKED, {**BOOKED, "appointment_id": "second"})
    drawn.build("core_appointments", "commitment_exposure")
    assert drawn.row("commitment_exposure", "is_booked") == (True,)


@pytest.mark.parametrize(("us", "link"), [(0, "calendar"), (1, "no_candidate")])
def test_a_calendar_event_belongs_to_a_commitment_made_in_the_24_hours_before_it(
    drawn: Drawn, us: int, link: str
) -> None:
    found = exposure(drawn, {**EVENT, "booked_at": at(1, us=us)})
    assert drawn.row("core_appointments", "link") == (link,)
    assert found == (link == "calendar", False)


def test_a_calendar_event_made_before_the_check_out_belongs_to_no_commitment(drawn: Drawn) -> None:
    exposure(drawn, {**EVENT, "booked_at": at(0, us=-1)})
    assert drawn.row("core_appointments", "commitment_id", "link") == (None, "no_candidate")


def test_an_event_created_with_the_check_out_belongs_to_it(drawn: Drawn) -> None:
    assert exposure(drawn, {**EVENT, "booked_at": at(0)}) == (True, False)
    assert drawn.row("core_appointments", "commitment_id", "link") == ("c", "calendar")


def test_an_event_of_the_one_candidate_is_no_exposure_without_a_partner(drawn: Drawn) -> None:
    assert exposure(drawn, {**EVENT, "partner_person_id": None}) == (False, False)
    assert drawn.row("core_appointments", "commitment_id", "link") == ("c", "calendar")


def test_an_event_with_somebody_outside_the_programme_is_exposure(drawn: Drawn) -> None:
    drawn.put("core_people", {"person_id": "owner"})
    assert exposure(drawn, {**EVENT, "partner_person_id": "nobody of the programme"}) == (True, False)


def test_two_events_of_one_candidate_are_one_exposure(drawn: Drawn) -> None:
    exposure(drawn, EVENT)
    drawn.put("current_appointments", EVENT, {**EVENT, "appointment_id": "second"})
    drawn.build("core_appointments", "commitment_exposure")
    assert drawn.rows("commitment_exposure", "commitment_id", "is_booked") == [("c", True)]


def test_a_calendar_event_of_somebody_else_belongs_to_no_commitment(drawn: Drawn) -> None:
    assert exposure(drawn, {**EVENT, "owner_person_id": "stranger"}) == (False, False)


def test_an_event_without_a_booking_time_leaves_exposure_unknown(drawn: Drawn) -> None:
    found = exposure(drawn, {**EVENT, "booked_at": None})
    assert drawn.row("core_appointments", "commitment_id", "link") == (None, "no_booking_time")
    assert found == (False, True)


def test_an_event_without_a_booking_time_is_about_the_last_check_out_before_it(drawn: Drawn) -> None:
    made = [
        {"commitment_id": name, "person_id": "owner", "made_at": at(day)}
        for name, day in (("early", -30), ("last", 0), ("after", 8))
    ]
    drawn.put("core_commitments", *made).put("current_commitments", *made)
    drawn.put("current_appointments", {**EVENT, "booked_at": None, "scheduled_at": at(7)})
    drawn.build("core_appointments", "commitment_exposure")
    assert drawn.by("commitment_exposure", "commitment_id", "is_exposure_unknown") == {
        "early": False,
        "last": True,
        "after": False,
    }


def test_what_the_form_says_is_booked_stays_booked_whatever_the_calendar_leaves_open(drawn: Drawn) -> None:
    exposure(drawn, BOOKED)
    drawn.put("current_appointments", BOOKED, {**EVENT, "appointment_id": "event", "booked_at": None})
    drawn.build("core_appointments", "commitment_exposure")
    assert drawn.row("commitment_exposure", "is_booked", "is_exposure_unknown") == (True, False)


def test_with_two_candidates_the_event_is_linked_to_neither_and_both_are_unknown(drawn: Drawn) -> None:
    made = [
        {"commitment_id": name, "person_id": "owner", "made_at": at(0, hour)}
        for name, hour in (("one", 10), ("two", 11))
    ] + [{"commitment_id": "weeks_before", "person_id": "owner", "made_at": at(-28)}]
    drawn.put("core_commitments", *made).put("current_commitments", *made)
    drawn.put("current_appointments", EVENT).build("core_appointments", "commitment_exposure")
    assert drawn.row("core_appointments", "commitment_id", "link") == (None, "several_candidates")
    assert drawn.rows("commitment_exposure", "commitment_id", "is_booked", "is_exposure_unknown") == [
        ("one", False, True),
        ("two", False, True),
        ("weeks_before", False, False),
    ]


@pytest.mark.parametrize(
    ("us", "link", "unknown"),
    [
        (-1, "several_candidates", [True, True]),
        (0, "several_candidates", [True, True]),
        (1, "calendar", [False] * 2),
    ],
)
def test_of_two_candidates_one_made_24_hours_before_still_is_one(
    drawn: Drawn, us: int, link: str, unknown: list[bool]
) -> None:
    made = [
        {"commitment_id": name, "person_id": "owner", "made_at": at(0, hour)}
        for name, hour in (("one", 10), ("two", 11))
    ]
    drawn.put("core_commitments", *made).put("current_commitments", *made)
    drawn.put("current_appointments", {**EVENT, "booked_at": at(1, 10, us=us)})
    drawn.build("core_appointments", "commitment_exposure")
    assert drawn.row("core_appointments", "link") == (link,)
    found = drawn.rows("commitment_exposure", "commitment_id", "is_exposure_unknown")
    assert [is_unknown for _, is_unknown in found] == unknown


def test_an_appointment_that_names_its_commitment_needs_no_candidate(drawn: Drawn) -> None:
    exposure(drawn, {**BOOKED, "owner_person_id": "stranger"})
    assert drawn.row("core_appointments", "commitment_id", "link") == ("c", "named")


def test_every_appointment_keeps_its_days(drawn: Drawn) -> None:
    exposure(drawn, {**BOOKED, "scheduled_at": at(7), "state": "kept"})
    columns = ("booked_day", "scheduled_day", "scheduled_on", "state")
    assert drawn.row("core_appointments", *columns) == (0, 7, on(7), "kept")


def test_a_named_appointment_without_a_booking_time_leaves_exposure_unknown(drawn: Drawn) -> None:
    assert exposure(drawn, {**BOOKED, "booked_at": None}) == (False, True)


def late(drawn: Drawn, appointment: dict[str, object]) -> object:
    exposure(drawn, appointment)
    return drawn.row("commitment_exposure", "is_booked_late")[0]


@pytest.mark.parametrize(("us", "is_late"), [(0, False), (1, True)])
def test_named_and_booked_after_the_plans_hours_is_booked_late(drawn: Drawn, us: int, is_late: bool) -> None:
    assert late(drawn, {**BOOKED, "booked_at": at(1, us=us)}) is is_late


@pytest.mark.parametrize(("day", "is_late"), [(1, False), (2, True), (28, True), (29, False)])
def test_an_event_made_days_later_is_a_late_booking_of_the_last_check_out_within_the_horizon(
    drawn: Drawn, day: int, is_late: bool
) -> None:
    assert late(drawn, {**EVENT, "booked_at": at(day), "scheduled_at": at(day + 7)}) is is_late


def test_an_event_within_the_plans_hours_is_not_late_even_where_no_commitment_fits_it(drawn: Drawn) -> None:
    drawn.settings(booking_hours=48)
    assert late(drawn, {**EVENT, "booked_at": at(1.5)}) is False
    assert drawn.row("core_appointments", "link") == ("no_candidate",)


def test_a_late_event_is_about_the_last_check_out_before_it_alone(drawn: Drawn) -> None:
    made = [
        {"commitment_id": name, "person_id": "owner", "made_at": at(day)}
        for name, day in (("early", -10), ("last", 0), ("after", 8))
    ]
    drawn.put("core_commitments", *made).put("current_commitments", *made)
    drawn.put("current_appointments", {**EVENT, "booked_at": at(5)})
    drawn.build("core_appointments", "commitment_exposure")
    assert drawn.by("commitment_exposure", "commitment_id", "is_booked_late") == {
        "early": False,
        "last": True,
        "after": False,
    }


def test_booked_in_time_is_not_late_whatever_was_booked_after(drawn: Drawn) -> None:
    exposure(drawn, BOOKED)
    drawn.put("current_appointments", BOOKED, {**BOOKED, "appointment_id": "second", "booked_at": at(5)})
    drawn.build("core_appointments", "commitment_exposure")
    assert drawn.row("commitment_exposure", "is_booked", "is_booked_late") == (True, False)


@pytest.mark.parametrize("lacking", [{"partner_person_id": None}, {"scheduled_at": None}])
def test_without_a_partner_or_a_date_nothing_is_booked_late(drawn: Drawn, lacking: dict[str, object]) -> None:
    assert late(drawn, {**BOOKED, "booked_at": at(5), **lacking}) is False
