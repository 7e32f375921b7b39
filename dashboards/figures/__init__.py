"""What each chart shows: one module per subject, `<subject>_info(...)` and `<subject>_figure(info)`.

What belongs here: turning protected rows into a frozen Info value (title, description, what is drawn, table).
What does not: how shapes are drawn (`plotly_chart.py`, `static_chart/`), where they stand on a page.
"""
