"""From exported files to tables with the source's own columns.

What belongs here: one module per export format, the marks each is recognised by, and the refusal of a file.
What does not: what a column means (`pipelines.mapping`), or which source file describes a file.
"""

from pipelines.readers.raw import RawTable
from pipelines.readers.recognise import READ_FORMATS, Recognised, read_export, recognise
from pipelines.readers.refusal import FileRefused

__all__ = ["READ_FORMATS", "FileRefused", "RawTable", "Recognised", "read_export", "recognise"]
