"""The blocks of a draft: which tables the rows of an undescribed export could become, and by which columns.

What belongs here: guessing from headings, and the lines of one [[rows]] block.
What does not: the words that headings are known by (`column_synonyms`), or the file around the blocks
(`draft_source`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from models.catalogue import Question
from models.contracts import Column, core_table
from pipelines.answer_texts import answer_key
from pipelines.codebook_gaps import questions_by_wording, quoted
from pipelines.column_names import heading_key
from pipelines.column_synonyms import CHOICE_WORDS, GROUP, SESSION, meanings
from pipelines.readers import RawTable
from pipelines.readers.raw import ROW_NUMBER

PLAIN_TABLES = ("people", "memberships", "sessions", "attendance", "commitments", "invitations")
# Columns of which a table needs at least one beside its key, or another table is meant.
_TELLING: Mapping[str, tuple[str, ...]] = {
    "people": ("cohort", "department", "level", "manager_person_id", "joined_on", "trained_on"),
    "memberships": ("from_on",),
    "sessions": ("scheduled_at", "started_at", "status"),
    "attendance": ("attended",),
    "commitments": ("made_at", "due_on"),
    "invitations": ("invited_at",),
}


@dataclass(frozen=True, slots=True)
class Block:
    """One [[rows]] block: its lines, and its table."""

    table: str
    lines: tuple[str, ...]
    questions: tuple[str, ...] = ()
    when: str = ""
    open_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftExport:
    """An export, and what its columns could mean."""

    raw: RawTable
    headings: Mapping[str, tuple[str, ...]]
    meant: Mapping[str, list[str]]
    questions: Mapping[str, Question]
    asked: Mapping[str, str] = field(default_factory=dict)

    def column(self, meaning: str) -> str | None:
        """The likeliest column of a meaning."""
        return next(iter(self.meant.get(meaning, ())), None)


def blocks_of(export: DraftExport) -> list[Block]:
    """The blocks an export could be read by: answers and reports of a survey, or one table of plain rows."""
    return [*_survey_blocks(export), *_plain_blocks(export)]


def draft_export(raw: RawTable, questions: Mapping[str, Question]) -> DraftExport:
    """The columns of an export with what each could mean, by its headings and those of the catalogue."""
    headings = {
        column: (column, *raw.also_called.get(column, ()))
        for column in raw.frame.columns
        if column != ROW_NUMBER
    }
    by_words = questions_by_wording(questions)
    asked: dict[str, str] = {}
    for column, names in headings.items():
        question = next(
            (by_words[core] for name in names if (core := heading_key(name).core) in by_words), None
        )
        if question is not None:
            asked.setdefault(question, column)
    rest = {column: names for column, names in headings.items() if column not in asked.values()}
    return DraftExport(raw, headings, meanings(raw.frame, rest), questions, asked)


def _survey_blocks(export: DraftExport) -> Iterator[Block]:
    """Answers to questions of the catalogue, and what became of a commitment."""
    if export.asked:
        yield _answers(export)
    outcome = _outcome_column(export)
    if outcome is not None:
        yield _outcomes(export, outcome)


def _answers(export: DraftExport) -> Block:
    answered, points = _time_of(export, "answered_at")
    session = export.column(SESSION)
    lines = [*_person(export, "person_id", points)]
    if session is not None:
        lines.append(f'wave = {{ column = {quoted(session)}, prefix = "session-", width = 2 }}')
    else:
        lines.append(
            '# wave = { value = "baseline" }   # or the column of the session, prefix = "session-", width = 2'
        )
        points.append("Fill in wave: no column says which session or survey the answers belong to.")
    lines += [*_session_id(export), *answered]
    asked = tuple(f"{name} = {{ column = {quoted(column)} }}" for name, column in export.asked.items())
    when = f"{{ column = {quoted(session)}, filled = true }}" if session is not None else ""
    return Block("answers", tuple(lines), asked, when, tuple(points))


def _outcomes(export: DraftExport, outcome: str) -> Block:
    reported, points = _time_of(export, "reported_at")
    states = {text: state for question in export.questions.values() for text, state in question.states.items()}
    choices = ", ".join(f"{quoted(text)} = {quoted(state)}" for text, state in states.items())
    lines = [
        *_person(export, "person_id", points),
        *_session_id(export),
        *reported,
        f"state = {{ column = {quoted(outcome)}, choices = {{ {choices} }} }}",
        *_plain_lines(export, "outcome_reports", ("done_on",)),
        'confirmed_by = { value = "self" }',
    ]
    when = f"{{ column = {quoted(outcome)}, filled = true }}"
    return Block("outcome_reports", tuple(lines), (), when, tuple(points))


def _plain_blocks(export: DraftExport) -> Iterator[Block]:
    """The one table of plain rows that most of the headings speak of; next to answers only commitments."""
    is_survey = bool(export.asked) or _outcome_column(export) is not None
    possible = [
        name
        for name in (("commitments",) if is_survey else PLAIN_TABLES)
        if any(export.column(meaning) for meaning in _TELLING[name]) and not _lacking_ids(export, name)
    ]
    if possible:
        name = max(possible, key=lambda each: len(_matched(export, each)))
        yield _plain(export, name)
        if name == "commitments" and export.column("partner_person_id") and export.column("appointment_at"):
            yield _appointments(export)


def _plain(export: DraftExport, name: str) -> Block:
    table = core_table(name)
    points: list[str] = []
    lines: list[str] = []
    for column in table.columns:
        lines += _line(export, name, column, points)
    return Block(name, tuple(lines), open_points=tuple(points))


def _appointments(export: DraftExport) -> Block:
    partner, day = export.column("partner_person_id") or "", export.column("appointment_at") or ""
    booked, points = _time_of(export, "booked_at")
    parts = _parts(export, with_person=True)
    lines = (
        f"appointment_id = {{ columns = [{parts}] }}",
        f"commitment_id = {{ columns = [{parts}] }}",
        *_person(export, "owner_person_id", points),
        f"partner_person_id = {{ column = {quoted(partner)} }}",
        *booked,
        f"scheduled_at = {{ column = {quoted(day)} }}",
        'origin = { value = "check_out" }',
    )
    when = f"[{{ column = {quoted(partner)}, filled = true }}, {{ column = {quoted(day)}, filled = true }}]"
    return Block("appointments", lines, (), when, tuple(points))


def _line(export: DraftExport, table: str, column: Column, points: list[str]) -> Iterable[str]:
    """The lines that read one column of a contract; a comment where it is required and nothing speaks of it."""
    if column.name == "session_id":
        return _session_id(export)
    if column.name == "commitment_id":
        return (f"commitment_id = {{ columns = [{_parts(export, with_person=True)}] }}",)
    meaning = {"group_id": GROUP, "session_number": SESSION}.get(column.name, column.name)
    found = export.column(meaning)
    if found is None and column.kind == "time" and export.raw.recorded_column and column.is_required:
        found = export.raw.recorded_column
    if found is None and (table, column.name) == ("people", "valid_from") and export.column("joined_on"):
        joined = quoted(export.column("joined_on") or "")
        return (
            f"valid_from = {{ column = {joined} }}   # no column says since when a row holds: the day of joining",
        )
    if found is not None:
        return (f"{column.name} = {{ column = {quoted(found)}{_choices(export, column, found)} }}",)
    if not column.is_required:
        return ()
    points.append(f"Fill in {column.name}: {column.description.rstrip('.')}; no heading speaks of it.")
    return (f'# {column.name} = {{ column = "" }}   # {column.description}',)


def _choices(export: DraftExport, column: Column, found: str) -> str:
    """`choices` for the texts of a column that are no choices of the contract themselves."""
    if column.kind != "choice":
        return ""
    words = {**CHOICE_WORDS.get(column.name, {}), **{choice: choice for choice in column.choices}}
    texts = export.raw.frame.get_column(found).drop_nulls().str.strip_chars().unique().sort()
    # A text that is no such word is not written down: it could be anything.
    listed = {text: words[answer_key(text)] for text in texts if answer_key(text) in words}
    if all(answer_key(text) == choice for text, choice in listed.items()):
        return ""
    return (
        ", choices = { "
        + ", ".join(f"{quoted(text)} = {quoted(choice)}" for text, choice in listed.items())
        + " }"
    )


def _plain_lines(export: DraftExport, table: str, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        found = export.column(name)
        if found is not None:
            yield f"{core_table(table).column(name).name} = {{ column = {quoted(found)} }}"


def _person(export: DraftExport, name: str, points: list[str]) -> tuple[str, ...]:
    found = export.meant.get("person_id", [])
    if not found:
        points.append(f"Fill in {name}: no column holds e-mail addresses or is headed as one of people.")
        return (f'# {name} = {{ column = "" }}   # the column of e-mail addresses or codes',)
    return (f"{name} = {{ column = {quoted(found[0])} }}",)


def _time_of(export: DraftExport, name: str) -> tuple[tuple[str, ...], list[str]]:
    if export.raw.recorded_column is not None:
        return (f"{name} = {{ column = {quoted(export.raw.recorded_column)} }}",), []
    return (f'# {name} = {{ column = "" }}   # when it was sent',), [
        f"Fill in {name}: no column says when it was sent."
    ]


def _session_id(export: DraftExport) -> tuple[str, ...]:
    return (f"session_id = {{ columns = [{_parts(export)}] }}",) if _parts(export) else ()


def _parts(export: DraftExport, *, with_person: bool = False) -> str:
    """Group and session (and person) as the parts of an id; empty where one is not there."""
    meant = (GROUP, SESSION, "person_id") if with_person else (GROUP, SESSION)
    columns = [export.column(meaning) for meaning in meant]
    return ", ".join(quoted(column) for column in columns if column is not None) if all(columns) else ""


def _lacking_ids(export: DraftExport, table: str) -> bool:
    """Whether an id the table requires cannot be told from the headings."""
    needs = {
        "people": ("person_id",),
        "memberships": (GROUP, "person_id"),
        "sessions": (GROUP, SESSION),
        "attendance": (GROUP, SESSION, "person_id"),
        "commitments": (GROUP, SESSION, "person_id"),
        "invitations": ("person_id", "wave"),
    }
    return any(export.column(meaning) is None for meaning in needs[table])


def _matched(export: DraftExport, table: str) -> list[str]:
    names = {"group_id": GROUP, "session_number": SESSION}
    return [
        column.name
        for column in core_table(table).columns
        if export.column(names.get(column.name, column.name))
    ]


def _outcome_column(export: DraftExport) -> str | None:
    """The column in which people say what became of their commitment, by the catalogue's wordings."""
    wordings = {
        heading_key(text).core
        for question in export.questions.values()
        if question.kind == "outcome"
        for text in (question.text, *question.asked.values())
    }
    named = (
        column for column, names in export.headings.items() if wordings & {heading_key(n).core for n in names}
    )
    return next(named, None)
