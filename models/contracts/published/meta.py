"""Published tables about the data and the run: sources, checks, the catalogue, lineage.

What belongs here: what is known about the tables themselves; no person is in them.
"""

from __future__ import annotations

from models.contracts.columns import Column, Table

META_TABLES: tuple[Table, ...] = (
    Table(
        "meta_sources",
        "source",
        (
            Column("source", "text", "Source file of the programme.", is_required=True),
            Column("n_files", "integer", "Files read.", minimum=0),
            Column("last_landed_on", "date", "Day the latest file came in."),
            Column("n_rows_in", "integer", "Rows in those files.", minimum=0),
            Column("n_rows_stored", "integer", "Rows that stand.", minimum=0),
            Column("n_rows_superseded", "integer", "Rows a later version replaced.", minimum=0),
            Column(
                "n_rows_dropped", "integer", "Rows a named rule leaves out (repeats, empty rows).", minimum=0
            ),
            Column("n_rows_quarantined", "integer", "Rows held back for mending.", minimum=0),
        ),
    ),
    Table(
        "meta_quarantine",
        "source x table x rule",
        (
            Column("source", "text", "Source file of the programme.", is_required=True),
            Column("table_name", "text", "Table the rows were meant for.", is_required=True),
            Column("rule", "text", "Rule they broke.", is_required=True),
            Column("n_rows", "integer", "Rows held back.", minimum=0),
        ),
    ),
    Table(
        "meta_checks",
        "check of a table",
        (
            Column("stage", "choice", "Where it ran.", choices=("staged", "core", "across")),
            Column("table_name", "text", "Table checked.", is_required=True),
            Column("rule", "text", "Rule checked.", is_required=True),
            Column("n_rows", "integer", "Rows it covers: stored, and held back.", minimum=0),
            Column("n_unexpected", "integer", "Rows that broke the rule.", minimum=0),
            Column("passed", "boolean", "Whether none did.", is_required=True),
        ),
    ),
    Table(
        "meta_questions",
        "survey question",
        (
            Column("question_id", "text", "Question id.", is_required=True),
            Column("text", "text", "Wording.", is_required=True),
            Column("scale", "text", "Scale it is scored on.", is_required=True),
            Column("minimum_score", "number", "Lowest score."),
            Column("maximum_score", "number", "Highest score."),
            Column("construct", "text", "What it measures."),
        ),
    ),
    Table(
        "meta_metrics",
        "metric",
        (
            Column("metric", "text", "Metric id.", is_required=True),
            Column("label", "text", "Name shown.", is_required=True),
            Column("definition", "text", "What it is, in one sentence.", is_required=True),
            Column("unit", "text", "Unit.", is_required=True),
            Column("minimum_people", "integer", "Fewest people it may be shown for.", minimum=5),
        ),
    ),
    Table(
        "meta_claims",
        "claim",
        (
            Column("claim", "text", "Claim id.", is_required=True),
            Column("label", "text", "The claim in words.", is_required=True),
            Column("value", "number", "Value claimed."),
            Column("metric", "text", "Metric it is held against."),
            Column("source_found", "boolean", "Whether the study behind it was found.", is_required=True),
            Column(
                "seen_in", "choice", "Where its numbers were read.", choices=("primary", "secondary", "none")
            ),
            Column("source", "text", "Reference."),
        ),
    ),
    Table(
        "meta_runs",
        "release",
        (
            Column("release_id", "text", "Release.", is_required=True),
            Column("version", "text", "Version of Peerlift.", is_required=True),
            Column(
                "inputs_hash",
                "text",
                "Hash of the landed files, settings and plan it was made from.",
                is_required=True,
            ),
            Column("data_hash", "text", "Hash of its protected tables.", is_required=True),
            Column("plan_hash", "text", "Hash of plan.toml.", is_required=True),
        ),
    ),
    Table(
        "meta_lineage",
        "table x table it is made from",
        (
            Column("table_name", "text", "Table.", is_required=True),
            Column("made_from", "text", "Table it reads.", is_required=True),
        ),
    ),
)
