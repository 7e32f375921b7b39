"""What a release says, worked out once: the verdict, the numbers at a glance, the warnings and the charts.

What belongs here: what the site and the report share. What does not: markup, tables only one of them has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dashboards.behind import Behind, behind
from dashboards.change import change_sentence
from dashboards.figures.claims import claims_info
from dashboards.figures.completion import FlagLimits, completion_flags, completion_info
from dashboards.figures.effect_by_week import effect_by_week_info
from dashboards.figures.funnel import funnel_info
from dashboards.figures.info import BandInfo, BarsInfo, Info, RangesInfo
from dashboards.figures.loneliness import loneliness_info
from dashboards.figures.usefulness import usefulness_info
from dashboards.held import held_mark
from dashboards.phrases import Phrases
from dashboards.rows import Row, Tables, first_where, only_row, read_rows


@dataclass(frozen=True, slots=True)
class Verdict:
    """The programme's verdict in words: the sentence, what it is no proof of, what would change it and why."""

    word: str
    sentence: str
    caveat: str
    change: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One number at a glance; where `is_shown` is false `value` is the sentence that says so."""

    label: str
    value: str
    note: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Charts:
    """The Info value of every chart."""

    completion: BarsInfo
    claims: RangesInfo
    effect_by_week: BandInfo
    usefulness: BarsInfo
    loneliness: RangesInfo
    funnel: BarsInfo

    def __iter__(self) -> Iterator[Info]:
        """All charts in the order of the page."""
        yield self.completion
        yield self.effect_by_week
        yield self.claims
        yield self.usefulness
        yield self.loneliness
        yield self.funnel


@dataclass(frozen=True, slots=True)
class Story:
    """One release in words and drawable values."""

    programme: Row
    verdict: Verdict
    tiles: tuple[Tile, ...]
    flags: tuple[str, ...]
    behind: Behind
    charts: Charts


def tell(tables: Tables, say: Phrases, limits: FlagLimits | None = None) -> Story:
    """Work out what a release says.

    Args:
        tables: every protected and meta table by name.
        say: wording.
        limits: when unequal measurement of the arms is flagged; the limits of the plan by default.

    Raises:
        TablesError: a table or column is missing, or a number is not finite.
    """
    programme = only_row(tables, "protected_programme")
    effect = headline_row(programme, read_rows(tables, "protected_effect"))
    metrics = read_rows(tables, "protected_metrics")
    loneliness = read_rows(tables, "protected_loneliness")
    return Story(
        programme=programme,
        verdict=_verdict(programme, effect, say),
        tiles=_tiles(programme, effect, metrics, loneliness, say),
        flags=completion_flags(read_rows(tables, "protected_completion"), limits or FlagLimits(), say),
        behind=behind(tables, say),
        charts=_charts(tables, metrics, loneliness, say),
    )


def headline_row(programme: Row, effects: Sequence[Row]) -> Row | None:
    """The difference the verdict speaks of: the drawn prompt's where there is one, else the crude one."""
    line = "intention_to_treat" if programme.text("design") == "randomised" else "primary"
    return first_where(tuple(effects), "line", line)


def not_shown(rows: Sequence[Row], labels: Sequence[str], say: Phrases) -> tuple[str, ...]:
    """A sentence for each row without numbers, with its reasons; rows and labels go in step."""
    pairs = zip(rows, labels, strict=True)
    return tuple(
        say.words("chart.not_shown", label=lab, why=say.why(row)) for row, lab in pairs if not row.is_shown
    )


def _charts(tables: Tables, metrics: tuple[Row, ...], loneliness: tuple[Row, ...], say: Phrases) -> Charts:
    claims = read_rows(tables, "meta_claims")
    named_metrics = read_rows(tables, "meta_metrics")
    return Charts(
        completion=completion_info(read_rows(tables, "protected_completion"), claims, say),
        claims=claims_info(read_rows(tables, "protected_claims"), claims, named_metrics, say),
        effect_by_week=effect_by_week_info(read_rows(tables, "protected_effect_by_week"), say),
        usefulness=usefulness_info(read_rows(tables, "protected_usefulness"), metrics, say),
        loneliness=loneliness_info(loneliness, say),
        funnel=funnel_info(read_rows(tables, "protected_funnel"), say),
    )


def _verdict(programme: Row, effect: Row | None, say: Phrases) -> Verdict:
    word = programme.text("verdict")
    # Where the design is not given the careful sentence stands: it is never wrong.
    design = programme.text("design") or "observational"
    codes = programme.reasons + (effect.reasons if effect is not None and not effect.is_shown else ())
    reasons = say.reasons(tuple(dict.fromkeys(codes)))
    sentence, caveat = say.words(f"verdict.{word}"), say.words(f"design.{design}")
    return Verdict(word, sentence, caveat, change_sentence(programme, say), reasons)


def _tiles(
    programme: Row, effect: Row | None, metrics: Sequence[Row], loneliness: Sequence[Row], say: Phrases
) -> tuple[Tile, ...]:
    """The numbers at a glance; one that stays as of an earlier day says so."""
    useful = first_where(tuple(metrics), "metric", "usefulness_top_two_share")
    latest = first_where(tuple(loneliness), "wave", "latest")
    pairs = (
        (_difference_tile(effect, say), effect),
        (_useful_tile(useful, say), useful),
        (_lonely_tile(latest, say), latest),
        (_six_tile(programme, say), None),
    )
    day = programme.day("data_as_of")
    return tuple(_marked(tile, held_mark(row, day, say)) for tile, row in pairs)


def _marked(tile: Tile, mark: str) -> Tile:
    return replace(tile, note=", ".join(part for part in (tile.note, mark) if part))


def _hidden_tile(label: str, row: Row | None, say: Phrases) -> Tile:
    return Tile(label, say.state(row), "", is_shown=False)


def _difference_tile(effect: Row | None, say: Phrases) -> Tile:
    is_drawn = effect is not None and effect.text("line") == "intention_to_treat"
    label = say.words("tile.difference_drawn" if is_drawn else "tile.difference")
    estimate = effect.number("estimate") if effect else None
    low, high = (effect.number("low"), effect.number("high")) if effect else (None, None)
    if estimate is None or low is None or high is None:
        return _hidden_tile(label, effect, say)
    return Tile(
        label, say.points(estimate), say.words("tile.range", range=say.points_range(low, high)), is_shown=True
    )


def _useful_tile(metric: Row | None, say: Phrases) -> Tile:
    label = say.words("tile.useful")
    share = metric.number("value") if metric else None
    if metric is None or share is None:
        return _hidden_tile(label, metric, say)
    note = say.words("tile.useful_note", answers=say.counted("answers", metric.count("n_rows")))
    return Tile(label, say.percent(share), note, is_shown=True)


def _lonely_tile(latest: Row | None, say: Phrases) -> Tile:
    label = say.words("tile.lonely")
    change = latest.number("mean_change_score") if latest else None
    if latest is None or change is None:
        return _hidden_tile(label, latest, say)
    note = say.words("tile.lonely_note", people=say.counted("people", latest.count("n_people")))
    return Tile(label, say.change(change), note, is_shown=True)


def _six_tile(programme: Row, say: Phrases) -> Tile:
    label = say.words("tile.six")
    six, started = programme.count("n_groups_six"), programme.count("n_groups_started")
    if six is None or started is None:
        return _hidden_tile(label, None, say)
    value = say.words("tile.of", part=say.count(six), whole=say.count(started))
    return Tile(label, value, say.words("tile.six_note"), is_shown=True)
