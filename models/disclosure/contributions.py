"""Whose parts the published numbers are made of.

What belongs here: for each unit that is released or stays as a whole, the sums its numbers tell, person by person.
What does not: the estimates themselves (`models.estimates`), the rule that compares sums (`sums`), slices (`slices`).

A *unit* is what is released at once: the headline and all that is computed from it, each further line, each week, each
question, each loneliness wave. Sums of the same *measure* are held against one another: those of one *outcome* can be
subtracted, those of related outcomes tell of who is in one and not in the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import polars as pl

from models.catalogue import Question

COLUMNS: Mapping[str, pl.DataType] = {
    "unit": pl.String(),
    "measure": pl.String(),
    "row": pl.String(),
    "outcome": pl.String(),
    "person_id": pl.String(),
    "n": pl.Int64(),
    "value": pl.Int64(),
}
SCORES = tuple(f"n_score_{score}" for score in range(1, 6))
HALF = 2  # amounts are asked in halves: twice a score is a whole number
BASELINE_STEPS, CHANGE_STEPS, GAP_STEPS = 6, 12, 8
LOWEST_SCORE = 3  # of the three loneliness items together
WEEK_DAYS = 7
ANSWER_STEPS = 4  # from 1 to 5
KEPT, USEFUL = "kept", "top_two"
BOTH = 2  # both arms together
PRIMARY, BY_DAY = "primary", "by_day"
USEFULNESS = "question:usefulness"
GAP = "question:expected_usefulness"
BAND = "band:"
OTHER_CLOCKS = ("horizon_14", "horizon_42", "own_due_date", "withdrawn_left_out")
ADJUSTED = "adjusted"
DIGEST = "digest"
NO_ROW_IDS = ("cluster_id", "partner_cluster_id", "group_number", "person_number")  # numbered anew in every run


def contributions(
    tables: Mapping[str, pl.DataFrame], questions: Mapping[str, Question], week: str, horizon_days: int
) -> pl.DataFrame:
    """Every sum the published numbers tell, one row per sum and person.

    Args:
        tables: Derived tables by name; of `commitment_days` only the rows that are followed.
        questions: The catalogue of questions.
        week: ISO week of the cut; its difference is the headline itself.
        horizon_days: The plan's horizon; days since check-out are shown by whole weeks up to it.
    """
    parts = [
        _lines(tables["effect_cells"]),
        _digest(
            tables["effect_cells"].filter(pl.col("line") == PRIMARY, _known() > 0).drop("n_unknown"), PRIMARY
        ),
        _digest(tables["adjustment_cells"], ADJUSTED),
        _weeks(tables["effect_cells_by_week"], tables["weeks"], week),
        *_by_day(tables["commitment_days"], horizon_days),
        *(
            _digest(tables["commitment_days"], f"{BY_DAY}:{day}")
            for day in range(WEEK_DAYS, horizon_days + 1, WEEK_DAYS)
        ),
        *_answers(tables["answer_cells"], questions),
        _by_session(tables["usefulness_by_session"]),
        _by_wave(tables["response_people"]),
        *_known_of_those_asked(tables["response_people"]),
        _gaps(tables["expectation_pairs"]),
        *_loneliness(tables["loneliness_changes"]),
        *_loneliness_models(tables["loneliness_points"], tables["loneliness_scores"]),
    ]
    return pl.concat([part.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items()) for part in parts])


def _same(outcome: str) -> pl.Expr:
    return pl.lit(outcome).alias("outcome")


def _lines(cells: pl.DataFrame) -> pl.DataFrame:
    """Every line of the difference; the one without withdrawn commitments is made from the headline's cells."""
    line = pl.col("line")
    without = cells.filter(line == PRIMARY).with_columns(
        pl.lit("withdrawn_left_out").alias("line"), pl.lit(0, cells.schema["n_withdrawn"]).alias("n_withdrawn")
    )
    kept = _kept(pl.concat([cells, without]), "line")
    return pl.concat([kept, _both_arms(kept)]).with_columns(
        pl.when(line == PRIMARY).then(pl.lit(PRIMARY)).otherwise("line:" + line).alias("unit"),
        _row(line),
        pl.when(line.is_in(OTHER_CLOCKS)).then(line).otherwise(pl.lit(KEPT)).alias("outcome"),
    )


def _weeks(cells: pl.DataFrame, weeks: pl.DataFrame, current: str) -> pl.DataFrame:
    named = cells.join(weeks.select("week", "week_end_day"), on="week_end_day").filter(
        pl.col("week") != current
    )
    unit = "week:" + pl.col("week")
    return _kept(named, "week").with_columns(unit.alias("unit"), _row(unit), _same(KEPT))


def _known() -> pl.Expr:
    return pl.sum_horizontal("n_done", "n_not_done", "n_withdrawn")


