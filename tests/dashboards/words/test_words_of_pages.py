"""Every sentence of the catalogue stands on some page, and every code of the contract has its words."""

from __future__ import annotations

from types import ModuleType

import polars as pl

from dashboards.phrases import Phrases
from dashboards.report import render_report
from dashboards.site import render_page
from dashboards.site.pages import PAGES
from dashboards.words import english, placeholders
from models.effects.reasons import REASON_CODES


class Recorder:
    """Words that note which keys were asked for."""

    def __init__(self) -> None:
        self.inner = english()
        self.sentences = self.inner.sentences
        self.name = self.inner.name
        self.used: set[str] = set()

    def __call__(self, key: str, **values: str) -> str:
        self.used.add(key)
        return self.inner(key, **values)

    def has(self, key: str) -> bool:
        return self.inner.has(key)


def changed(tables: dict[str, pl.DataFrame], name: str, **values: object) -> dict[str, pl.DataFrame]:
    """The release with columns of one table set to a value throughout, or to an expression."""
    cells = {
        column: value if isinstance(value, pl.Expr) else pl.lit(value, dtype=tables[name].schema[column])
        for column, value in values.items()
    }
    return {**tables, name: tables[name].with_columns(**cells)}


def detail_variants(releases: ModuleType) -> list[dict[str, pl.DataFrame]]:
    """Releases that differ in what stands behind the headline."""
    first = releases.ok_release()
    first = changed(first, "protected_adjusted", truncated_share=0.0)
    first = changed(first, "protected_effect", estimate=pl.Series([None, *[0.1] * 6], dtype=pl.Float64))
    first = changed(first, "protected_crosschecks", agrees=True)
    first = changed(first, "protected_secondaries", p_value=0.0001)
    useful = pl.col("measure") == "useful_top_two"
    joined = (
        pl.when(useful & pl.col("joined").is_not_null()).then(pl.lit("Finance")).otherwise(pl.col("joined"))
    )
    first = changed(first, "protected_slices", rate_is="at_most", joined=joined)
    first = changed(first, "protected_balance", smd_after=0.3)
    sensitivity = pl.when(pl.col("measure") == "e_value_of_the_limit").then(1.0).otherwise(pl.col("value"))
    first = changed(first, "protected_sensitivity", value=sensitivity)
    is_single = pl.col("question") != "detectable_always_valid"
    first = changed(first, "protected_power", difference=pl.when(is_single).then("difference"))
    second = changed(releases.ok_release(), "protected_adjusted", estimate=-0.02)
    only_one = releases.ok_release()
    only_one["protected_effect"] = only_one["protected_effect"].head(2)
    mixed = pl.Series([0.1, -0.1, *[0.1] * 5])
    second = changed(second, "protected_effect", estimate=mixed)
    names = ["confidence", "days_to_due", "earlier_commitments", *["group_size"] * 5]
    second = changed(second, "protected_balance", characteristic=pl.Series(names))
    unexplained = changed(
        releases.ok_release(), "protected_adjusted", status="not_robust", estimate=pl.lit(None, pl.Float64)
    )
    numbers = {"change_end": 0.03, "change_have": 3, "change_needed": 4, "randomisation_p": 0.2}
    codes = releases.SPECS["protected_programme"].column("would_change").choices
    of_codes = [
        changed(releases.ok_release(), "protected_programme", would_change=code, **numbers) for code in codes
    ]
    return [first, second, only_one, unexplained, *of_codes]


