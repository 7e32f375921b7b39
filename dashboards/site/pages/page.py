"""What a page of the site is: its key, the tables it shows, and how its charts and sentences are worked out.

What belongs here: the frozen values that pages are made of. What does not: any one page, markup, writing files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import plotly.graph_objects as go

from dashboards.figures.info import Info
from dashboards.phrases import Phrases
from dashboards.rows import Tables


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a page: the value both drawers read, and Plotly's figure of it."""

    info: Info
    figure: go.Figure


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows of one release.

    Attributes:
        charts: Charts in the order of the page; their keys are distinct.
        values: Further names for the template.
        notes: Sentences under a chart, by its key.
    """

    charts: tuple[Chart, ...]
    values: Mapping[str, object] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the site.

    Attributes:
        key: Name of its file, of its template and of its words (`page.<key>.name`).
        tables: Protected tables whose numbers it shows, each offered as a CSV file.
        view: Works out what it shows.
    """

    key: str
    tables: tuple[str, ...]
    view: Callable[[Tables, Phrases], View]

    @property
    def file_name(self) -> str:
        """The file the page is written to."""
        return f"{self.key}.html"