def _kept(cells: pl.DataFrame, by: str) -> pl.DataFrame:
    return (
        cells.group_by(by, "arm", "person_id")
        .agg(_known().sum().alias("n"), pl.col("n_kept").sum().alias("value"))
        .filter(pl.col("n") > 0)
        .with_columns(pl.lit(KEPT).alias("measure"))
    )


def _both_arms(kept: pl.DataFrame) -> pl.DataFrame:
    """The two arms together: anybody can add them, and who changes arms stays in the sum."""
    together = kept.group_by("line", "person_id", "measure").agg(pl.col("n", "value").sum())
    return together.with_columns(pl.lit(BOTH, kept.schema["arm"]).alias("arm")).select(kept.columns)


def _digest(rows: pl.DataFrame, unit: str) -> pl.DataFrame:
    """A code per person of all the rows that numbers of a unit were computed from."""
    names = sorted(name for name in rows.columns if name not in {"person_id", *NO_ROW_IDS})
    texts = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in names], separator="|")
    by_person = (
        rows.select("person_id", texts.alias("row")).sort("person_id", "row").group_by("person_id").agg("row")
    )
    codes = [_code("\n".join(listed)) for listed in by_person["row"].to_list()]
    return by_person.select("person_id").with_columns(
        pl.lit(unit).alias("unit"),
        pl.lit(f"{DIGEST}:{unit}").alias("measure"),
        pl.lit(DIGEST).alias("row"),
        _same(DIGEST),
        pl.Series("n", codes, dtype=pl.Int64),
        pl.lit(0).alias("value"),
    )


