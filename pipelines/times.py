"""From the times and dates exports write to instants in UTC and calendar days.

What belongs here: the shapes of dates, the order of day and month, zones, and the hours a clock change repeats
or leaves out.
What does not: which column is a time (`mapping`).

An order that cannot be told from the data is an error, never a guess: `3/4/2026` reads both ways.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.readers import FileRefused

_SHAPE = (
    r"^(?<first>[0-9]{1,4})(?<separator>[-/.])(?<second>[0-9]{1,2})(?<other>[-/.])(?<third>[0-9]{1,4})"
    r"(?:\.?,?(?:t|\s)\s*(?<hour>[0-9]{1,2})[:.](?<minute>[0-9]{2})(?:[:.](?<seconds>[0-9]{2})(?:[.,](?<fraction>[0-9]{1,9}))?)?"
    r"\s*(?<half>am|pm)?\s*(?:(?:utc|gmt)?\s*(?<offset>[+-][0-9]{1,2}(?::?[0-9]{2})?)|(?<zone>[a-z]{1,5}))?)?$"
)
# Names other languages give to zones, as the time zone database abbreviates them.
_ZONES = {"mez": "cet", "mesz": "cest", "oez": "eet", "oesz": "eest", "wez": "wet", "wesz": "west"}
_UTC_NAMES = ("z", "utc", "gmt")
_MICROSECONDS = pl.Datetime("us")
_OTHER_ORDER = {"day_first": "month_first", "month_first": "day_first"}


@dataclass(frozen=True, slots=True)
class Clock:
    """How a source writes times.

    Attributes:
        time_zone: Zone of times that name none, as in the time zone database.
        day_order: `day_first`, `month_first` or `year_first`; `None` where the source file does not say.
    """

    time_zone: str
    day_order: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column comes from, for refusals: the file, the column, and each cell's row number (Int64)."""

    file: str
    column: str
    rows: pl.Series


def read_times(text: pl.Series, clock: Clock, place: Place) -> pl.Series:
    """Instants in UTC (naive, microseconds); null where a cell is empty or cannot be read.

    An hour that occurs twice is its first occurrence unless the cell names the zone; an hour that a clock
    change leaves out cannot be read. A date alone is the first instant of the day in the zone.

    Raises:
        FileRefused: `day_order_missing` or `day_order_contradicted`.
    """
    return _parsed(text, clock, place).select(_instant(clock.time_zone)).to_series()


def read_dates(text: pl.Series, clock: Clock, place: Place) -> pl.Series:
    """Calendar days; of an instant with a zone, the day it falls on in the clock's zone.

    Raises:
        FileRefused: `day_order_missing` or `day_order_contradicted`.
    """
    parsed = _parsed(text, clock, place)
    zoned = pl.any_horizontal(pl.col("offset").is_not_null(), pl.col("zone").is_not_null())
    local = _instant(clock.time_zone).dt.replace_time_zone("UTC").dt.convert_time_zone(clock.time_zone)
    day = pl.when(zoned).then(local.dt.date()).otherwise(pl.col("local").dt.date())
    return parsed.select(day).to_series()


def _parsed(text: pl.Series, clock: Clock, place: Place) -> pl.DataFrame:
    """Parts of each cell and `local`, the clock reading it names (naive)."""
    is_ascii = (text.str.len_bytes() == text.str.len_chars()).all()
    plain = (
        (text if is_ascii else text.str.normalize("NFKC"))
        .str.to_lowercase()
        .str.strip_chars()
        .str.replace(r"([ap])\.?\s?m\.?(\s|$)", "${1}m ")
    )
    parts = plain.str.strip_chars().str.extract_groups(_SHAPE).struct.unnest()
    _check_day_order(parts, clock.day_order, place)
    return parts.with_columns(_local(clock.day_order))


def _check_day_order(parts: pl.DataFrame, day_order: str | None, place: Place) -> None:
    """Refuse where day and month could be either, or are not in the order configured."""
    written = pl.col("third").str.len_chars() == 4
    ordered = parts.select(
        is_ordered=written.fill_null(value=False),
        first=pl.col("first").cast(pl.Int64),
        second=pl.col("second").cast(pl.Int64),
    ).with_columns(place.rows.alias("row"))
    ordered = ordered.filter("is_ordered")
    if ordered.is_empty():
        return
    if day_order is None:
        raise FileRefused(
            place.file,
            "day_order_missing",
            f"column `{place.column}` writes dates in numbers, as in row {ordered.get_column('row')[0]}, and"
            " the source file does not say whether day or month comes first",
            'Set day_order = "day_first" or "month_first" in the source file',
        )
    wrong = ordered.filter(_contradicts(day_order))
    if not wrong.is_empty():
        found = "year last" if day_order == "year_first" else _OTHER_ORDER[day_order].replace("_", " ")
        raise FileRefused(
            place.file,
            "day_order_contradicted",
            f"column `{place.column}`, row {wrong.get_column('row')[0]}: the date there is {found}, the source"
            f' file says day_order = "{day_order}"',
            "Correct day_order in the source file, or the date in the export",
        )


