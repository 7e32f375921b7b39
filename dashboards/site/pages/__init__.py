"""The pages of the value site: one module and one template each, in the order of the navigation.

What belongs here: the list `PAGES`. What does not: what is said on a page (its module), how a page is framed
(`../templates/base.html.j2`), which numbers exist (the protected tables).

How a page is added, say "pulse":

1. `pages/pulse.py` has `PULSE = Page(key="pulse", tables=(...), view=pulse_view)`. `tables` are the protected tables
   whose numbers the page shows; each is written as a CSV file beside the site. `pulse_view(tables, say)` gives a
   `View(charts, values)`: `charts` are `Chart(info, figure)`, `values` are the names its template may use.
2. `templates/pulse.html.j2` begins with `{% extends "base.html.j2" %}` and
   `{% import "parts.html.j2" as parts with context %}` and fills the block `main` (and `heading` for more than the
   title). `parts` has `section(info, heading, lead)` (to be called), `chart(info)`, `numbers_table(numbers, caption)`,
   `download(table)`, `held_note(table)` (the sentence for a table that stays as of an earlier day; charts and downloads
   say it by themselves), and `how(...)`: links to entries of the Methods page by their keys. Charts are at
   `charts.<key of the info>`; notes under one are `chart_notes[<key>]`, from `View.notes`.
3. `words/en.toml` has `page.pulse.name` (navigation), `page.pulse.title` (`{programme}`) and `page.pulse.heading`.
4. It is named in `PAGES` below.
"""

from __future__ import annotations

from dashboards.site.pages.commitments import COMMITMENTS
from dashboards.site.pages.data_health import DATA_HEALTH
from dashboards.site.pages.index import INDEX
from dashboards.site.pages.methods import METHODS
from dashboards.site.pages.page import Chart, Page, View
from dashboards.site.pages.pulse import PULSE
from dashboards.site.pages.sessions import SESSIONS

PAGES: tuple[Page, ...] = (INDEX, COMMITMENTS, PULSE, SESSIONS, DATA_HEALTH, METHODS)

__all__ = ["PAGES", "Chart", "Page", "View"]
