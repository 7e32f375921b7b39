"""Simulated arrays as the contract's columns: texts, UTC times, dates.

What belongs here: the one conversion from a scenario's local clock, and emptying what is not known.
What does not: when anything happens.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.simulate.scenario import Scenario

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

DAY = 1440
NEVER = np.int64(1_000_000)
"""A day later than any programme's end."""


def texts(values: NDArray[np.object_], known: Bools | None = None) -> pl.Series:
    """Texts, empty where `known` is false."""
    return _emptied(pl.Series(values.tolist(), dtype=pl.String), known)


def utc_times(minutes: Ints, scenario: Scenario, known: Bools | None = None) -> pl.Series:
    """Local minutes since the first Monday's midnight as UTC times, naive, in microseconds.

    Args:
        minutes: Minutes of the local clock, shape (n,); never in the hour a clock change skips.
        scenario: Gives the first Monday and the zone.
        known: Where false, the time is empty.
    """
    start = datetime.combine(scenario.first_monday, time())
    local = pl.Series(np.datetime64(start, "us") + minutes.astype("timedelta64[m]"))
    zoned = local.dt.replace_time_zone(scenario.time_zone, ambiguous="earliest")
    return _emptied(zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None), known)


def dates(days: Ints, scenario: Scenario, known: Bools | None = None) -> pl.Series:
    """Days since the first Monday as dates; empty where `known` is false."""
    if known is not None:
        days = np.where(known, days, 0)
    local = np.datetime64(scenario.first_monday, "D") + days.astype("timedelta64[D]")
    return _emptied(pl.Series(local.astype("datetime64[us]")).cast(pl.Date), known)


def cut_at(scenario: Scenario) -> datetime:
    """The data cut: local midnight after the last day, as naive UTC."""
    cut: datetime = utc_times(np.array([scenario.n_days * DAY]), scenario).item()
    return cut


def cut_on(scenario: Scenario) -> str:
    """The last day whose records count, as ISO text."""
    return (scenario.first_monday + timedelta(days=scenario.n_days - 1)).isoformat()


def _emptied(series: pl.Series, known: Bools | None) -> pl.Series:
    if known is None:
        return series
    return pl.select(pl.when(pl.Series(known)).then(series)).to_series()
