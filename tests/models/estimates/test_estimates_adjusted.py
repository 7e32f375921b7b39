"""What is allowed for, laid out as tables: which rows, which people, which number goes where."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from drawn import numbered, schemas
from patterned import made

from models.effects.adjusted_parts import CONDITIONAL_LOGIT_DISAGREES
from models.effects.adjusted_result import METHODS, AdjustedResult
from models.effects.robustness import OrdinaryModel, robustness_value
from models.estimates import Inputs, Setting
from models.estimates.adjusted import (
    AdjustedAnalysis,
    adjusted_points,
    analyse,
    confounding_rows,
    estimate_adjusted,
    estimate_balance,
    estimate_propensity,
)
from models.estimates.known_before import COVARIATES
from models.plan import Plan

SETTING = Setting("P", True, date(1970, 10, 28), "1970-W44", date(1970, 11, 2), Plan(), 21)
READ = ("effect_cells", "adjustment_cells", "previous_commitments")
MEASURES = [
    "robustness_value",
    "robustness_value_of_the_limit",
    "benchmark_prior_completion",
    "benchmark_difficulty",
    "negative_control_previous_commitment",
    "negative_control_attendance",
]


def inputs_of(**tables: pl.DataFrame) -> Inputs:
    """Inputs in which a table nobody gave is empty and a column nobody gave is 0."""
    frames = {}
    for name in READ:
        columns = dict(schemas()[name])
        given = tables.get(name, pl.DataFrame(schema=columns))
        full = given.with_columns(pl.lit(0).alias(column) for column in columns if column not in given.columns)
        frames[name] = numbered(full.select(*columns))
    return Inputs(frames, SETTING)


def programme(n_groups: int = 30, *, selection: float = 0.4, said: bool = True, unknown: int = 0) -> Inputs:
    """Groups of three people with six commitments each, as the derived tables would hold them."""
    found = made(np.random.default_rng(7), n_groups, selection=selection).patterns
    cells = pl.DataFrame(
        {
            "cluster_id": found.membership.cluster,
            "group_id": [f"g{code}" for code in found.membership.group],
            "person_id": [f"p{code}" for code in found.membership.person],
            "arm": found.arm,
            "difficulty": found.levels[found.pattern, 0] if said else np.zeros_like(found.arm),
            "prior_kept_tenths": 5 + (found.membership.person + found.levels[found.pattern, 0]) % 3,
            "n": found.n,
            "n_kept": found.kept,
        }
    )
    keys = ("cluster_id", "group_id", "person_id", "arm")
    people = cells.group_by(keys, maintain_order=True).agg(pl.col("n").sum(), pl.col("n_kept").sum())
    effect = people.select(
        *keys,
        pl.lit("primary").alias("line"),
        pl.col("n_kept").alias("n_done"),
        (pl.col("n") - pl.col("n_kept")).alias("n_not_done"),
        pl.lit(unknown).alias("n_unknown"),
        "n_kept",
    )
    previous = people.select(
        *keys,
        pl.col("n").alias("n_without"),
        pl.col("n_kept").alias("n_without_kept"),
        pl.lit(1).alias("n_with"),
        pl.col("arm").alias("n_with_kept"),
        pl.lit(10).alias("n_sessions"),
        pl.lit(9).alias("n_attended"),
    )
    return inputs_of(effect_cells=effect, adjustment_cells=cells, previous_commitments=previous)


@pytest.fixture(scope="module")
def drawn() -> Inputs:
    return programme()


def with_doubt(analysis: AdjustedAnalysis) -> tuple[AdjustedResult, ...]:
    """The adjusted differences with the one within people as it is when its conditional logit has the other sign."""
    return tuple(
        replace(one, result=replace(one.result, status="not_robust", reasons=(CONDITIONAL_LOGIT_DISAGREES,)))
        if one.method == "within_person"
        else one
        for one in analysis.adjustment.results
    )


def rows(found: Inputs) -> dict[object, dict[str, object]]:
    return {row["measure"]: row for row in confounding_rows(found)}


def test_there_is_a_row_per_way_of_adjusting_in_the_contracts_order(drawn: Inputs) -> None:
    found = estimate_adjusted(drawn)
    assert tuple(found["method"]) == METHODS
    assert set(found["status"]) == {"ok"}


def test_a_row_carries_its_result_with_the_always_valid_interval(drawn: Inputs) -> None:
    one = analyse(drawn).adjustment.results[1]
    row = estimate_adjusted(drawn).row(1, named=True)
    result = one.result
    assert result.cs is not None
    assert (row["estimate"], row["low"], row["high"]) == (result.estimate, result.cs.low, result.cs.high)
    assert (row["truncated_share"], row["effective_share"]) == (one.truncated_share, one.effective_share)
    assert (row["n_people"], row["n_commitments"]) == (90, 540)


def test_a_row_stands_for_the_smaller_arms_people_and_within_people_for_those_who_switch(
    drawn: Inputs,
) -> None:
    cells = drawn["adjustment_cells"]
    people = [set(cells.filter(arm=arm)["person_id"]) for arm in (0, 1)]
    found = dict(estimate_adjusted(drawn).select("method", "smallest_people").iter_rows())
    assert found["aipw"] == min(len(each) for each in people)
    assert found["within_person"] == len(people[0] & people[1])


def test_the_points_for_the_verdict_are_those_that_stand(drawn: Inputs) -> None:
    assert list(adjusted_points(drawn)) == estimate_adjusted(drawn)["estimate"].to_list()
    assert adjusted_points(programme(9)) == ()  # early: for analysts only
    assert adjusted_points(inputs_of()) == ()


def test_within_people_a_difference_that_its_conditional_logit_contradicts_agrees_with_nothing(
    drawn: Inputs,
) -> None:
    analysis = analyse(drawn)
    doubtful = replace(analysis, adjustment=replace(analysis.adjustment, results=with_doubt(analysis)))
    points = dict(zip(METHODS, adjusted_points(drawn, doubtful), strict=True))
    assert [method for method, point in points.items() if point is None] == ["within_person"]
    assert all(point > 0 for point in points.values() if point is not None)


def test_one_analysis_may_be_laid_out_several_times(drawn: Inputs) -> None:
    analysis = analyse(drawn)
    assert estimate_adjusted(drawn, analysis).equals(estimate_adjusted(drawn))
    assert estimate_balance(drawn, analysis).equals(estimate_balance(drawn))


def test_where_the_headline_is_refused_for_unknown_outcomes_so_is_everything_adjusted() -> None:
    found = estimate_adjusted(programme(unknown=5))
    assert set(found["reasons"]) == {"too_many_unknown_outcomes"}


def test_without_any_commitment_every_row_says_why() -> None:
    none = inputs_of()
    for found in (estimate_adjusted(none), estimate_balance(none), estimate_propensity(none)):
        assert len(found)
        assert set(found["status"]) == {"refused"}
        assert (found["reasons"] != "").all()
        assert set(found["smallest_people"]) == {0}
    assert [row["measure"] for row in confounding_rows(none)] == MEASURES
    assert {row["status"] for row in confounding_rows(none)} == {"refused"}


def test_balance_has_a_row_per_characteristic_that_varies(drawn: Inputs) -> None:
    found = estimate_balance(drawn)
    assert found["characteristic"].to_list() == ["prior_completion", "difficulty"]
    difficulty = found.row(1, named=True)
    assert difficulty["smd_before"] < -0.2
    assert abs(difficulty["smd_after"]) < 0.05


def test_refused_balance_names_every_characteristic() -> None:
    names = [covariate.name for covariate in COVARIATES.values()]
    assert estimate_balance(inputs_of())["characteristic"].to_list() == names


def test_an_indicator_stands_for_the_fewer_of_those_with_and_without_it(drawn: Inputs) -> None:
    cells = drawn["adjustment_cells"]
    few = set(cells["person_id"].unique().sort()[:3])
    unsaid = cells.with_columns(
        difficulty=pl.when(pl.col("person_id").is_in(list(few))).then(0).otherwise("difficulty")
    )
    found = estimate_balance(Inputs({**drawn.tables, "adjustment_cells": unsaid}, SETTING))
    people = dict(found.select("characteristic", "smallest_people").iter_rows())
    assert people["difficulty_not_said"] == 3
    assert people["difficulty"] > 80


def test_chances_are_laid_out_in_bands_that_add_up_in_each_arm(drawn: Inputs) -> None:
    found = estimate_propensity(drawn)
    sums = dict(found.group_by("arm").agg(pl.col("share").sum()).iter_rows())
    assert sums == {"with_appointment": pytest.approx(1), "without_appointment": pytest.approx(1)}
    assert found.group_by("arm").agg(pl.col("chance_from").is_sorted())["chance_from"].all()


@pytest.mark.parametrize("selection", [0.1, 0.4, 0.9, 1.6])
def test_no_band_of_chances_is_of_fewer_people_than_may_be_shown(selection: float) -> None:
    found = estimate_propensity(programme(selection=selection))
    assert found["smallest_people"].min() >= SETTING.minimum_people  # type: ignore[operator]
    assert len(found) > 2


def test_robustness_values_are_those_of_the_regression_with_all_characteristics(drawn: Inputs) -> None:
    overlap = analyse(drawn).adjustment.overlap
    assert overlap is not None
    fit = OrdinaryModel.of_cells(overlap.cells).fit()
    assert fit is not None
    found = rows(drawn)
    assert found["robustness_value"]["value"] == robustness_value(fit.t, fit.df)
    assert found["robustness_value_of_the_limit"]["value"] == robustness_value(fit.t, fit.df, alpha=0.05)
    assert found["benchmark_difficulty"]["value"] < fit.estimate  # type: ignore[operator]


def test_a_benchmark_nobody_recorded_says_so() -> None:
    row = rows(programme(said=False))["benchmark_difficulty"]
    assert (row.get("value"), row["status"], row["reasons"]) == (None, "refused", "characteristic_not_recorded")


def test_a_negative_control_has_an_interval_and_a_flag(drawn: Inputs) -> None:
    row = rows(drawn)["negative_control_attendance"]
    assert row["value"] == 0.0
    assert row["is_red_flag"] is False
    assert row["low"] < 0 < row["high"]  # type: ignore[operator]
    assert row["smallest_people"] == estimate_adjusted(drawn)["smallest_people"][0]


def test_previous_commitments_are_read_by_their_own_arm(drawn: Inputs) -> None:
    row = rows(drawn)["negative_control_previous_commitment"]
    frame = drawn["previous_commitments"]
    # Given a previous one with an appointment it was kept exactly where this one has one too: a clear red flag.
    assert (frame["n_with_kept"] == frame["arm"]).all()
    assert row["is_red_flag"] is True
    assert row["value"] > 0.1  # type: ignore[operator]
