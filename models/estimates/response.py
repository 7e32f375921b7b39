"""Who answered, who did not, and what that does to usefulness."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.catalogue import questions
from models.contracts import estimate_table, protected_table
from models.effects.arrays import FloatArray
from models.effects.nonresponse import response_rate
from models.effects.response_weights import (
    WEIGHTS_TOO_UNEVEN,
    ResponseCells,
    response_bounds,
    response_probabilities,
    weighted_top_two,
)
from models.effects.result import NOBODY_INVITED, TOO_FEW_PERSONS, Result
from models.effects.who_answers import difference_of_means, difference_of_shares
from models.estimates.inputs import Inputs
from models.frames import frame_of

RESPONSE = estimate_table(protected_table("protected_response"))
MISSING = estimate_table(protected_table("protected_missing"))
BASELINE = "baseline"
PATTERN = ("cohort", "department", "level", "attended_before", "prior_useful")
FEWEST_OF_A_KIND = 10
"""A category gets a coefficient of its own when so many of it answered and so many did not."""
_MEANS = {"ok": "ok", "needs_weighting": "weighted", "refused": "refused"}

# Characteristic -> column of `response_people`, and whether it is a number or a category.
CHARACTERISTICS = {
    "attended_before": ("n_attended_before", "number"),
    "prior_usefulness": ("prior_useful_score", "number"),
    "baseline_loneliness": ("baseline_loneliness_score", "number"),
    "level": ("level", "category"),
    "cohort": ("cohort", "category"),
    "department": ("department", "category"),
}


def estimate_response(inputs: Inputs) -> pl.DataFrame:
    """Per wave: people asked and answering, and what the rate allows to say about usefulness.

    From 60 % the share of 4s and 5s stands as it is, between 30 and 60 % only weighted for who is missing,
    below only the counts stand. The weights come from one model over all waves after a session, so that a wave
    of few people borrows from the others. A row's status is that of its counts.
    """
    patterns = inputs["response_patterns"].sort(
        "wave", "cluster_id", "group_id", *PATTERN, "is_answered", nulls_last=True
    )
    waves = patterns["wave"].unique().sort().to_list()
    if not waves:
        return frame_of(RESPONSE, [_nobody_asked()])
    weighted = _weighted(inputs, patterns.filter(pl.col("wave") != BASELINE))
    ordered = sorted(waves, key=lambda wave: (wave != BASELINE, wave))
    return frame_of(
        RESPONSE,
        [_wave_row(inputs, patterns.filter(wave=wave), wave, weighted.get(wave)) for wave in ordered],
    )


def estimate_missing(inputs: Inputs) -> pl.DataFrame:
    """For each characteristic, how far those who answered a pulse differ from those who did not.

    Every invitation to the pulse after a session counts once, with what was known of the person then; categories
    of few people are joined, and a category's difference has a size but no direction. People are counted once:
    the smaller of those who ever answered and those who ever did not.
    """
    asked = inputs["response_people"].filter(pl.col("wave") != BASELINE).sort("person_id", "wave")
    return frame_of(MISSING, [_missing_row(inputs, asked, name) for name in CHARACTERISTICS])


def _nobody_asked() -> dict[str, object]:
    return {
        "wave": BASELINE,
        "n_invited": 0,
        "n_answered": 0,
        "status": "refused",
        "reasons": NOBODY_INVITED,
        "smallest_people": 0,
    }


def _wave_row(inputs: Inputs, frame: pl.DataFrame, wave: str, weighted: Result | None) -> dict[str, object]:
    n_invited, n_useful, n_top = (int(frame[name].sum()) for name in ("n_people", "n_useful", "n_top_two"))
    n_answered = int(frame.filter(pl.col("is_answered") == 1)["n_people"].sum())
    response = response_rate(n_answered, n_invited, inputs.setting.thresholds)
    status = _means_status(_MEANS[response.means_status], weighted)
    is_shown = status != "refused" and weighted is not None and not _are_too_few(weighted)
    bounds = response_bounds(n_invited, n_useful, n_top) if is_shown else None
    return {
        "wave": wave,
        "n_invited": n_invited,
        "n_answered": n_answered,
        "rate": response.rate,
        "means_status": status,
        "top_two_share": n_top / n_useful if is_shown and status == "ok" else None,
        **(_weighted_columns(weighted) if is_shown and weighted is not None else {}),
        "bound_low": bounds.low if bounds else None,
        "bound_high": bounds.high if bounds else None,
        "status": "ok",
        "reasons": "",
        "smallest_people": n_useful if is_shown else n_invited,
    }


def _means_status(by_rate: str, weighted: Result | None) -> str:
    """What the rate allows; where it asks for weights and there are none, no mean stands."""
    is_without = weighted is not None and weighted.status == "refused"
    return "refused" if by_rate == "weighted" and is_without else by_rate


def _are_too_few(weighted: Result) -> bool:
    """Whether too few answered for any mean; uneven weights only forbid the weighted one."""
    return bool(set(weighted.reasons) - {WEIGHTS_TOO_UNEVEN})


def _weighted_columns(weighted: Result) -> dict[str, object]:
    return {
        "top_two_weighted": weighted.estimate,
        "se": weighted.se,
        "df": weighted.df,
        "ci_low": weighted.ci.low if weighted.ci else None,
        "ci_high": weighted.ci.high if weighted.ci else None,
    }


def _weighted(inputs: Inputs, patterns: pl.DataFrame) -> dict[str, Result]:
    """The weighted share of each wave in which anybody answered on usefulness."""
    cells = _cells(patterns)
    probability = response_probabilities(cells)
    if probability is None:
        return {}
    waves = patterns["wave"].to_numpy()
    found = {}
    for wave in np.unique(waves):
        rows = waves == wave
        if cells.n_answered[rows].sum() > 0:
            part = cells.rows(rows)
            found[str(wave)] = weighted_top_two(part, probability[rows], inputs.setting.thresholds)
    return found


def _cells(patterns: pl.DataFrame) -> ResponseCells:
    """Cells of the model: an answer to another question only counts as none to this one."""
    counts = {name: patterns[name].cast(pl.Int64).to_numpy() for name in ("n_people", "n_useful", "n_top_two")}
    cluster, group = (
        np.unique(values.to_numpy(), return_inverse=True)[1].astype(np.int64)
        for values in (patterns["cluster_id"].fill_null(-1), patterns["group_id"])
    )
    return ResponseCells(
        cluster=cluster,
        group=group,
        columns=_design(patterns),
        n_invited=counts["n_people"],
        n_answered=counts["n_useful"],
        n_top_two=counts["n_top_two"],
    )


def _design(patterns: pl.DataFrame) -> FloatArray:
    """Number of the wave and an indicator per category that is common enough; the rest are the reference."""
    wave = patterns["wave"].str.extract(r"(\d+)$").cast(pl.Float64).fill_null(0.0).to_numpy()
    columns = [wave]
    for name in PATTERN:
        tally = patterns.group_by(name).agg(
            pl.col("n_useful").sum().alias("n_answered"),
            (pl.col("n_people").sum() - pl.col("n_useful").sum()).alias("n_missing"),
        )
        common = tally.filter(
            (pl.col("n_answered") >= FEWEST_OF_A_KIND) & (pl.col("n_missing") >= FEWEST_OF_A_KIND)
        )
        ordered = common.sort(
            pl.col("n_answered") + pl.col("n_missing"), name, descending=True, nulls_last=True
        )
        for kind in ordered[name][1:]:
            is_kind = pl.col(name).eq_missing(pl.lit(kind, dtype=pl.String))
            columns.append(patterns.select(is_kind.cast(pl.Float64)).to_series().to_numpy())
    return np.column_stack(columns)


def _missing_row(inputs: Inputs, asked: pl.DataFrame, name: str) -> dict[str, object]:
    column, kind = CHARACTERISTICS[name]
    frame = asked.filter(pl.col(column).is_not_null())
    n_people = min(frame.filter(pl.col("is_answered") == flag)["person_id"].n_unique() for flag in (0, 1))
    answered = frame["is_answered"].cast(pl.Boolean).to_numpy()
    if n_people < _fewest(inputs, name):
        smd = None
    elif kind == "number":
        smd = difference_of_means(answered, frame[column].cast(pl.Float64).to_numpy())
    else:
        smd = difference_of_shares(answered, _joined_codes(frame, column, inputs.setting.minimum_people))
    return {
        "characteristic": name,
        "smd": smd,
        "n_people": n_people,
        "status": "refused" if smd is None else "ok",
        "reasons": TOO_FEW_PERSONS if smd is None else "",
        "smallest_people": n_people,
    }


def _fewest(inputs: Inputs, characteristic: str) -> int:
    fewest = inputs.setting.thresholds.answer_persons
    if characteristic == "baseline_loneliness":
        asked = [question for question in questions().values() if question.construct == "loneliness"]
        fewest = max([fewest, *(question.minimum_people for question in asked)])
    return fewest


def _joined_codes(frame: pl.DataFrame, column: str, fewest: int) -> FloatArray:
    """Codes of the categories, those of fewer people joined into one."""
    people = frame.group_by(column).agg(pl.col("person_id").n_unique().alias("n"))
    small = people.filter(pl.col("n") < fewest)[column]
    joined = pl.when(pl.col(column).is_in(small.implode())).then(None).otherwise(pl.col(column))
    return frame.select(joined.rank("dense").fill_null(0).cast(pl.Int64)).to_series().to_numpy()