def _contradicts(day_order: str) -> pl.Expr:
    """Whether the date only reads in another order than the one configured."""
    month = {"day_first": "second", "month_first": "first"}.get(day_order)
    if month is None:
        return pl.lit(value=True)
    day = "first" if month == "second" else "second"
    return (pl.col(month) > 12) & pl.col(day).is_between(1, 12)


def _local(day_order: str | None) -> pl.Expr:
    year_first = pl.col("first").str.len_chars() == 4
    day_leads = day_order == "day_first"
    day = pl.when(year_first).then("third").otherwise("first" if day_leads else "second")
    month = pl.when(year_first | day_leads).then("second").otherwise("first")
    year = pl.when(year_first).then("first").otherwise("third")
    is_whole = (
        (pl.col("separator") == pl.col("other")) & (year.str.len_chars() == 4) & (day.str.len_chars() <= 2)
    )
    date = pl.concat_str(year, month.str.zfill(2), day.str.zfill(2), separator="-")
    clock = pl.concat_str(
        _hour(), pl.col("minute").fill_null("00"), pl.col("seconds").fill_null("00"), separator=":"
    )
    # The fraction is added: with it in the format, parsing takes many times as long.
    second = pl.concat_str(date, clock, separator="T").str.strptime(
        _MICROSECONDS, "%Y-%m-%dT%H:%M:%S", strict=False
    )
    fraction = pl.col("fraction").fill_null("0").str.pad_end(9, "0").str.head(6).cast(pl.Int64)
    return pl.when(is_whole).then(second + pl.duration(microseconds=fraction)).alias("local")


def _hour() -> pl.Expr:
    """The hour on a 24-hour clock as two digits; null where it does not go with am or pm."""
    hour = pl.col("hour").fill_null("0").cast(pl.Int64)
    half = pl.col("half")
    twelve = pl.when(hour.is_between(1, 12)).then(hour % 12 + pl.when(half == "pm").then(12).otherwise(0))
    return pl.when(half.is_null()).then(hour).otherwise(twelve).cast(pl.String).str.zfill(2)


def _instant(time_zone: str) -> pl.Expr:
    """The instant of `local`, by the cell's own offset or zone where it names one, else by `time_zone`."""
    local, zone = pl.col("local"), pl.col("zone")
    named = zone.replace(_ZONES)
    # Where the clocks change at midnight, a day begins an hour late.
    midnight = pl.when(pl.col("hour").is_null()).then(local.dt.offset_by("1h"))
    late = midnight.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    first, second = (
        local.dt.replace_time_zone(time_zone, ambiguous=which, non_existent="null")
        for which in ("earliest", "latest")
    )
    by_name = pl.coalesce(
        pl.when(moment.dt.strftime("%Z").str.to_lowercase() == named).then(_naive_utc(moment))
        for moment in (first, second)
    )
    return (
        pl.when(pl.col("offset").is_not_null())
        .then(local - _offset())
        .when(zone.is_in(_UTC_NAMES))
        .then(local)
        .when(zone.is_not_null())
        .then(by_name)
        .otherwise(_naive_utc(pl.coalesce(first, late)))
        .alias("instant")
    )


def _naive_utc(moment: pl.Expr) -> pl.Expr:
    return moment.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _offset() -> pl.Expr:
    """The cell's offset from UTC; null, so unreadable, beyond the 14 hours there are."""
    digits = pl.col("offset").str.replace_all(r"[^0-9]", "")
    hours = pl.when(digits.str.len_chars() > 2).then(digits.str.head(-2)).otherwise(digits).cast(pl.Int64)
    minutes = pl.when(digits.str.len_chars() > 2).then(digits.str.tail(2)).otherwise(pl.lit("0")).cast(pl.Int64)
    sign = pl.when(pl.col("offset").str.starts_with("-")).then(-1).otherwise(1)
    size = pl.when((hours <= 14) & (minutes < 60)).then(sign * (hours * 60 + minutes))
    return pl.duration(minutes=size)
