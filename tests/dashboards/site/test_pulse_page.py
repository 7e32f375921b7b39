"""The page Pulse says what people say, and nothing more: a change is a change, a state is a sentence."""

from __future__ import annotations

import datetime as dt
import re
from types import ModuleType

import polars as pl
import pytest

from dashboards.phrases import Phrases
from dashboards.site import render_page
from dashboards.site.pages.pulse import PULSE, PULSE_TABLES
from dashboards.words import english

KEYS = (
    "usefulness_bands",
    "usefulness_trend",
    "expectation",
    "loneliness",
    "loneliness_measures",
    "guardrails",
    "response",
    "missing",
)
OWN_WORDS = ("pulse", "usefulness_trend", "loneliness_measures", "response", "missing")
NOT_OK = ("early", "refused", "not_robust", "withheld")
Tables = dict[str, pl.DataFrame]


def text_of(html: str) -> str:
    """What a reader sees: no markup, no script, no picture's hidden words."""
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\u00a0", " ").split())


def shown(releases: ModuleType) -> Tables:
    """A release in which every survey table has rows of its own, all shown."""
    table, ok = releases.table, "ok"
    tables: Tables = releases.ok_release()
    is_pressure = pl.col("metric") == "perceived_pressure_mean_score"
    pressure = {"value": 1.7, "low": 1.6, "high": 1.8, "status": ok}
    tables["protected_metrics"] = tables["protected_metrics"].with_columns(
        pl.when(is_pressure).then(pl.lit(cell)).otherwise(pl.col(name)).alias(name)
        for name, cell in pressure.items()
    )
    tables["protected_usefulness_trend"] = table(
        "protected_usefulness_trend",
        (1, "observed", 0.7, 0.6, 0.8, 90, ok),
        (2, "observed", 0.75, 0.65, 0.85, 80, ok),
        (1, "predicted", 0.71, 0.66, 0.76, 90, ok),
        (6, "predicted", 0.8, 0.7, 0.9, 90, ok),
        columns="session_number basis share low high n_people status",
    )
    tables["protected_loneliness_measures"] = table(
        "protected_loneliness_measures",
        ("share_reliably_less_lonely", 0.18, 0.13, 0.25, 143, ok),
        ("share_without_reliable_change", 0.75, 0.67, 0.81, 143, ok),
        ("share_reliably_lonelier", 0.07, 0.04, 0.12, 143, ok),
        ("share_lonely_baseline", 0.32, 0.24, 0.4, 143, ok),
        ("share_lonely_latest", 0.24, 0.17, 0.31, 143, ok),
        ("mixed_model_change", -0.29, -0.49, -0.09, 201, ok),
        ("staggered_difference", -0.24, -0.6, 0.12, 96, ok),
        ("alpha", 0.74, 0.68, 0.79, 201, ok),
        ("omega", 0.75, None, None, 201, ok),
        columns="measure value low high n_people status",
    )
    tables["protected_response"] = table(
        "protected_response",
        ("baseline", 240, 203, 0.846, "ok", None, None, None, None, ok),
        ("session-01", 231, 170, 0.736, "ok", 0.741, 0.735, 0.55, 0.81, ok),
        ("session-02", 170, 98, 0.576, "weighted", None, 0.79, 0.46, 0.88, ok),
        ("session-03", 118, 30, 0.254, "refused", None, None, None, None, ok),
        columns="wave n_invited n_answered rate means_status top_two_share top_two_weighted "
        "bound_low bound_high status",
    )
    tables["protected_missing"] = table(
        "protected_missing",
        ("attended_before", 0.21, 88, ok),
        ("prior_usefulness", 0.31, 80, ok),
        ("baseline_loneliness", -0.12, 70, ok),
        ("level", 0.09, 88, ok),
        ("cohort", 0.15, 88, ok),
        ("department", 0.0, 88, ok),
        columns="characteristic smd n_people status",
    )
    return tables


def all_in_state(releases: ModuleType, status: str) -> Tables:
    """The same release with every survey row in a state without a number."""
    tables = shown(releases)
    return tables | {name: tables[name].with_columns(status=pl.lit(status)) for name in PULSE_TABLES}


def held_back(tables: Tables, name: str, day: dt.date) -> Tables:
    return tables | {name: tables[name].with_columns(as_of=pl.lit(day))}


def other_ways(releases: ModuleType) -> list[Tables]:
    """Releases for the sentences that the shown one has no need of."""
    falls, unclear, alike = (shown(releases) for _ in range(3))
    ends = {"value": -0.5, "low": -0.8, "high": -0.2}
    falls["protected_metrics"] = falls["protected_metrics"].with_columns(
        **{k: pl.lit(v) for k, v in ends.items()}
    )
    measure = pl.col("measure")
    falls["protected_loneliness_measures"] = falls["protected_loneliness_measures"].with_columns(
        value=pl.when(measure == "alpha").then(0.85).otherwise(pl.col("value")),
        high=pl.when(measure == "staggered_difference").then(-0.01).otherwise(pl.col("high")),
    )
    falls["protected_missing"] = falls["protected_missing"].with_columns(smd=pl.col("smd") / 2)
    falls["protected_response"] = falls["protected_response"].head(3)
    unclear["protected_metrics"] = unclear["protected_metrics"].with_columns(low=pl.lit(-0.5), high=pl.lit(0.5))
    unclear["protected_loneliness_measures"] = unclear["protected_loneliness_measures"].with_columns(
        value=pl.when(measure == "alpha")
        .then(0.5)
        .when(measure == "mixed_model_change")
        .then(2.0)
        .otherwise(pl.col("value"))
    )
    alike["protected_missing"] = alike["protected_missing"].with_columns(smd=pl.lit(0.0))
    alike["protected_response"] = alike["protected_response"].head(2)
    alike["protected_metrics"] = alike["protected_metrics"].with_columns(status=pl.lit("early"))
    columns = pl.when(
        measure.is_in(["staggered_difference", "mixed_model_change", "share_lonely_latest", "alpha"])
    )
    alike["protected_loneliness_measures"] = alike["protected_loneliness_measures"].with_columns(
        status=columns.then(pl.lit("refused")).otherwise(pl.lit("ok"))
    )
    rows = alike["protected_response"]
    one_hidden = rows.with_columns(
        status=pl.when(pl.col("wave") == "baseline").then(pl.lit("withheld")).otherwise("status")
    )
    return [falls, unclear, alike | {"protected_response": one_hidden}]


