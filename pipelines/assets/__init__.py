"""Thin Dagster assets and blocking checks, one module per stage.

What belongs here: names, groups, dependencies, counts as metadata. What does not: work (`pipelines/stages/`).
"""
