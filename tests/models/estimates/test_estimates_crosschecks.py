"""What stands behind the primary difference, laid out as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from scipy import stats

from models.effects.power import PowerPlan, commitments_needed, detectable_difference
from models.effects.result import Result, Sizes, refused
from models.effects.sensitivity import confounding_e_value, e_value_of_the_limit
from models.estimates import crosschecks
from models.estimates.crosschecks import (
    SECONDARY_OUTCOMES,
    appointment_risk_ratio,
    estimate_crosschecks,
    estimate_power,
    estimate_secondaries,
    sensitivity_rows,
)
from models.estimates.effect import primary_difference
from models.estimates.inputs import Inputs, Setting
from models.plan import Plan

SETTING = Setting("P", True, date(1970, 10, 28), "1970-W44", date(1970, 11, 2), Plan(), 21)
COLUMNS = {
    "line": pl.String(),
    "cluster_id": pl.Int64(),
    "group_id": pl.String(),
    "person_id": pl.String(),
    "arm": pl.Int64(),
    **{name: pl.Int64() for name in ("n_done", "n_not_done", "n_withdrawn", "n_unknown", "n_kept")},
}
Counts = tuple[int, int]


def inputs(
    n_groups: int = 20, n: int = 10, kept: Sequence[Counts] = ((5, 8), (7, 8)), unknown: Counts = (2, 2)
) -> Inputs:
    """Groups of one person with n known commitments in either arm; `kept` (without, with) takes turns."""
    rows = []
    for group in range(n_groups):
        for arm in (0, 1):
            done = kept[group % len(kept)][arm]
            names = ("primary", group, f"g{group}", f"p{group:02}", arm)
            rows.append((*names, done, n - done, 0, unknown[arm], done))
    frame = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    return Inputs({"effect_cells": frame}, SETTING)


def measures(drawn: Inputs) -> dict[object, dict[str, object]]:
    return {row["measure"]: row for row in sensitivity_rows(drawn)}


def test_each_way_of_forming_the_interval_has_a_row_and_the_first_agrees_with_itself() -> None:
    found = estimate_crosschecks(inputs())
    assert found["method"].to_list() == ["cluster_robust", "jackknife", "wild_bootstrap", "hybrid_score"]
    assert found["agrees"][0] is True
    assert set(found["status"]) == {"ok"}
    assert found["smallest_people"].to_list() == [20] * 4


def test_the_first_row_is_the_headlines_single_look_interval() -> None:
    row = estimate_crosschecks(inputs()).row(0, named=True)
    result = primary_difference(inputs())
    assert (row["ci_low"], row["ci_high"], row["se"]) == (result.ci.low, result.ci.high, result.se)


def test_the_same_data_give_the_same_bootstrap_on_every_run() -> None:
    assert estimate_crosschecks(inputs()).equals(estimate_crosschecks(inputs()))


def test_an_early_difference_has_early_checks() -> None:
    found = estimate_crosschecks(inputs(n_groups=6, kept=((5, 7), (7, 9), (4, 8))))
    assert set(found["status"]) == {"early"}


def test_without_data_every_row_is_refused_with_a_reason() -> None:
    empty = inputs(n_groups=0)
    results = {name: refused(name, Sizes(), ("too_few_persons",)) for name in SECONDARY_OUTCOMES}
    for frame in (estimate_crosschecks(empty), estimate_power(empty), estimate_secondaries(results)):
        assert set(frame["status"]) == {"refused"}
        assert (frame["reasons"] != "").all()
    assert {row["status"] for row in sensitivity_rows(empty)} == {"refused"}
    assert appointment_risk_ratio(empty).status == "refused"


def test_the_commitments_needed_follow_from_the_plan_the_arms_and_the_clusters() -> None:
    found = {row["question"]: row for row in estimate_power(inputs()).iter_rows(named=True)}
    for question, difference in (("claims_apart", 0.30), ("twelve_points", 0.12), ("five_points", 0.05)):
        needed = commitments_needed(difference, PowerPlan(), 0.5, cluster_size=20)
        row = found[question]
        assert (row["difference"], row["n_needed"]) == (difference, needed)
        assert row["n_more_needed"] == max(needed - 400, 0)
    now = found["detectable_now"]
    assert now["difference"] == pytest.approx(detectable_difference(200, 200, PowerPlan(), 20))
    assert (now["n_needed"], now["n_more_needed"]) == (400, 0)


def test_what_the_commitments_could_show_in_the_always_valid_interval_stands_beside_the_single_look() -> None:
    wider = replace(SETTING, plan=Plan(prior_sd=0.1))
    for drawn, prior_sd in ((inputs(), 0.15), (Inputs(inputs().tables, wider), 0.1)):
        row = estimate_power(drawn).row(4, named=True)
        expected = detectable_difference(200, 200, PowerPlan(), 20, prior_sd=prior_sd)
        assert (row["question"], row["status"], row["n_needed"]) == ("detectable_always_valid", "ok", 400)
        assert row["difference"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("n_groups", "status", "reasons"),
    [(5, "refused", "no_always_valid_interval"), (6, "ok", ""), (7, "ok", "")],
)
def test_what_the_always_valid_interval_could_show_needs_the_df_it_needs_itself(
    n_groups: int, status: str, reasons: str
) -> None:
    # 5 degrees of freedom, as for the interval itself: groups less 1.
    row = estimate_power(inputs(n_groups=n_groups, n=200, kept=((100, 120),))).row(4, named=True)
    assert (row["status"], row["reasons"]) == (status, reasons)


def test_power_does_not_look_at_outcomes() -> None:
    assert estimate_power(inputs(kept=((0, 10),))).equals(estimate_power(inputs(kept=((5, 5), (3, 1)))))


def test_too_few_commitments_to_detect_anything_say_so() -> None:
    row = estimate_power(inputs(n_groups=5, n=2, kept=((1, 1),))).row(3, named=True)
    assert (row["question"], row["status"], row["reasons"]) == (
        "detectable_now",
        "refused",
        "nothing_detectable_yet",
    )


def test_the_e_values_are_of_the_ratio_and_of_its_always_valid_limit() -> None:
    ratio, rows = appointment_risk_ratio(inputs()), measures(inputs())
    assert ratio.estimate == pytest.approx(0.8 / 0.6)
    assert rows["e_value"]["value"] == pytest.approx(confounding_e_value(0.8 / 0.6))
    assert rows["e_value_of_the_limit"]["value"] == e_value_of_the_limit(ratio.cs)
    assert rows["e_value_of_the_limit"]["ci_low"] == e_value_of_the_limit(ratio.ci)


def test_the_tipping_point_is_sooner_for_the_nearer_end_and_later_for_the_farther() -> None:
    # 2 unknown of 12 in either arm: a shift of d moves the difference of .2 by (d + .4) 2/12 from d = .4 on, where
    # all the unknown without are kept.
    row = measures(inputs(unknown=(2, 2)))["tipping_point"]
    assert row["value"] == pytest.approx(0.8)
    assert row["low"] < row["value"]


def test_few_unknown_outcomes_cannot_tip_the_difference() -> None:
    row = measures(inputs(unknown=(1, 0)))["tipping_point"]
    assert (row["status"], row["reasons"]) == ("refused", "unknown_cannot_tip")
    assert "value" not in row or row["value"] is None


def test_nothing_kept_with_an_appointment_has_no_finite_e_value() -> None:
    row = measures(inputs(kept=((5, 0), (7, 0))))["e_value"]
    assert (row["status"], row["reasons"], row["value"]) == ("refused", "e_value_not_finite", None)


def outcome(estimate: float, se: float, n_persons: int = 30) -> Result:
    return Result(
        "x", estimate, se, 20.0, None, None, None, n_persons, 10, None, "observational", "cluster", "ok", ()
    )


def test_secondary_outcomes_are_adjusted_for_how_many_there_are() -> None:
    results = {
        "usefulness_trend": outcome(0.3, 0.1),
        "loneliness_change": outcome(-0.1, 0.1),
        "days_open": outcome(-0.22, 0.1),
    }
    found = estimate_secondaries(results, {"days_open": 12})
    plain = [2 * stats.t.sf(z, 20) for z in (3, 1, 2.2)]
    assert found["p_value"].to_list() == pytest.approx(plain)
    assert found["p_value_holm"].to_list() == pytest.approx([3 * plain[0], plain[1], 2 * plain[2]])
    assert found["word"].to_list() == ["differs", "cannot_tell_yet", "cannot_tell_yet"]
    assert found["smallest_people"].to_list() == [30, 30, 12]


def test_a_refused_outcome_leaves_the_family() -> None:
    results = {
        "usefulness_trend": outcome(0.3, 0.1),
        "loneliness_change": refused("loneliness_change", Sizes(n_persons=4), ("too_few_persons",)),
        "days_open": outcome(-0.22, 0.1),
    }
    found = estimate_secondaries(results)
    plain = [2 * stats.t.sf(z, 20) for z in (3, 2.2)]
    assert found["p_value_holm"].to_list() == [pytest.approx(2 * plain[0]), None, pytest.approx(plain[1])]
    assert found["status"].to_list() == ["ok", "refused", "ok"]
    assert found["word"].to_list() == ["differs", "cannot_tell_yet", "differs"]


@pytest.mark.parametrize(
    ("past", "word"),
    [(1e-9, "differs"), (0.0, "differs"), (-1e-9, "cannot_tell_yet")],
    ids=["below", "on", "above"],
)
def test_a_secondary_outcome_differs_up_to_the_level(
    monkeypatch: pytest.MonkeyPatch, past: float, word: str
) -> None:
    nothing = refused("x", Sizes(), ("too_few_persons",))
    results = {**dict.fromkeys(SECONDARY_OUTCOMES, nothing), "days_open": outcome(-0.22, 0.1)}
    p_value = estimate_secondaries(results)["p_value_holm"][2]
    assert crosschecks.SIGNIFICANT == 0.05
    monkeypatch.setattr(crosschecks, "SIGNIFICANT", p_value + past)
    assert estimate_secondaries(results)["word"][2] == word


@pytest.mark.parametrize(("n", "status"), [(9, "refused"), (10, "ok"), (11, "ok")])
def test_what_it_takes_is_said_from_ten_commitments_in_each_arm_on(n: int, status: str) -> None:
    assert estimate_power(inputs(n_groups=n, n=1, kept=((1, 0), (0, 1))))["status"][0] == status


def test_a_missing_secondary_outcome_is_an_error() -> None:
    with pytest.raises(KeyError):
        estimate_secondaries({"usefulness_trend": outcome(0.3, 0.1)})