def variants(releases: ModuleType) -> list[dict[str, pl.DataFrame]]:
    """The drawn releases, and such changes to them as other sentences need."""
    made = [make() for make in releases.RELEASES.values()]
    fell = releases.ok_release()
    fell["protected_effect_by_week"] = fell["protected_effect_by_week"].with_columns(
        estimate=-pl.col("estimate"), low=-pl.col("high"), high=-pl.col("low")
    )
    fell["protected_effect"] = releases.table(
        "protected_effect",
        ("primary", 0.01, 0.0, 0.1, "ok"),
        ("horizon_14", None, None, None, "early"),
        ("horizon_42", None, None, None, "refused"),
        columns="line estimate low high status",
    )
    rise = {"mean_change_score": 0.5, "low": 0.2, "high": 0.8}
    fell["protected_loneliness"] = fell["protected_loneliness"].with_columns(
        **{k: pl.lit(v) for k, v in rise.items()}
    )
    fell["protected_metrics"] = fell["protected_metrics"].filter(pl.col("metric") != "usefulness_top_two_share")
    fell["meta_checks"] = fell["meta_checks"].with_columns(passed=pl.lit(value=True))
    fell["meta_quarantine"] = fell["meta_quarantine"].clear()
    fell["meta_sources"] = fell["meta_sources"].with_columns(last_landed_on=pl.lit(None, dtype=pl.Date))
    fell["protected_claims"] = fell["protected_claims"].with_columns(
        source_found=pl.lit(value=True), word=pl.lit("cannot_tell_yet")
    )
    fell["meta_claims"] = fell["meta_claims"].with_columns(
        source_found=pl.lit(value=True), seen_in=pl.lit("none")
    )
    share = pl.when(pl.col("score_from") == 1).then(0.002).otherwise(pl.col("share"))
    made[1]["protected_usefulness"] = made[1]["protected_usefulness"].with_columns(share=share)
    fell["protected_usefulness"] = releases.table("protected_usefulness", (0.5, "ok"), columns="share status")
    unclear = releases.ok_release()
    unclear["protected_effect_by_week"] = unclear["protected_effect_by_week"].with_columns(low=pl.lit(-0.5))
    unclear["protected_loneliness"] = unclear["protected_loneliness"].with_columns(high=pl.lit(0.5))
    unclear["protected_completion"] = unclear["protected_completion"].with_columns(
        n_people=pl.lit(None, dtype=pl.Int64)
    )
    years = unclear["protected_effect_by_week"]
    unclear["protected_effect_by_week"] = years.with_columns(pl.col("week_ends_on").dt.offset_by("20w"))
    wave = pl.when(pl.col("wave") == "latest").then(pl.lit("session-01")).otherwise(pl.col("wave"))
    unclear["protected_metrics"] = unclear["protected_metrics"].with_columns(
        reasons=pl.lit("a_code_of_the_future")
    )
    return [
        *made,
        *detail_variants(releases),
        fell,
        {**unclear, "protected_loneliness": unclear["protected_loneliness"].with_columns(wave)},
    ]


# The test of the Pulse page holds its words to the same, with releases of its own.
WORDS_OF_PULSE = ("pulse", "usefulness_trend", "loneliness_measures", "response", "missing")
CHOSEN_BY_DATA = ("verdict", "change", "design", "reason", "month", "counted", "effect")


def test_every_sentence_of_the_catalogue_is_used(releases: ModuleType) -> None:
    recorder = Recorder()
    for tables in variants(releases):
        for page in PAGES:
            render_page(page, tables, Phrases(recorder), "report.html")
        render_report(tables, Phrases(recorder))
    others = (key for key in recorder.sentences if not key.startswith(WORDS_OF_PULSE))
    unused = {key for key in others if key not in recorder.used}
    assert {key for key in unused if key.split(".")[0] not in CHOSEN_BY_DATA} == set()


def test_words_chosen_by_data_are_those_of_the_contract(releases: ModuleType) -> None:
    specs = releases.SPECS
    words = english()
    verdicts = set(specs["protected_programme"].column("verdict").choices)
    assert words.family("verdict") == verdicts
    assert words.family("change") - {"heading", "now"} == verdicts
    assert words.family("design") - {"beside_the_draw"} == set(
        specs["protected_programme"].column("design").choices
    )
    assert set(specs["protected_effect"].column("line").choices) <= words.family("effect")
    assert words.family("fit") == set(specs["protected_claims"].column("word").choices)
    assert words.family("basis") == set(specs["protected_effect_by_week"].column("basis").choices)
    assert words.family("seen_in") == set(specs["meta_claims"].column("seen_in").choices)
    assert words.family("month") == {str(month) for month in range(1, 13)}


def test_every_reason_an_estimator_gives_has_a_sentence() -> None:
    assert set(REASON_CODES) <= english().family("reason")


def test_no_sentence_has_a_placeholder_without_a_name() -> None:
    assert all(name for sentence in english().sentences.values() for name in placeholders(sentence))
