"""Sentences around the charts of the site.

What belongs here: what is said of each arm, and why single rows of a chart are not shown.
What does not: tables (`tables.py`), the charts themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.figures.loneliness import wave_label
from dashboards.phrases import Phrases, plain
from dashboards.rows import Row, Tables, read_rows
from dashboards.story import Charts, not_shown


def arm_lines(rows: Sequence[Row], say: Phrases) -> tuple[str, ...]:
    """One sentence per shown arm: how many, how much is unknown, when the typical report came."""
    return tuple(_arm_line(row, say) for row in rows if row.is_shown)


def chart_notes(tables: Tables, charts: Charts, say: Phrases) -> Mapping[str, tuple[str, ...]]:
    """Why single rows of a chart are not shown, by chart; empty where all are, or the whole chart is absent."""
    completion = read_rows(tables, "protected_completion")
    loneliness = read_rows(tables, "protected_loneliness")
    notes = {
        "completion": not_shown(completion, [say.words(f"arm.{row.text('arm')}") for row in completion], say),
        "loneliness": not_shown(loneliness, [wave_label(row.text("wave"), say) for row in loneliness], say),
    }
    return {info.key: () if info.absent else notes.get(info.key, ()) for info in charts}


def _arm_line(row: Row, say: Phrases) -> str:
    none = say.words("state.no_value")
    unknown, day = row.number("unknown_share"), row.number("median_report_day")
    return say.words(
        "completion.arm_line",
        arm=say.words(f"arm.{row.text('arm')}"),
        people=say.counted("people", row.count("n_people")),
        commitments=say.counted("commitments", row.count("n_commitments")),
        unknown=none if unknown is None else say.percent(unknown),
        day=none if day is None else plain(day, 0 if day == int(day) else 1),
    )
