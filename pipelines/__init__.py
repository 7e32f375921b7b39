"""How the data moves: from exported files to a released site, report and DuckDB files."""