def test_every_chart_of_the_page_is_a_picture_with_a_table_and_a_download(
    releases: ModuleType, say: Phrases
) -> None:
    html = render_page(PULSE, shown(releases), say)
    assert re.findall(r'data-chart="([a-z_]+)"', html) == list(KEYS)
    assert html.count("<svg") == 2 * len(KEYS)
    assert html.count("<details>") >= len(KEYS)
    assert {f"data/{name}.csv" for name in PULSE_TABLES} <= set(re.findall(r'href="(data/[a-z_]+\.csv)"', html))


def test_every_chart_says_its_finding_and_has_words_for_those_who_cannot_see_it(
    releases: ModuleType, say: Phrases
) -> None:
    view = PULSE.view(shown(releases), say)
    assert [chart.info.key for chart in view.charts] == list(KEYS)
    for chart in view.charts:
        assert chart.info.title in chart.info.alt or chart.info.title.split(",")[0] in chart.info.alt
        assert chart.info.numbers.source in PULSE_TABLES
        assert chart.figure.data


@pytest.mark.parametrize("status", NOT_OK)
def test_no_number_of_a_state_without_numbers_reaches_the_page(
    releases: ModuleType, say: Phrases, status: str
) -> None:
    html = render_page(PULSE, all_in_state(releases, status), say)
    assert "data-chart" not in html
    assert say.words(f"state.{status}") in text_of(html)
    for number in ("18 %", "41 %", "71 %", "79 %", "84 %", "0.31", "0.74", "−0.3"):
        assert number not in text_of(html)


@pytest.mark.parametrize("status", NOT_OK)
def test_beside_a_chart_that_is_not_shown_no_sentence_repeats_why(
    releases: ModuleType, say: Phrases, status: str
) -> None:
    sentences = PULSE.view(all_in_state(releases, status), say).values["sentences"]
    assert sentences == {"usefulness_trend": (), "loneliness": (), "loneliness_measures": ()}


def test_a_single_row_that_is_not_shown_says_why_under_its_chart(releases: ModuleType, say: Phrases) -> None:
    tables = shown(releases)
    tables["protected_usefulness_trend"] = tables["protected_usefulness_trend"].with_columns(
        status=pl.when(pl.col("session_number") == 2).then(pl.lit("early")).otherwise("status"),
        reasons=pl.lit("too_few_answers"),
    )
    assert "Session 2: Too early to show. Too few answers." in text_of(render_page(PULSE, tables, say))


def test_a_table_that_stays_as_of_an_earlier_day_says_so(releases: ModuleType, say: Phrases) -> None:
    tables = shown(releases)
    as_of = tables["protected_programme"]["data_as_of"][0]
    today = tables | {name: tables[name].with_columns(as_of=pl.lit(as_of)) for name in PULSE_TABLES}
    assert "Stays as of" not in text_of(render_page(PULSE, today, say))
    older = held_back(today, "protected_missing", dt.date(2026, 9, 6))
    assert "Stays as of 6 September 2026" in text_of(render_page(PULSE, older, say))


def test_the_word_difference_against_colleagues_stands_only_beside_a_comparison(
    releases: ModuleType, say: Phrases
) -> None:
    tables = shown(releases)
    against = "against not-yet-started colleagues"
    assert against in text_of(render_page(PULSE, tables, say))
    measures = tables["protected_loneliness_measures"]
    tables["protected_loneliness_measures"] = measures.filter(pl.col("measure") != "staggered_difference")
    text = text_of(render_page(PULSE, tables, say))
    assert against not in text
    assert "so this is a change and no more" in text


def test_nothing_on_the_page_is_called_an_effect(releases: ModuleType, say: Phrases) -> None:
    texts = [text for key, text in say.words.sentences.items() if key.split(".")[0].split("_")[0] == "pulse"]
    texts += [text_of(render_page(PULSE, tables, say)) for tables in (shown(releases), *other_ways(releases))]
    assert not [text for text in texts if re.search(r"(?i)\b(effects?|thanks to|because of)\b", text)]


def test_an_empty_release_makes_a_page_of_sentences(releases: ModuleType, say: Phrases) -> None:
    tables = releases.refused_release()
    html = render_page(PULSE, tables, say)
    assert not re.search(r"\b(None|NaN|nan|null|inf|undefined)\b", text_of(html))
    assert "is not shown yet" in text_of(html)


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


def test_every_word_of_the_page_is_used(releases: ModuleType) -> None:
    recorder = Recorder()
    releases_of_all_kinds = (
        shown(releases),
        *other_ways(releases),
        *(all_in_state(releases, s) for s in NOT_OK),
    )
    for tables in releases_of_all_kinds:
        render_page(PULSE, tables, Phrases(recorder))
    own = {key for key in recorder.sentences if key.startswith(OWN_WORDS)}
    assert own - recorder.used == set()
