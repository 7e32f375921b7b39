"""Microsoft Forms: the workbook of responses.

What belongs here: its marks and how it becomes a table.
What does not: reading the package (`workbook`), where the trap of its declared dimension is dealt with.

The columns are `ID, Start time, Completion time, Email, Name, Last modified time`, localised, then the
questions; headings hold line breaks and no-break spaces; a repeated question text gets a bare suffix 2, 3, ...
from the tool.
"""

from __future__ import annotations

from pipelines.readers.export_format import ExportFormat
from pipelines.readers.raw import Cells, RawTable, normalised_name, table_from_cells

FORMAT = "microsoft_forms"

_START = frozenset(
    normalised_name(heading)
    for heading in (
        "Start time",
        "Startzeit",
        "Heure de début",
        "Hora de inicio",
        "Hora de início",
        "Ora di inizio",
        "Begintijd",
        "Tijd van starten",
        "Godzina rozpoczęcia",
        "Starttid",
        "Starttidspunkt",
        "Starttidpunkt",
        "Aloitusaika",
        "Alkamisaika",
        "Čas zahájení",
        "Kezdés időpontja",
        "Время начала",
        "Başlangıç zamanı",
        "開始時刻",
        "开始时间",
        "開始時間",
        "시작 시간",
    )
)
_COMPLETION = frozenset(
    normalised_name(heading)
    for heading in (
        "Completion time",
        "Fertigstellungszeit",
        "Abschlusszeit",
        "Heure de fin",
        "Hora de finalización",
        "Hora de conclusão",
        "Ora di completamento",
        "Tijd van voltooien",
        "Voltooiingstijd",
        "Godzina ukończenia",
        "Slutförandetid",
        "Fullføringstid",
        "Fuldførelsestidspunkt",
        "Suoritusaika",
        "Valmistumisaika",
        "Čas dokončení",
        "Befejezés időpontja",
        "Время выполнения",
        "Tamamlanma zamanı",
        "完了時刻",
        "完成时间",
        "完成時間",
        "완료 시간",
    )
)
_TYPED_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"
_ADDRESS = r"(?i)^(?:anonymous|anonym|anonyme|anónimo|anonimo|anoniem|.+@.+)$"


def marks(cells: Cells) -> tuple[str, ...]:
    """What speaks for Microsoft Forms; empty where it does not fit.

    The first three headings are known, or (in another language) the first is ID, two typed times follow and
    every value of the fourth column is an address or the word for anonymous.
    """
    headings = [normalised_name(heading) for heading in cells.headings]
    if len(headings) < 4 or headings[0] != "id":
        return ()
    if headings[1] in _START and headings[2] in _COMPLETION:
        return ("headings begin with `ID`, the start and the completion time",)
    return ("`ID`, two typed times and an address",) if _looks_alike(cells) else ()


def _looks_alike(cells: Cells) -> bool:
    patterns = (_TYPED_TIME, _TYPED_TIME, _ADDRESS)
    columns = [cells.below(place) for place in (1, 2, 3)]
    return cells.container == "workbook" and all(
        len(column) and column.str.contains(pattern).all()
        for column, pattern in zip(columns, patterns, strict=True)
    )


def read(cells: Cells, _file: str) -> RawTable:
    """The responses, one row each, under the form's own question texts."""
    return table_from_cells(cells, FORMAT, recorded=2)


EXPORT = ExportFormat(
    FORMAT,
    "Microsoft Forms",
    marks,
    read,
    recognised_by="a sheet whose first columns are `ID`, the start and the completion time in a language Microsoft"
    " offers; in another language two typed times and an address",
)
