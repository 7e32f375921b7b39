"""The page on commitments: what stands behind the difference with an appointment, and how it could be wrong.

What belongs here: choosing what stands on the page. What does not: the headline itself (the first page).
"""

from __future__ import annotations

from dashboards.behind import detectable_sentence, lines_sentence
from dashboards.figures.adjusted import adjusted_figure, adjusted_info, adjusted_notes
from dashboards.figures.balance import balance_figure, balance_info
from dashboards.figures.kept_by_day import kept_by_day_figure, kept_by_day_info
from dashboards.figures.propensity import propensity_figure, propensity_info
from dashboards.figures.slices import DIMENSIONS, other_notes, slices_figure, slices_info
from dashboards.phrases import Phrases
from dashboards.rows import Row, Tables, first_where, only_row, read_rows
from dashboards.site.detail_tables import (
    crosschecks_sentence,
    crosschecks_table,
    power_table,
    secondaries_table,
)
from dashboards.site.pages.page import Chart, Page, View
from dashboards.site.tables import effect_notes, effect_table, metric_cards
from dashboards.unseen import findings, unseen_table, why_none

CARDS = ("appointment_risk_ratio", "days_open_difference")


def commitments_view(tables: Tables, say: Phrases) -> View:
    """What the page shows of a release."""
    effects = _lines(tables)
    adjusted = read_rows(tables, "protected_adjusted")
    slices = read_rows(tables, "protected_slices")
    sensitivity = read_rows(tables, "protected_sensitivity")
    crosschecks = read_rows(tables, "protected_crosschecks")
    power = read_rows(tables, "protected_power")
    programme = only_row(tables, "protected_programme")
    is_drawn = programme.text("design") == "randomised"
    return View(
        charts=_charts(tables, effects, adjusted, slices, say),
        notes={
            "adjusted": adjusted_notes(adjusted, say),
            **{f"slices_{name}": other_notes(slices, name, say) for name in DIMENSIONS},
        },
        values={
            "dimensions": DIMENSIONS,
            "cards": metric_cards(
                _cards(tables), read_rows(tables, "meta_metrics"), programme.day("data_as_of"), say
            ),
            "effects": effect_table(effects, say),
            "effect_notes": effect_notes(effects, say),
            "effect_lead": say.words("effect.lead_drawn" if is_drawn else "effect.lead"),
            "lines": lines_sentence(effects, say, is_drawn=is_drawn),
            "findings": findings(sensitivity, say),
            "unseen_absent": why_none(sensitivity, say),
            "unseen": unseen_table(sensitivity, say),
            "crosschecks": crosschecks_table(crosschecks, say),
            "crosschecks_sentence": crosschecks_sentence(crosschecks, say),
            "power": power_table(power, say),
            "detectable": detectable_sentence(power, say),
            "secondaries": secondaries_table(read_rows(tables, "protected_secondaries"), say),
        },
    )


def _charts(
    tables: Tables,
    effects: tuple[Row, ...],
    adjusted: tuple[Row, ...],
    slices: tuple[Row, ...],
    say: Phrases,
) -> tuple[Chart, ...]:
    crude = first_where(effects, "line", "primary")
    forest = adjusted_info(crude, adjusted, say)
    balance = balance_info(read_rows(tables, "protected_balance"), say)
    overlap = propensity_info(read_rows(tables, "protected_propensity"), say)
    days = kept_by_day_info(read_rows(tables, "protected_kept_by_day"), say)
    parts = [slices_info(name, slices, say) for name in DIMENSIONS]
    return (
        Chart(forest, adjusted_figure(forest)),
        Chart(balance, balance_figure(balance)),
        Chart(overlap, propensity_figure(overlap)),
        Chart(days, kept_by_day_figure(days)),
        *(Chart(part, slices_figure(part)) for part in parts),
    )


def _lines(tables: Tables) -> tuple[Row, ...]:
    """The ways of counting the difference; the drawn prompt's only where a prompt was drawn."""
    is_drawn = only_row(tables, "protected_programme").text("design") == "randomised"
    rows = read_rows(tables, "protected_effect")
    return tuple(row for row in rows if is_drawn or row.text("line") != "intention_to_treat")


def _cards(tables: Tables) -> tuple[Row, ...]:
    by_name = {row.text("metric"): row for row in read_rows(tables, "protected_metrics")}
    return tuple(by_name[name] for name in CARDS if name in by_name)


COMMITMENTS = Page(
    key="commitments",
    tables=(
        "protected_effect",
        "protected_adjusted",
        "protected_balance",
        "protected_propensity",
        "protected_kept_by_day",
        "protected_sensitivity",
        "protected_crosschecks",
        "protected_power",
        "protected_slices",
        "protected_secondaries",
        "protected_metrics",
    ),
    view=commitments_view,
)
