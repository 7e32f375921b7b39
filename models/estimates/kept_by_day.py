"""How much is done by which day with and without an appointment, and how many days commitments stay open."""

from __future__ import annotations

import numpy as np
import polars as pl

from models.contracts import estimate_table, protected_table
from models.effects.arrays import IntArray
from models.effects.incidence import DayCounts
from models.effects.kept_by_day import DayShare, kept_by_day
from models.effects.open_days import days_open_difference as difference_in_days
from models.effects.result import Result
from models.estimates.inputs import Inputs, result_row
from models.frames import frame_of

KEPT_BY_DAY = estimate_table(protected_table("protected_kept_by_day"))
ARMS = ((1, "with_appointment"), (0, "without_appointment"))
WEEK_DAYS = 7
EVENTS = ("done", "done_no_day", "withdrawn", "open")
LINES = {14: ("horizon_14",), 42: ("horizon_42",)}


def estimate_kept_by_day(inputs: Inputs) -> pl.DataFrame:
    """One row per arm and week of days up to the plan's horizon: the share done and the share withdrawn by then.

    A row stands for the people of its arm, for those something happened to since the row before it that is shown
    (the step between them is theirs), and for those in whom it differs from the number another table publishes for
    the same day (their results could be had by subtraction). Nobody at all is nobody's secret and does not count.
    """
    days = _days(inputs)
    rows: list[dict[str, object]] = []
    for arm, name in ARMS:
        frame = _of_arm(inputs, arm)
        lines = {day: [_line(inputs, line, arm) for line in _lines(inputs, day)] for day in days}
        shares = kept_by_day(day_counts(frame), arm, days, _horizon(inputs), inputs.setting.thresholds)
        shown = -1
        for share in shares:
            row = _row(frame, name, share, since=shown, lines=lines[share.day])
            smallest = row["smallest_people"]
            is_shown = isinstance(smallest, int) and smallest >= inputs.setting.minimum_people
            shown = share.day if is_shown and share.done.status == "ok" else shown
            rows.append(row)
    return frame_of(KEPT_BY_DAY, rows)


def followed_commitments(inputs: Inputs) -> pl.DataFrame:
    """Rows of `commitment_days` that are used, of both arms."""
    return pl.concat([_of_arm(inputs, arm) for arm, _ in ARMS])


def days_open_difference(inputs: Inputs) -> Result:
    """Days a commitment stays open, of the plan's horizon: with an appointment minus without."""
    return difference_in_days(
        day_counts(followed_commitments(inputs)), _horizon(inputs), inputs.setting.thresholds
    )


def day_counts(frame: pl.DataFrame) -> DayCounts:
    """Rows of `commitment_days` as counts; ids become whole-number codes."""
    n = frame["n_commitments"].cast(pl.Int64).to_numpy()
    counts = {f"n_{event}": n * (frame["event"] == event).to_numpy() for event in EVENTS}
    return DayCounts(
        cluster=_codes(frame["cluster_id"]),
        group=_codes(frame["group_id"]),
        person=_codes(frame["person_id"]),
        arm=frame["arm"].cast(pl.Int64).to_numpy(),
        day=frame["day"].cast(pl.Int64).to_numpy(),
        **counts,
    )


def _codes(ids: pl.Series) -> IntArray:
    return np.asarray(ids.rank("dense").cast(pl.Int64).to_numpy() - 1, dtype=np.int64)


def _of_arm(inputs: Inputs, arm: int) -> pl.DataFrame:
    """Rows of one arm; immature ones only when they are of enough people.

    With fewer, the share kept and the share done by the horizon would differ by the results of those few.
    """
    frame = inputs["commitment_days"].filter(pl.col("arm") == arm)
    mature = frame.filter("is_mature")
    n_people = frame.filter(~pl.col("is_mature"))["person_id"].n_unique()
    return frame if n_people >= inputs.setting.minimum_people else mature


def _horizon(inputs: Inputs) -> int:
    return inputs.setting.plan.horizon_days


def _days(inputs: Inputs) -> tuple[int, ...]:
    """Whole weeks up to the horizon."""
    return tuple(range(WEEK_DAYS, _horizon(inputs) + 1, WEEK_DAYS))


def _row(
    frame: pl.DataFrame, name: str, share: DayShare, *, since: int, lines: list[pl.DataFrame]
) -> dict[str, object]:
    happened = (pl.col("event") != "open") & (pl.col("day") > since) & (pl.col("day") <= share.day)
    n_people = frame["person_id"].n_unique()
    own = _contributions(frame, share.day)
    standing_for = [
        frame.filter(happened)["person_id"].n_unique(),
        *(_people_apart(own, line) for line in lines),
    ]
    return {
        "arm": name,
        "day": share.day,
        "share_done": share.done.estimate,
        "share_withdrawn": share.withdrawn,
        "n_people": n_people,
        "smallest_people": min([n_people, *(n for n in standing_for if n)]),
        **result_row(share.done, is_sequence=True),
    }


def _contributions(frame: pl.DataFrame, day: int) -> pl.DataFrame:
    """What each person adds to a share: commitments, and those done by the day."""
    n, is_done = pl.col("n_commitments").cast(pl.Int64), pl.col("event").is_in(["done", "done_no_day"])
    return frame.group_by("person_id").agg(
        n.sum().alias("n_known"), n.filter(is_done & (pl.col("day") <= day)).sum().alias("n_kept")
    )


def _lines(inputs: Inputs, day: int) -> tuple[str, ...]:
    """Lines of `effect_cells` whose number is published for the same day."""
    return LINES.get(day, ()) + (("primary",) if day == _horizon(inputs) else ())


def _line(inputs: Inputs, line: str, arm: int) -> pl.DataFrame:
    cells = inputs["effect_cells"].filter((pl.col("line") == line) & (pl.col("arm") == arm))
    known = pl.col("n_done") + pl.col("n_not_done") + pl.col("n_withdrawn")
    sums = cells.group_by("person_id").agg(
        known.sum().cast(pl.Int64).alias("n_known"), pl.col("n_kept").sum().cast(pl.Int64)
    )
    return sums.filter(pl.col("n_known") > 0)


def _people_apart(own: pl.DataFrame, other: pl.DataFrame) -> int:
    """In how many people two published numbers differ: whose results their difference tells."""
    both = own.join(other, on="person_id", how="full", coalesce=True, suffix="_other")
    differs = pl.any_horizontal(
        pl.col(name).fill_null(0) != pl.col(f"{name}_other").fill_null(0) for name in ("n_known", "n_kept")
    )
    return both.filter(differs).height
