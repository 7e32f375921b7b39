"""Google Forms: the responses sheet saved as CSV or XLSX, and the form's own "download CSV".

What belongs here: the marks of both shapes and how they become a table.
What does not: times and answers, which the mapping reads with the source file's zone and day order.

The sheet writes `9/25/2019 1:17:26` in the order of its locale and joins multiple choices with ", "; the
download writes `2025/06/25 4:53:36 PM UTC+3` under a localised heading, joins with ";", ends lines with CRLF
and leaves trailing blanks. Repeated question texts are common to both; they are told apart by ` [1]`, ` [2]`.
"""

from __future__ import annotations

from pipelines.readers.export_format import ExportFormat
from pipelines.readers.raw import Cells, RawTable, normalised_name, table_from_cells

FORMAT = "google_forms"

# The heading of the time column in the languages Google offers most; normalised as names are compared.
TIME_HEADINGS = frozenset(
    normalised_name(heading)
    for heading in (
        "Timestamp",
        "Zeitstempel",
        "Horodateur",
        "Marca temporal",
        "Marca de temps",
        "Carimbo de data/hora",
        "Informazioni cronologiche",
        "Tijdstempel",
        "Sygnatura czasowa",
        "Tidsstämpel",
        "Tidsstempel",
        "Tidspunkt",
        "Aikaleima",
        "Časové razítko",
        "Časová značka",
        "Időbélyeg",
        "Marcaj de timp",
        "Marcaj temporal",
        "Отметка времени",
        "Позначка часу",
        "Χρονική σήμανση",
        "Χρονική σφραγίδα",
        "Zaman damgası",
        "חותמת זמן",
        "طابع زمني",
        "タイムスタンプ",
        "时间戳记",
        "時間戳記",
        "타임스탬프",
        "Dấu thời gian",
        "Stempel waktu",
        "Cap waktu",
        "ประทับเวลา",
    )
)

_DOWNLOAD_TIME = (
    r"(?i)^\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}:\d{2}[\s\u00a0\u202f](?:\D{1,12}[\s\u00a0\u202f])?"
    r"(?:(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?|[A-Z]{3,5})$"
)
_SHEET_TIME = r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\.?,?[T\s\u00a0\u202f]+\d{1,2}[:.]\d{2}"


def marks(cells: Cells) -> tuple[str, ...]:
    """What speaks for Google Forms; empty where it does not fit.

    Either the first column holds the download's own times, whatever its heading, or it has Google's heading in
    one of its languages and at least half of its values are times; Excel drops their seconds when it saves them.
    """
    if not cells.headings:
        return ()
    values = cells.below(0)
    if len(values) and values.str.contains(_DOWNLOAD_TIME).all():
        return ("first column holds times as `2025/06/25 4:53:36 PM UTC+3`",)
    if normalised_name(cells.headings[0]) not in TIME_HEADINGS:
        return ()
    n_times = int(values.str.contains(_SHEET_TIME).sum())
    return (
        (f"first heading is `{cells.headings[0].strip()}`", "times below it")
        if 2 * n_times >= len(values)
        else ()
    )


def read(cells: Cells, _file: str) -> RawTable:
    """The responses, one row each, under the form's own question texts."""
    return table_from_cells(cells, FORMAT, recorded=0)


EXPORT = ExportFormat(
    FORMAT,
    "Google Forms",
    marks,
    read,
    recognised_by="the first column holds the form's own times (`2025/06/25 4:53:36 PM UTC+3`), or is called"
    " `Timestamp` in a language Google offers and holds times",
)