def _code(text: str) -> int:
    """A positive whole number that another text hardly ever has too."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big") + 1


def _row(name: pl.Expr) -> pl.Expr:
    return (name + ":" + pl.col("arm").cast(pl.Int64).cast(pl.String)).alias("row")


def _by_day(days: pl.DataFrame, horizon_days: int) -> list[pl.DataFrame]:
    """Commitments done by each day shown, and how long they stayed open, among all that are followed."""
    n, day, is_done = pl.col("n_commitments"), pl.col("day"), pl.col("event").is_in(["done", "done_no_day"])
    open_days = pl.when(pl.col("event") == "withdrawn").then(horizon_days).otherwise(day.clip(0, horizon_days))
    by_person = days.group_by("arm", "person_id")
    shown = [
        by_person.agg(n.sum().alias("n"), n.filter(is_done & (day <= last)).sum().alias("value")).with_columns(
            pl.lit(f"{BY_DAY}:{last}").alias("unit"),
            pl.lit(KEPT).alias("measure"),
            _row(pl.lit(f"{BY_DAY}:{last}")),
            _same(f"{BY_DAY}:{last}"),
        )
        for last in range(WEEK_DAYS, horizon_days + 1, WEEK_DAYS)
    ]
    length = by_person.agg((n.sum() * horizon_days).alias("n"), (n * open_days).sum().alias("value"))
    return [
        *shown,
        length.with_columns(
            pl.lit(BY_DAY).alias("unit"),
            pl.lit("days_open").alias("measure"),
            _row(pl.lit("days_open")),
            _same("days_open"),
        ),
    ]


def _answers(cells: pl.DataFrame, questions: Mapping[str, Question]) -> list[pl.DataFrame]:
    parts: list[pl.DataFrame] = []
    for question_id in sorted(set(cells["question_id"])):
        question = questions[question_id]
        if question.scale is not None:
            continue  # the items of a scale are published as its score only
        sums = (
            cells.filter(pl.col("question_id") == question_id)
            .group_by("person_id")
            .agg(pl.col("n_answers", "score_sum", *SCORES).sum())
            .with_columns(pl.lit(f"question:{question_id}").alias("unit"), pl.lit("all").alias("row"))
        )
        parts.append(_score_sum(sums, question))
        if f"question:{question_id}" == USEFULNESS:
            parts += [_top_two(sums), *_bands(sums)]
    return parts


def _score_sum(sums: pl.DataFrame, question: Question) -> pl.DataFrame:
    """The sum behind a mean, counted in half steps from the lowest answer."""
    low, high = round(question.minimum_score * HALF), round(question.maximum_score * HALF)
    total = (pl.col("score_sum").cast(pl.Float64) * HALF).round().cast(pl.Int64)
    n = pl.col("n_answers").cast(pl.Int64)
    return sums.with_columns(
        pl.col("unit").alias("measure"),
        _same("score"),
        (n * (high - low)).alias("n"),
        (total - n * low).alias("value"),
    )


def _top_two(sums: pl.DataFrame) -> pl.DataFrame:
    return sums.with_columns(
        pl.lit(USEFUL).alias("measure"),
        _same(USEFUL),
        pl.col("n_answers").alias("n"),
        pl.sum_horizontal(SCORES[3:]).alias("value"),
    )


def _bands(sums: pl.DataFrame) -> list[pl.DataFrame]:
    """Answers in every range of neighbouring scores; the gate publishes some of them."""
    ranges = [(low, high) for low in range(1, 6) for high in range(low, 6)]
    return [
        sums.with_columns(
            pl.lit("usefulness_bands").alias("measure"),
            pl.lit(f"{BAND}{low}-{high}").alias("row"),
            _same("range of scores"),
            pl.col("n_answers").alias("n"),
            pl.sum_horizontal(SCORES[low - 1 : high]).alias("value"),
        )
        for low, high in ranges
    ]


def _by_session(cells: pl.DataFrame) -> pl.DataFrame:
    """Answers in the two highest steps, session by session."""
    number = pl.col("session_number").cast(pl.Int64).cast(pl.String)
    return (
        cells.group_by("session_number", "person_id")
        .agg(pl.col(SCORES).sum())
        .select(
            ("usefulness:session-" + number).alias("unit"),
            pl.lit(USEFUL).alias("measure"),
            ("session:" + number).alias("row"),
            _same(USEFUL),
            "person_id",
            pl.sum_horizontal(SCORES).alias("n"),
            pl.sum_horizontal(SCORES[3:]).alias("value"),
        )
    )


def _by_wave(asked: pl.DataFrame) -> pl.DataFrame:
    """Answers in the two highest steps, wave by wave."""
    return asked.filter(pl.col("useful_score").is_not_null()).select(
        ("response:" + pl.col("wave")).alias("unit"),
        pl.lit(USEFUL).alias("measure"),
        ("wave:" + pl.col("wave")).alias("row"),
        _same(USEFUL),
        "person_id",
        pl.lit(1).alias("n"),
        (pl.col("useful_score") >= 4).cast(pl.Int64).alias("value"),
    )


def _known_of_those_asked(asked: pl.DataFrame) -> list[pl.DataFrame]:
    """Earlier answers of those who answered a pulse, and of those who did not: what their difference tells."""
    parts = (
        ("prior_usefulness", "prior_useful_score", ANSWER_STEPS, 1),
        ("baseline_loneliness", "baseline_loneliness_score", BASELINE_STEPS, LOWEST_SCORE),
    )
    pulses = asked.filter(pl.col("wave") != "baseline")
    return [
        pulses.filter(pl.col(column).is_not_null())
        .group_by("is_answered", "person_id")
        .agg((pl.len() * steps).alias("n"), (pl.col(column) - lowest).sum().alias("value"))
        .with_columns(
            pl.lit(f"missing:{name}").alias("unit"),
            pl.lit(f"missing:{name}").alias("measure"),
            pl.col("is_answered").cast(pl.Int64).cast(pl.String).alias("row"),
            _same(name),
        )
        for name, column, steps, lowest in parts
    ]


def _gaps(pairs: pl.DataFrame) -> pl.DataFrame:
    """Experience minus expectation of the same session: a gap from -4 to 4."""
    gap = pl.col("experienced_score") - pl.col("expected_score")
    return (
        pairs.filter(pl.col("is_before_start") == 1)
        .group_by("person_id")
        .agg((pl.len() * GAP_STEPS).alias("n"), (gap + GAP_STEPS // 2).sum().alias("value"))
        .with_columns(
            pl.lit(GAP).alias("unit"),
            pl.lit("expectation_gap").alias("measure"),
            pl.lit("all").alias("row"),
            _same("gap"),
        )
    )


def _loneliness(changes: pl.DataFrame) -> list[pl.DataFrame]:
    """The mean change of each wave, and of the latest also the mean at the baseline.

    Baseline means of several waves would tell, by subtraction, of those who answered in one of them only.
    """
    latest = changes.filter(pl.col("wave") == "latest")
    parts = (
        ("baseline", latest, BASELINE_STEPS, pl.col("baseline_score") - LOWEST_SCORE),
        ("change", changes, CHANGE_STEPS, pl.col("change_score") + CHANGE_STEPS // 2),
    )
    return [
        frame.with_columns(
            ("loneliness:" + pl.col("wave")).alias("unit"),
            pl.lit(f"loneliness_{name}").alias("measure"),
            (f"{name}:" + pl.col("wave")).alias("row"),
            (f"{name}:" + pl.col("wave")).alias("outcome"),
            pl.lit(steps).alias("n"),
            part.alias("value"),
        )
        for name, frame, steps, part in parts
    ]


def _loneliness_models(points: pl.DataFrame, scores: pl.DataFrame) -> list[pl.DataFrame]:
    """Scores behind the model that also uses people asked once, the scale's reliability, and later starters."""
    parts = (
        ("loneliness_points", points, pl.col("occasion")),
        ("loneliness_scores", scores, pl.lit("all")),
    )
    return [
        frame.with_columns(row.alias("row"))
        .group_by("row", "person_id")
        .agg(
            (pl.len() * BASELINE_STEPS).alias("n"),
            (pl.col("loneliness_score") - LOWEST_SCORE).sum().alias("value"),
        )
        .with_columns(
            pl.lit("loneliness:models").alias("unit"), pl.lit(measure).alias("measure"), _same("score")
        )
        for measure, frame, row in parts
    ]
