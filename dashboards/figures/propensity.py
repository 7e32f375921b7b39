"""Overlap: how likely an appointment was from what was known before check-out, with and without one.

What belongs here: two histograms of the estimated chances back to back. What does not: the chance of any one person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dashboards.figures.info import Axis, MirrorBand, MirrorInfo, NumbersTable, Sample, nice_axis
from dashboards.phrases import Phrases
from dashboards.plotly_shapes import mirror_figure
from dashboards.rows import Row

TABLE = "protected_propensity"
ARMS = ("without_appointment", "with_appointment")
TENTH = 0.1
HEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def propensity_info(rows: Sequence[Row], say: Phrases) -> MirrorInfo:
    """What the histograms show, from rows of `protected_propensity`.

    A band begins at `chance_from` and ends where the arm's next one begins. Its bar reaches as far as its share per
    tenth of chance, so that its area is the share.
    """
    bands = {arm: _bands([row for row in rows if row.text("arm") == arm], say) for arm in ARMS}
    is_shown = all(bands.values())
    reach = nice_axis(0, max((b.value for arm in bands.values() for b in arm), default=1.0), "").high
    step = nice_axis(0, reach, "").step * 2
    title = say.words("propensity.title" if is_shown else "propensity.title_absent")
    return MirrorInfo(
        key="propensity",
        title=title,
        alt=say.words("propensity.alt", title=title, readings=_spoken(bands, say)),
        left=bands["without_appointment"] if is_shown else (),
        right=bands["with_appointment"] if is_shown else (),
        axis=Axis(
            -reach,
            reach,
            step,
            say.words("propensity.axis"),
            suffix=say.words("unit.percent_tick"),
            is_mirrored=True,
        ),
        numbers=_numbers(rows, bands, say),
        legend=(
            Sample(say.words("propensity.left", arm=say.words("arm.without_appointment")), "without"),
            Sample(say.words("propensity.right", arm=say.words("arm.with_appointment")), "with"),
        ),
        heights=tuple((height, say.percent(height)) for height in HEIGHTS),
        absent="" if is_shown else say.why(next((row for row in rows if not row.is_shown), None)),
    )


def propensity_figure(info: MirrorInfo) -> go.Figure:
    """The histograms for Plotly."""
    return mirror_figure(info)


def _bands(rows: Sequence[Row], say: Phrases) -> tuple[MirrorBand, ...]:
    shown = sorted(
        (start, share)
        for row in rows
        if (start := row.number("chance_from")) is not None and (share := row.number("share")) is not None
    )
    ends = [*(start for start, _ in shown[1:]), *([1.0] if shown else [])]
    return tuple(_band(start, end, share, say) for (start, share), end in zip(shown, ends, strict=True))


def _band(start: float, end: float, share: float, say: Phrases) -> MirrorBand:
    n_tenths = max(round((end - start) / TENTH), 1)
    text = say.words("propensity.band", share=say.percent(share), chances=say.percent_range(start, end))
    return MirrorBand(start, end, round(100 * share / n_tenths, 9), text)


def _spoken(bands: Mapping[str, tuple[MirrorBand, ...]], say: Phrases) -> str:
    return " ".join(
        say.words(
            "chart.spoken_text", label=say.words(f"arm.{arm}"), text="; ".join(band.text for band in bands[arm])
        )
        for arm in ARMS
        if bands[arm]
    )


def _numbers(rows: Sequence[Row], bands: Mapping[str, tuple[MirrorBand, ...]], say: Phrases) -> NumbersTable:
    header = tuple(say.words(f"column.{name}") for name in ("arm", "chance", "share_of_commitments"))
    shares = {(row.text("arm"), row.number("chance_from")): row.number("share") for row in rows if row.is_shown}
    cells = tuple(
        (
            say.words(f"arm.{arm}"),
            say.percent_range(band.start, band.end),
            say.percent(shares[arm, band.start] or 0.0),
        )
        for arm in ARMS
        for band in bands[arm]
    )
    return NumbersTable(TABLE, header, cells)
