"""What the documents say of the formats that no survey tool marks: tables, logs and calendars.

What belongs here: words. What does not: reading (`plain`, `parquet`, `json_lines`, `calendar`), or the words about
survey tools, which stand beside their readers.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.readers import calendar, json_lines, parquet


@dataclass(frozen=True, slots=True)
class FormatNotes:
    """One format in words; the attributes are those of the same name of `ExportFormat`."""

    name: str
    title: str
    recognised_by: str
    personal: str = "none"
    left_out: str = "none"
    refused: str = "none"
    to_know: str = ""


OTHER_FORMATS = (
    FormatNotes(
        "csv",
        "Delimited text",
        recognised_by="text in any encoding whose cells are separated by comma, semicolon, tab or `|`, and no survey"
        " tool's marks; the name may end in `.csv`, `.tsv`, `.txt` or anything else",
        refused="`unreadable_file`: quotes that do not match, or a row with more cells than the headings",
    ),
    FormatNotes(
        "xlsx",
        "Workbook",
        recognised_by="a workbook whose first sheet has no survey tool's marks; the first filled row is the headings",
        refused="`package_too_large`: it unfolds to more than a workbook of its size holds; `unreadable_file`: it is"
        " damaged, or of the old `.xls` kind",
        to_know="Only the first sheet is read. Dates and times typed as such are read without `day_order`.",
    ),
    FormatNotes(
        parquet.FORMAT,
        "Parquet",
        recognised_by="the file begins with `PAR1`",
        refused="`nested_column`: a column holds lists or records; `unreadable_column`: its type is no text, number,"
        " date, time or truth value",
        to_know="Times that carry a zone are read in it.",
    ),
    FormatNotes(
        json_lines.FORMAT,
        "JSON Lines",
        recognised_by="a JSON object in each line, or one array of objects",
        refused="`nested_column`: a value is a list or an object",
        to_know="Objects may have different keys; a key that is missing is an empty cell.",
    ),
    FormatNotes(
        calendar.FORMAT,
        "Calendar (iCalendar)",
        recognised_by="the text begins with `BEGIN:VCALENDAR`",
        personal="none; a description is read only as being there or not, and rooms are no attendees",
        left_out="single occurrences of a series that were cancelled",
        refused="`unreadable_file`: it breaks off, or is no calendar; a series whose repeats are broken, go on within"
        " the day or over more than twenty years is one row without a readable start, and the others are read",
        to_know="Columns: " + ", ".join(f"`{column}`" for column in calendar.COLUMNS) + ".",
    ),
)
