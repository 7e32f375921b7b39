"""The completion chart shows both arms with their ranges, the claims beside, and flags unequal measurement."""

from __future__ import annotations

from types import ModuleType

import pytest

from dashboards.figures.completion import FlagLimits, completion_figure, completion_flags, completion_info
from dashboards.phrases import Phrases
from dashboards.rows import read_rows


def info_of(tables, say):
    return completion_info(read_rows(tables, "protected_completion"), read_rows(tables, "meta_claims"), say)


def flags_of(
    releases: ModuleType, say: Phrases, days: tuple[float, float], unknown: tuple[float, float]
) -> list[str]:
    arms = ("with_appointment", "without_appointment")
    rows = [(arm, day, share, "ok") for arm, day, share in zip(arms, days, unknown, strict=True)]
    table = releases.table("protected_completion", *rows, columns="arm median_report_day unknown_share status")
    flags = completion_flags(
        read_rows({"protected_completion": table}, "protected_completion"), FlagLimits(), say
    )
    return ["day" if "reported on day" in flag else "unknown" for flag in flags]


def test_the_title_states_both_rates(releases: ModuleType, say: Phrases) -> None:
    title = info_of(releases.ok_release(), say).title
    assert title == "76\u00a0% kept with an appointment, 62\u00a0% without"


def test_readings_are_in_per_cent_with_their_ranges(releases: ModuleType, say: Phrases) -> None:
    readings = info_of(releases.ok_release(), say).readings
    assert [(r.value, r.low, r.high, r.tone) for r in readings] == [
        (76.4, 70.2, 81.8, "with"),
        (62.3, 56.1, 68.1, "without"),
    ]


def test_the_claims_stand_beside_their_arms_as_claims_without_a_source(
    releases: ModuleType, say: Phrases
) -> None:
    marks = [r.mark for r in info_of(releases.ok_release(), say).readings]
    assert [(m.value, m.label) for m in marks if m] == [
        (95.0, "claim 95\u00a0%, source not found"),
        (65.0, "claim 65\u00a0%, source not found"),
    ]


def test_the_description_says_values_and_ranges(releases: ModuleType, say: Phrases) -> None:
    alt = info_of(releases.ok_release(), say).alt
    assert "With an appointment: 76\u00a0%, range 70\u00a0% to 82\u00a0%." in alt


def test_the_table_has_a_row_per_arm_with_bounds_and_report_day(releases: ModuleType, say: Phrases) -> None:
    first = info_of(releases.ok_release(), say).numbers.rows[0]
    assert first[1:] == (
        "148",
        "612",
        "76\u00a0%",
        "70\u00a0% to 82\u00a0%",
        "4\u00a0%",
        "73\u00a0% to 77\u00a0%",
        "26",
    )


def test_an_arm_that_is_withheld_is_said_to_be_and_the_other_stays(releases: ModuleType, say: Phrases) -> None:
    tables = releases.ok_release()
    tables["protected_completion"] = releases.table(
        "protected_completion",
        ("with_appointment", 0.764, 0.702, 0.818, "ok"),
        ("without_appointment", None, None, None, "withheld"),
        columns="arm rate low high status",
    )
    info = info_of(tables, say)
    assert info.title == "76\u00a0% kept with an appointment, – without"
    assert info.readings[1].value is None
    assert info.readings[1].text == "Not shown: too few people or no data"
    assert info.absent == ""


def test_refused_arms_make_an_absent_chart_with_the_reason(releases: ModuleType, say: Phrases) -> None:
    info = info_of(releases.refused_release(), say)
    assert info.absent.startswith("No number can be given. Too few commitments have reached their deadline")


@pytest.mark.parametrize(("apart", "flags"), [(2.9, []), (3.0, []), (3.1, ["day"])])
def test_medians_of_report_are_flagged_when_more_than_3_days_apart(
    releases: ModuleType, say: Phrases, apart: float, flags: list[str]
) -> None:
    assert flags_of(releases, say, (25.0, 25.0 + apart), (0.02, 0.02)) == flags
    assert flags_of(releases, say, (25.0 + apart, 25.0), (0.02, 0.02)) == flags


@pytest.mark.parametrize(("apart", "flags"), [(0.049, []), (0.05, []), (0.051, ["unknown"])])
def test_unknown_shares_are_flagged_when_more_than_5_points_apart(
    releases: ModuleType, say: Phrases, apart: float, flags: list[str]
) -> None:
    assert flags_of(releases, say, (25.0, 25.0), (0.02, 0.02 + apart)) == flags
    assert flags_of(releases, say, (25.0, 25.0), (0.02 + apart, 0.02)) == flags


def test_the_figure_draws_the_values_of_the_info(releases: ModuleType, say: Phrases) -> None:
    figure = completion_figure(info_of(releases.ok_release(), say))
    assert list(figure.data[0].x) == [76.4, 62.3]
