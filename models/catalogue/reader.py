"""Reads questions, metrics and claims, and refuses a bad entry by its name and line.

What belongs here: the keys an entry may have, their types and ranges, and the refusals.
What does not: the entries themselves (`questions.toml`, `metrics.toml`, `claims.toml`), what all catalogue files
have in common (`toml_entries`), or the questionnaires (`forms`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from models.catalogue.entries import (
    LANGUAGES,
    Better,
    Claim,
    Language,
    Metric,
    Question,
    QuestionKind,
    SeenIn,
    Unit,
)
from models.catalogue.toml_entries import Kind, RawEntry, checked, entries, nearest

MINIMUM_PEOPLE = 5
MINIMUM_PEOPLE_LONELINESS = 10
OWN_TRANSLATION = "Own translation, not validated."

Entry = TypeVar("Entry", Question, Metric, Claim)

_QUESTION_KEYS: Mapping[str, Kind] = {
    "text": "text",
    "text_de": "text",
    "construct": "text",
    "kind": get_args(QuestionKind),
    "moment": "moments",
    "minimum_score": "number",
    "maximum_score": "number",
    "source": "text",
    "minimum_people": "integer",
    "choices": "scores",
    "choices_de": "scores",
    "option": "text",
    "option_de": "text",
    "states": "states",
    "scale": "text",
    "is_optional": "boolean",
    "scoring_note": "text",
    "translation": "text",
}
_QUESTION_OPTIONAL = frozenset(
    {
        "text_de",
        "choices",
        "choices_de",
        "option",
        "option_de",
        "states",
        "scale",
        "is_optional",
        "scoring_note",
        "translation",
    }
)
_METRIC_KEYS: Mapping[str, Kind] = {
    "label": "text",
    "definition": "text",
    "unit": get_args(Unit),
    "construct": "text",
    "estimand": "text",
    "assumption": "text",
    "better": get_args(Better),
    "minimum_people": "integer",
    "drawn_from": "text",
}
_DRAWN_FROM = frozenset({"open", "primary", "by_day", "loneliness:latest"})
_CLAIM_KEYS: Mapping[str, Kind] = {
    "label": "text",
    "value": "number",
    "low": "number",
    "high": "number",
    "metric": "text",
    "source_found": "boolean",
    "seen_in": get_args(SeenIn),
    "source": "text",
    "caution": "text",
}
_CLAIM_OPTIONAL = frozenset({"low", "high", "caution"})


def read_questions(text: str, name: str = "questions.toml") -> Mapping[str, Question]:
    """The questions in `text`, by id, in the file's order.

    Args:
        text: The TOML text.
        name: Name of the file, for messages.

    Raises:
        CatalogueError: An entry has an unknown, missing, repeated, mistyped or out-of-range value.
    """
    return _read(text, name, _question)


def read_metrics(text: str, name: str = "metrics.toml") -> Mapping[str, Metric]:
    """The metrics in `text`, by id, in the file's order.

    Raises:
        CatalogueError: An entry has an unknown, missing, repeated, mistyped or out-of-range value.
    """
    return _read(text, name, _metric)


def read_claims(text: str, name: str = "claims.toml", *, metrics: Collection[str]) -> Mapping[str, Claim]:
    """The claims in `text`, by id, in the file's order.

    Args:
        text: The TOML text.
        name: Name of the file, for messages.
        metrics: Ids of the metrics a claim may be held against.

    Raises:
        CatalogueError: As for questions, or the claim's metric is not among `metrics`.
    """
    return _read(text, name, lambda raw: _claim(raw, metrics))


def _read(text: str, file: str, build: Callable[[RawEntry], Entry]) -> Mapping[str, Entry]:
    return MappingProxyType({raw.name: build(raw) for raw in entries(text, file)})


def _question(raw: RawEntry) -> Question:
    values = checked(raw, _QUESTION_KEYS, _QUESTION_OPTIONAL)
    choices = _choices(raw, values)
    _check_range(raw, values, choices)
    _check_states(raw, values, choices)
    _check_option(raw, values)
    _check_minimum_people(raw, values)
    option = _in_languages(values, "option")
    return Question(
        question_id=raw.name,
        text=f"{values['text']} {option['en']}" if option else values["text"],
        construct=values["construct"],
        kind=values["kind"],
        choices=MappingProxyType(choices),
        minimum_score=float(values["minimum_score"]),
        maximum_score=float(values["maximum_score"]),
        moment=tuple(values["moment"]),
        source=values["source"],
        minimum_people=values["minimum_people"],
        states=MappingProxyType(dict(values.get("states", {}))),
        scale=values.get("scale"),
        is_optional=values.get("is_optional", False),
        scoring_note=values.get("scoring_note", ""),
        asked=_in_languages(values, "text"),
        answers=_offered(values),
        option=option,
        translation=values.get("translation", OWN_TRANSLATION if "text_de" in values else ""),
    )


def _in_languages(values: Mapping[str, Any], key: str) -> Mapping[Language, str]:
    """The text under `key`, in each language it is given in."""
    keys: dict[Language, str] = {"en": key, "de": f"{key}_de"}
    return MappingProxyType(
        {language: values[keys[language]] for language in LANGUAGES if keys[language] in values}
    )


def _choices(raw: RawEntry, values: Mapping[str, Any]) -> dict[str, float]:
    """Answer text to score in every language; a text that two languages score differently is refused."""
    choices = {text: float(score) for text, score in values.get("choices", {}).items()}
    for text, score in values.get("choices_de", {}).items():
        if choices.setdefault(text, float(score)) != score:
            raw.refuse(f"the choice {text!r} has two scores; word one of them differently", "choices_de")
    return choices


def _offered(values: Mapping[str, Any]) -> Mapping[Language, tuple[str, ...]]:
    """Per language the answers a form offers: of several with one meaning the first."""
    states = values.get("states", {})
    keys: dict[Language, str] = {"en": "choices", "de": "choices_de"}
    offered: dict[Language, tuple[str, ...]] = {}
    for language, key in keys.items():
        firsts: dict[object, str] = {}
        for text, score in values.get(key, {}).items():
            firsts.setdefault(states.get(text, score), text)
        if firsts:
            offered[language] = tuple(firsts.values())
    return MappingProxyType(offered)


def _metric(raw: RawEntry) -> Metric:
    values = checked(raw, _METRIC_KEYS, frozenset())
    _check_minimum_people(raw, values)
    drawn_from = values["drawn_from"]
    if drawn_from not in _DRAWN_FROM and not drawn_from.startswith("question:"):
        raw.refuse(f"drawn_from is one of {', '.join(sorted(_DRAWN_FROM))}, question:<id>", "drawn_from")
    return Metric(metric=raw.name, **values)


def _claim(raw: RawEntry, metrics: Collection[str]) -> Claim:
    values = checked(raw, _CLAIM_KEYS, _CLAIM_OPTIONAL)
    if values["metric"] not in metrics:
        raw.refuse(f"there is no metric {values['metric']!r}{nearest(values['metric'], metrics)}", "metric")
    if values["source_found"] == (values["seen_in"] == "none"):
        raw.refuse('seen_in is "none" exactly where source_found is false; correct one of the two', "seen_in")
    numbers = {key: float(values[key]) for key in ("value", "low", "high") if key in values}
    if not numbers.get("low", numbers["value"]) <= numbers["value"] <= numbers.get("high", numbers["value"]):
        raw.refuse("value has to lie between low and high", "value")
    return Claim(claim=raw.name, **{**values, **numbers})


def _check_range(raw: RawEntry, values: Mapping[str, Any], choices: Mapping[str, float]) -> None:
    low, high = values["minimum_score"], values["maximum_score"]
    if low >= high:
        raw.refuse("minimum_score has to be below maximum_score", "minimum_score")
    for text, score in choices.items():
        if not low <= score <= high:
            raw.refuse(f"the choice {text!r} scores {score:g}, outside {low:g} to {high:g}", "choices")


def _check_states(raw: RawEntry, values: Mapping[str, Any], choices: Mapping[str, float]) -> None:
    states = values.get("states", {})
    if (values["kind"] == "outcome") != bool(states):
        raw.refuse('states belong to kind "outcome" and only to it', "states" if states else "kind")
    if states and set(states) != set(choices):
        raw.refuse("choices and states have to name the same answer texts", "states")


def _check_option(raw: RawEntry, values: Mapping[str, Any]) -> None:
    """An option is chosen or not; in an export several are joined, so a separator in one would cut it in two."""
    for key in ("option", "option_de"):
        if key in values and ("," in values[key] or ";" in values[key]):
            raw.refuse("an option holds no comma or semicolon: exports join options with them", key)
    if "option" in values and (
        values.get("choices") or not values["minimum_score"] == 0 == values["maximum_score"] - 1
    ):
        raw.refuse("an option is scored 0 or 1 and has no choices", "option")


def _check_minimum_people(raw: RawEntry, values: Mapping[str, Any]) -> None:
    floor = MINIMUM_PEOPLE_LONELINESS if values["construct"] == "loneliness" else MINIMUM_PEOPLE
    if values["minimum_people"] < floor:
        raw.refuse(
            f"minimum_people is below the floor of {floor}; it may be raised, never lowered", "minimum_people"
        )
