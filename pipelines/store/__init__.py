"""The warehouse: the only place that speaks to DuckDB.

What belongs here: the run's own database (deliveries, staged rows, history, core and derived tables) and the
DuckDB files written for analysts. What the tables mean is `models/`; when things run is `pipelines/assets/`.
"""
