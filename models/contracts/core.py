"""The tables of what happened: people, groups, sessions, commitments, answers; and what staged and history rows add.

What belongs here: the canonical contract that exports are read into.
"""

from __future__ import annotations

from models.contracts.columns import Column, Table

# A wave names rows of published tables: a closed form keeps what people wrote in a swapped column out of them.
WAVES = r"baseline|not_taking_part|session-[0-9]{2,3}"
WAVE_WORDS = "Survey wave: `baseline`, `session-03` or `not_taking_part`."

PEOPLE = Table(
    "people",
    "person x spell (a spell ends when department, level or manager changes)",
    (
        Column("person_id", "person", "Pseudonym of the person.", is_key=True, is_required=True),
        Column("cohort", "text", "Intake the person joined with."),
        Column("department", "text", "Department in this spell."),
        Column("level", "choice", "Level in this spell.", choices=("executive", "manager", "individual")),
        Column("manager_person_id", "person", "Pseudonym of the person's manager in this spell."),
        Column("joined_on", "date", "Day the person joined the programme."),
        Column("trained_on", "date", "Day the person was trained in the method.", is_past=True),
        Column("left_on", "date", "Day the person left the programme."),
        Column("valid_from", "date", "First day of the spell.", is_key=True, is_required=True),
        Column("valid_to", "date", "First day after the spell.", not_before="valid_from"),
    ),
    happened=("valid_from",),
)

MEMBERSHIPS = Table(
    "memberships",
    "group x person x spell",
    (
        Column("group_id", "group", "Pseudonym of the coaching group.", is_key=True, is_required=True),
        Column("person_id", "person", "Pseudonym of the member.", is_key=True, is_required=True),
        Column("from_on", "date", "First day in the group.", is_key=True, is_required=True),
        Column("to_on", "date", "Last day in the group.", not_before="from_on"),
    ),
    happened=("from_on",),
)

SESSIONS = Table(
    "sessions",
    "session",
    (
        Column("session_id", "session", "Pseudonym of the session.", is_key=True, is_required=True),
        Column("group_id", "group", "Group that met.", is_required=True),
        Column("session_number", "integer", "1 for the group's first session.", minimum=1, maximum=500),
        Column("scheduled_at", "time", "When it was to begin."),
        Column(
            "booked_at",
            "time",
            "When it was put in the calendar (a calendar's CREATED, never its DTSTAMP).",
            is_past=True,
        ),
        Column("started_at", "time", "When it began.", is_past=True),
        Column("ended_at", "time", "When it ended.", not_before="started_at", is_past=True),
        Column(
            "status",
            "choice",
            "What became of it; a calendar alone never says held.",
            is_required=True,
            choices=("held", "cancelled", "moved", "unknown"),
        ),
        Column("facilitator_present", "boolean", "Whether a facilitator took part."),
        Column("check_in_minutes", "integer", "Length of the check-in.", minimum=0, maximum=600),
        Column("problem_solving_minutes", "integer", "Length of the problem solving.", minimum=0, maximum=600),
        Column("check_out_minutes", "integer", "Length of the check-out.", minimum=0, maximum=600),
    ),
    happened=("started_at", "scheduled_at"),
)

ATTENDANCE = Table(
    "attendance",
    "session x person",
    (
        Column("session_id", "session", "Session.", is_key=True, is_required=True),
        Column("person_id", "person", "Person expected.", is_key=True, is_required=True),
        Column("attended", "boolean", "Whether the person was there.", is_required=True),
        Column("focus_minutes", "integer", "Time spent on this person's own matter.", minimum=0, maximum=600),
    ),
)

COMMITMENTS = Table(
    "commitments",
    "commitment",
    (
        Column("commitment_id", "commitment", "Pseudonym of the commitment.", is_key=True, is_required=True),
        Column("person_id", "person", "Who made it.", is_required=True),
        Column("session_id", "session", "Session at whose check-out it was made."),
        Column("made_at", "time", "Check-out: time zero of every analysis.", is_required=True, is_past=True),
        Column("due_on", "date", "Day the person set for it."),
        Column(
            "difficulty_1_5", "integer", "Difficulty said before the appointment prompt.", minimum=1, maximum=5
        ),
        Column(
            "importance_1_5", "integer", "Importance said before the appointment prompt.", minimum=1, maximum=5
        ),
        Column(
            "confidence_1_5", "integer", "Confidence said before the appointment prompt.", minimum=1, maximum=5
        ),
    ),
    happened=("made_at",),
)

