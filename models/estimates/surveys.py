"""Usefulness, loneliness and the other pulse questions."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.catalogue import questions
from models.contracts import estimate_table, protected_table
from models.effects.clusters import Membership
from models.effects.loneliness import paired_change
from models.effects.means import fit_mean, mean_result
from models.effects.result import TOO_FEW_ANSWERS, TOO_FEW_DEGREES_OF_FREEDOM, Result, Sizes, refused
from models.effects.usefulness import ScoreCells, mean_score, top_two_share
from models.estimates.inputs import Inputs, codes_of, result_row
from models.frames import frame_of

USEFULNESS = estimate_table(protected_table("protected_usefulness"))
LONELINESS = estimate_table(protected_table("protected_loneliness"))
SCORES = range(1, 6)
FIRST_SIX = tuple(f"session-{number:02}" for number in range(1, 7))


def score_cells(inputs: Inputs, question_id: str) -> ScoreCells:
    """Answers of one 1-to-5 question as cells."""
    frame = _answers(inputs, question_id)
    counts = frame.select(f"n_score_{score}" for score in SCORES).cast(pl.Int64).to_numpy()
    cluster, group, person = codes_of(frame)
    return ScoreCells(cluster, group, person, counts)


def estimate_usefulness(inputs: Inputs) -> pl.DataFrame:
    """For every range of neighbouring scores: answers, their share, and the distinct people who gave them.

    All ranges, so that the disclosure gate can join small ones.
    """
    frame = _answers(inputs, "usefulness")
    n_answers = int(frame["n_answers"].sum() or 0)
    ranges = [(low, high) for low in SCORES for high in SCORES if low <= high]
    return frame_of(USEFULNESS, [_range_row(frame, low, high, n_answers) for low, high in ranges])


def _range_row(frame: pl.DataFrame, low: int, high: int, n_all: int) -> dict[str, object]:
    given = frame.select(pl.sum_horizontal(f"n_score_{score}" for score in range(low, high + 1)).alias("n"))[
        "n"
    ]
    n_people, n_answers = int((given > 0).sum()), int(given.sum() or 0)
    return {
        "score_from": low,
        "score_to": high,
        "n_people": n_people,
        "n_answers": n_answers,
        "share": n_answers / n_all if n_all else None,
        "status": "ok" if n_all else "refused",
        "reasons": "" if n_all else TOO_FEW_ANSWERS,
        "smallest_people": n_people,
    }


def estimate_loneliness(inputs: Inputs) -> pl.DataFrame:
    """Mean within-person change of the UCLA-3 score since the baseline; never an effect.

    First each person's latest score at least eight weeks on, then after each of the first six sessions.
    """
    changes = inputs["loneliness_changes"]
    present = set(changes["wave"])
    waves = [wave for wave in FIRST_SIX if wave in present]
    return frame_of(
        LONELINESS,
        [_change_row(inputs, changes.filter(pl.col("wave") == wave), wave) for wave in ["latest", *waves]],
    )


def question_share(inputs: Inputs, question_id: str) -> Result:
    """Share of answers in the top two of five scores."""
    return top_two_share(score_cells(inputs, question_id), inputs.setting.thresholds)


def question_mean(inputs: Inputs, question_id: str) -> Result:
    """Mean of a 1-to-5 question."""
    return mean_score(score_cells(inputs, question_id), inputs.setting.thresholds)


def amount_mean(inputs: Inputs, question_id: str, step: float) -> Result:
    """Mean of a question answered with a number, with a cluster-robust interval."""
    frame, thresholds = _answers(inputs, question_id), inputs.setting.thresholds
    n = frame["n_answers"].to_numpy().astype(np.float64)
    sizes = Sizes(n_persons=len(frame), n_answers=int(n.sum()))
    if len(frame) < thresholds.answer_persons or n.sum() < thresholds.answers:
        return refused(f"mean_{question_id}", sizes, (TOO_FEW_ANSWERS,))
    sums = frame["score_sum"].to_numpy().astype(np.float64)
    squares = frame["score_square_sum"].to_numpy().astype(np.float64)
    fit = fit_mean(n, sums, squares, Membership(*codes_of(frame)), thresholds, step=step)
    if fit is None:
        return refused(f"mean_{question_id}", sizes, (TOO_FEW_DEGREES_OF_FREEDOM,))
    asked = questions()[question_id]
    return mean_result(f"mean_{question_id}", fit, sizes, scale=(asked.minimum_score, asked.maximum_score))


def _answers(inputs: Inputs, question_id: str) -> pl.DataFrame:
    return inputs["answer_cells"].filter(pl.col("question_id") == question_id).sort("person_id")


def latest_change(inputs: Inputs) -> Result:
    """Mean change from the baseline to each person's latest wave at least eight weeks on."""
    return _change(inputs, inputs["loneliness_changes"].filter(pl.col("wave") == "latest"), "latest")


def _change(inputs: Inputs, frame: pl.DataFrame, wave: str) -> Result:
    n_baseline = int((inputs["loneliness_scores"]["wave"] == "baseline").sum())
    cluster, group, person = codes_of(frame)
    return paired_change(
        cluster,
        person,
        frame["change_score"].cast(pl.Float64).to_numpy(),
        inputs.setting.thresholds,
        group=group,
        response_share=len(frame) / n_baseline if wave == "latest" and n_baseline else None,
    )


def _change_row(inputs: Inputs, frame: pl.DataFrame, wave: str) -> dict[str, object]:
    result = _change(inputs, frame, wave)
    is_shown = result.estimate is not None and wave == "latest"
    return {
        "wave": wave,
        "n_people": len(frame),
        "baseline_mean_score": frame["baseline_score"].cast(pl.Float64).mean() if is_shown else None,
        "mean_change_score": result.estimate,
        "smallest_people": len(frame),
        **result_row(result, is_sequence=False),
    }
