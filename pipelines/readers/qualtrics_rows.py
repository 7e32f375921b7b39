"""Rows that Qualtrics itself says are no answers of participants.

What belongs here: its codes and words for previews, tests, spam and responses that were not finished.
What does not: where its own columns stand (`qualtrics`), or whether such rows are kept (a source file says that).

Codes are asked where there are any (`Status` 1, `DistributionChannel`, `Progress`), so that an export by choice texts
in a language nobody has listed does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.readers.headings import Columns
from pipelines.readers.raw import PREVIEW, UNFINISHED

# Status is a sum: 1 preview, 2 test, 4 imported, 8 spam, 16 offline, 32 of an employee project.
_NO_ANSWER_BITS = 1 | 2 | 8
_NO_ANSWER_WORDS = (
    r"(?i)preview|spam|\btest|vorschau|aperçu|vista previa|pré-visual|visualização|anteprima|voorbeeld"
    r"|förhandsgranskning|forhåndsvisning|esikatselu|podgląd|náhled|előnézet|просмотр|önizleme"
    r"|プレビュー|预览|預覽|미리"
)
_NO_ANSWER_CHANNELS = ("preview", "test")
_FALSE_WORDS = (
    "0",
    "false",
    "falsch",
    "faux",
    "falso",
    "onwaar",
    "falsk",
    "falskt",
    "usant",
    "epätosi",
    "fałsz",
    "nepravda",
    "hamis",
    "ложь",
    "yanlış",
    "偽",
    "假",
    "거짓",
)


def marked_rows(columns: Columns, own: Mapping[str, int]) -> pl.DataFrame:
    """Rows that are previews, tests or spam, and rows of people who did not reach the end.

    Args:
        columns: The columns of the export.
        own: Qualtrics' own columns: id in lower case to position.

    Returns:
        `row_number` and `rule`, as `RawTable.marked`.
    """
    own_cells = {
        name: columns.cells(own.get(name)) for name in ("status", "distributionchannel", "finished", "progress")
    }
    flags = pl.DataFrame([cells.str.to_lowercase().alias(name) for name, cells in own_cells.items()]).select(
        no_answer=pl.any_horizontal(
            (pl.col("status").cast(pl.Int64, strict=False) & _NO_ANSWER_BITS) != 0,
            pl.col("status").str.contains(_NO_ANSWER_WORDS),
            pl.col("distributionchannel").is_in(_NO_ANSWER_CHANNELS),
        ),
        unfinished=pl.any_horizontal(
            pl.col("finished").is_in(_FALSE_WORDS),
            pl.col("progress").cast(pl.Float64, strict=False) < 100,
        ),
    )
    return pl.concat(
        [
            columns.marked(flags.get_column("no_answer"), PREVIEW),
            columns.marked(flags.get_column("unfinished"), UNFINISHED),
        ]
    )
