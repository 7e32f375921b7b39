"""Loneliness beside the mean change: who changed reliably, two other ways to estimate change, and the scale itself."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.contracts import estimate_table, protected_table
from models.effects.arrays import FloatArray
from models.effects.clusters import Membership
from models.effects.loneliness import LONELY_FROM, share_of_people
from models.effects.mixed_model import mixed_model_change
from models.effects.reliability import cronbach_alpha, mcdonald_omega
from models.effects.reliable_change import reliable_change_shares, reliable_points
from models.effects.result import Result
from models.effects.staggered import StaggeredScores, staggered_difference
from models.estimates.inputs import Inputs, codes_of, result_row
from models.frames import frame_of

MEASURES = estimate_table(protected_table("protected_loneliness_measures"))
ITEMS = ("companionship_score", "left_out_score", "isolated_score")
SCALE_RELIABILITY = 0.72
"""Coefficient alpha as secondary sources give it for Hughes et al. 2004; the paper's own page was not seen. Fixed, so
that the limit of a reliable change does not move with every answer; a retest correlation would be better."""
PERIOD_DAYS = 28
"""Length of the calendar periods between which people who started are compared with people who had not."""

Row = dict[str, object]


def estimate_loneliness_measures(inputs: Inputs) -> pl.DataFrame:
    """One row per measure, in the contract's order; every one is a change or a share, only one a comparison.

    Shares and changes are of the people with a baseline and a latest score, as in `estimate_loneliness`.
    """
    return frame_of(
        MEASURES,
        [
            *_reliable_change_rows(inputs),
            *_lonely_rows(inputs),
            _mixed_row(inputs),
            _staggered_row(inputs),
            *_reliability_rows(inputs),
        ],
    )


def _reliable_change_rows(inputs: Inputs) -> list[Row]:
    """Shares whose score fell, stayed and rose; all three stand for the smallest class, as each tells the others."""
    pairs = _pairs(inputs)
    found = reliable_change_shares(
        _membership(pairs),
        _numbers(pairs, "change_score"),
        reliable_points(_baseline_sd(inputs), SCALE_RELIABILITY),
        inputs.setting.thresholds,
        response_share=_response_share(inputs),
    )
    return [_row(part, found.smallest_class) for part in (found.less, found.same, found.more)]


def _lonely_rows(inputs: Inputs) -> list[Row]:
    """Shares with a score from the cut-off on, at both times, of the same people.

    Both rows stand for the smallest number of people who are, or are not, in the class at either time.
    """
    pairs = _pairs(inputs)
    baseline = _numbers(pairs, "baseline_score")
    classes = (
        ("share_lonely_baseline", baseline >= LONELY_FROM),
        ("share_lonely_latest", baseline + _numbers(pairs, "change_score") >= LONELY_FROM),
    )
    smallest = min(int(part.sum()) for _, within in classes for part in (within, ~within))
    thresholds, response = inputs.setting.thresholds, _response_share(inputs)
    return [
        _row(share_of_people(name, _membership(pairs), within, thresholds, response_share=response), smallest)
        for name, within in classes
    ]


def _mixed_row(inputs: Inputs) -> Row:
    """The change that also uses people asked once.

    Beside the paired change it tells about these people, so where they are few it stands for them alone.
    """
    points = inputs["loneliness_points"].sort("person_id", "occasion")
    result = mixed_model_change(
        _membership(points),
        (points["occasion"] == "latest").cast(pl.Int64).to_numpy(),
        _numbers(points, "loneliness_score"),
        inputs.setting.thresholds,
        response_share=_response_share(inputs),
    )
    n_people = points["person_id"].n_unique()
    n_once = n_people - len(_pairs(inputs))
    return _row(result, n_once if n_once else n_people)


def _staggered_row(inputs: Inputs) -> Row:
    """The change after starting beyond that of people placed in a group that had not met yet."""
    found = staggered_difference(staggered_scores(inputs), inputs.setting.thresholds)
    return _row(found.result, min(found.n_started, found.n_waiting))


def _reliability_rows(inputs: Inputs) -> list[Row]:
    """Alpha and omega of the three items at the baseline, where everybody is asked before anything happened."""
    frame = inputs["loneliness_items"].filter(pl.col("wave") == "baseline").sort("person_id")
    items, membership = frame.select(ITEMS).cast(pl.Float64).to_numpy(), _membership(frame)
    thresholds = inputs.setting.thresholds
    return [
        _row(estimate(membership, items, thresholds), len(frame))
        for estimate in (cronbach_alpha, mcdonald_omega)
    ]


def staggered_scores(inputs: Inputs) -> StaggeredScores:
    """Scores by person, calendar period and side of the person's start: the last one of each.

    Only people placed in a group are compared: whoever never was may have chosen not to be.
    """
    frame = (
        inputs["loneliness_items"]
        .join(inputs["loneliness_starts"], on="person_id", how="inner")
        .with_columns(
            (pl.col("answered_day") // PERIOD_DAYS).alias("period"),
            (pl.col("answered_us") >= pl.col("start_us"))
            .fill_null(value=False)
            .cast(pl.Int64)
            .alias("is_started"),
            pl.sum_horizontal(ITEMS).alias("score"),
        )
        .sort("person_id", "answered_us", "wave")
        .unique(["person_id", "period", "is_started"], keep="last", maintain_order=True)
    )
    membership = _membership(frame)
    return StaggeredScores(
        membership.cluster,
        membership.group,
        membership.person,
        frame["period"].cast(pl.Int64).to_numpy(),
        frame["is_started"].to_numpy(),
        _numbers(frame, "score"),
    )


def _pairs(inputs: Inputs) -> pl.DataFrame:
    return inputs["loneliness_changes"].filter(pl.col("wave") == "latest").sort("person_id")


def _baseline_scores(inputs: Inputs) -> pl.DataFrame:
    return inputs["loneliness_scores"].filter(pl.col("wave") == "baseline")


def _response_share(inputs: Inputs) -> float | None:
    n_baseline = len(_baseline_scores(inputs))
    return len(_pairs(inputs)) / n_baseline if n_baseline else None


def _baseline_sd(inputs: Inputs) -> float:
    scores = _numbers(_baseline_scores(inputs), "loneliness_score")
    return float(np.std(np.sort(scores), ddof=1)) if scores.size > 1 else 0.0


def _numbers(frame: pl.DataFrame, column: str) -> FloatArray:
    return frame[column].cast(pl.Float64).to_numpy()


def _membership(frame: pl.DataFrame) -> Membership:
    """Cluster, group spell and person of each row; ids become whole-number codes."""
    return Membership(*codes_of(frame))


def _row(result: Result, smallest_people: int) -> Row:
    return {
        "measure": result.estimand,
        "value": result.estimate,
        "n_people": result.n_persons,
        "smallest_people": smallest_people,
        **result_row(result, is_sequence=False),
    }