OUTCOME_REPORTS = Table(
    "outcome_reports",
    "report of what became of a commitment",
    (
        Column("person_id", "person", "Whose commitment it is.", is_key=True, is_required=True),
        Column(
            "commitment_id",
            "commitment",
            "The commitment, where the report names it; else it is the one from the previous session.",
            is_key=True,
        ),
        Column("session_id", "session", "Session at which it was reported, where the report names one."),
        Column("reported_at", "time", "When somebody said so.", is_key=True, is_required=True, is_past=True),
        Column(
            "state", "choice", "What was said.", is_required=True, choices=("done", "not_done", "withdrawn")
        ),
        Column("done_on", "date", "Day it was done.", is_past=True),
        Column("confirmed_by", "choice", "Who said so.", is_required=True, choices=("self", "partner")),
    ),
    happened=("reported_at",),
)

APPOINTMENTS = Table(
    "appointments",
    "appointment",
    (
        Column("appointment_id", "appointment", "Pseudonym of the appointment.", is_key=True, is_required=True),
        Column("commitment_id", "commitment", "Commitment it belongs to, where the record names it."),
        Column("owner_person_id", "person", "Whose commitment it is about.", is_required=True),
        Column("partner_person_id", "person", "Named partner."),
        Column(
            "booked_at", "time", "When it was booked (a calendar's CREATED, never its DTSTAMP).", is_past=True
        ),
        Column("scheduled_at", "time", "When the two meet."),
        Column("state", "choice", "What became of it.", choices=("kept", "missed", "cancelled", "unknown")),
        Column(
            "origin", "choice", "Where it was recorded.", is_required=True, choices=("check_out", "calendar")
        ),
    ),
)

INVITATIONS = Table(
    "invitations",
    "person x wave",
    (
        Column("person_id", "person", "Person asked.", is_key=True, is_required=True),
        Column("wave", "text", WAVE_WORDS, is_key=True, is_required=True, pattern=WAVES),
        Column("invited_at", "time", "When the person was asked.", is_required=True, is_past=True),
        Column("channel", "text", "How the person was asked."),
    ),
    happened=("invited_at",),
)

ANSWERS = Table(
    "answers",
    "person x wave x question",
    (
        Column("person_id", "person", "Person answering.", is_key=True, is_required=True),
        Column(
            "wave",
            "text",
            WAVE_WORDS,
            is_key=True,
            is_required=True,
            pattern=WAVES,
        ),
        Column("question_id", "text", "Question of the catalogue.", is_key=True, is_required=True),
        Column("session_id", "session", "Session the answer is about."),
        Column("score", "number", "Answer as scored by the catalogue.", is_required=True),
        Column("answered_at", "time", "When it was answered.", is_required=True, is_past=True),
    ),
    happened=("answered_at",),
)

ASSIGNMENTS = Table(
    "assignments",
    "check-out x person of a randomised prompt",
    (
        Column("session_id", "session", "Session of the check-out.", is_key=True, is_required=True),
        Column("person_id", "person", "Person prompted or not.", is_key=True, is_required=True),
        Column("prompt_shown", "boolean", "Whether the prompt was shown.", is_required=True),
        Column("assigned_at", "time", "When it was drawn.", is_required=True, is_past=True),
        Column("block", "text", "Permuted block it was drawn in."),
    ),
    happened=("assigned_at",),
)

CORE_TABLES: tuple[Table, ...] = (
    PEOPLE,
    MEMBERSHIPS,
    SESSIONS,
    ATTENDANCE,
    COMMITMENTS,
    OUTCOME_REPORTS,
    APPOINTMENTS,
    INVITATIONS,
    ANSWERS,
    ASSIGNMENTS,
)


def core_table(name: str) -> Table:
    """The core table of this name (without prefix); `KeyError` where there is none."""
    for table in CORE_TABLES:
        if table.name == name:
            return table
    raise KeyError(f"no core table {name!r}; there are {', '.join(t.name for t in CORE_TABLES)}")


# Staged rows carry where they came from; history rows also when they were known.
STAGED_COLUMNS: tuple[Column, ...] = (
    Column(
        "source",
        "text",
        "Source file (`sources/<source>.toml`) that says how the row was read.",
        is_required=True,
    ),
    Column("file_id", "text", "Landed file, by the start of its SHA-256.", is_required=True),
    Column(
        "row_number",
        "integer",
        "Row in that file as a spreadsheet counts it; the header is row 1.",
        is_required=True,
    ),
    Column("recorded_at", "time", "When the row was written at its origin, where the export says so."),
    Column("unreadable", "text", "Columns whose value could not be read, as `,a,b,`; empty when all could."),
)

HISTORY_COLUMNS: tuple[Column, ...] = (
    Column("source", "text", "Source the row came from."),
    Column("file_id", "text", "Landed file the row came from."),
    Column("row_number", "integer", "Row in that file."),
    Column("recorded_at", "time", "When the row was written at its origin."),
    Column("known_from", "time", "When Peerlift first knew this version."),
    Column("known_to", "time", "When another version replaced it; empty while it stands."),
)
