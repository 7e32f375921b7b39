"""Showing on a terminal how far a run has come; silent where nobody watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar


class Progress(Protocol):
    """What a run tells while it goes on."""

    def begin(self, n_steps: int) -> None:
        """So many steps will follow."""

    def step(self, name: str) -> None:
        """This step has begun."""

    def done(self) -> None:
        """A step has ended."""


class Silent:
    """Says nothing."""

    def begin(self, n_steps: int) -> None:
        """Say nothing."""

    def step(self, name: str) -> None:
        """Say nothing."""

    def done(self) -> None:
        """Say nothing."""


class OnTerminal:
    """A bar that names the step under way."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task = bar.add_task("starting", total=None)

    def begin(self, n_steps: int) -> None:
        """Give the bar its length."""
        self._bar.update(self._task, total=n_steps)

    def step(self, name: str) -> None:
        """Name the step under way."""
        self._bar.update(self._task, description=name.replace("_", " "))

    def done(self) -> None:
        """Move the bar by one."""
        self._bar.advance(self._task)


@contextmanager
def show_progress(terminal: TextIO) -> Iterator[Progress]:
    """A bar while the run goes on, on a terminal; nothing elsewhere."""
    if not terminal.isatty():
        yield Silent()
        return
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(file=terminal), transient=True) as bar:
        yield OnTerminal(bar)
