"""The steps of a run as plain functions: each takes the programme's settings and does one stage whole.

What belongs here: putting readers, mapping, validation, store, estimates, gate, dashboards and publishing
together, one module per stage, tested without Dagster.
What does not: when they run and what depends on what (`pipelines/assets/`).
"""
