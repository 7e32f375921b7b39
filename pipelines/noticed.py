"""What `peerlift status` says of files that were read and still want a look: notices, and rules across tables."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from models.cross_rules import CROSS_RULES
from pipelines.notices import Notice

ROWS_NAMED = 20


def notice_lines(notices: pl.DataFrame) -> Iterator[str]:
    """One line for each thing noticed; what was noticed of several files is said of the last of them.

    Args:
        notices: `file`, `rule`, `detail`, `remedy` and `rows`, the files in the order they came in.
    """
    for _, alike in notices.group_by("rule", "detail", "remedy", maintain_order=True):
        row = alike.row(-1, named=True)
        notice = Notice(row["rule"], row["detail"], row["remedy"], tuple(row["rows"] or ()))
        others = f" and {alike.height - 1} files before it" if alike.height > 1 else ""
        rows = f" ({rows_named(list(notice.rows))})" if notice.rows else ""
        yield f"Noticed: {row['file']}{others} ({notice.rule}): {notice.detail}{rows}. {notice.remedy}."


def across_lines(broken: pl.DataFrame) -> Iterator[str]:
    """For each warning and file, which rows disagree with other tables.

    Args:
        broken: `file`, `row_number` and `rule`; rows of blocking rules are in quarantine and left out here.
    """
    rules = {rule.name: rule for rule in CROSS_RULES if not rule.is_blocking}
    for (name,), found in broken.group_by("rule", maintain_order=True):
        rule = rules.get(str(name))
        if rule is None:
            continue
        yield f"Disagrees: {rule.name} ({rule.table.name}): {rule.meaning} {rule.remedy}"
        for (file,), own in found.group_by("file", maintain_order=True):
            yield f"  {file}: {rows_named(own['row_number'].unique().sort().to_list())}"


def rows_named(rows: list[int]) -> str:
    """Row numbers in words, the first twenty of them."""
    named = ", ".join(str(row) for row in rows[:ROWS_NAMED])
    more = f" and {len(rows) - ROWS_NAMED} more" if len(rows) > ROWS_NAMED else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {named}{more}"
