"""The questionnaires: which form asks what, in which order and in which words.

What belongs here: reading `fields.toml` and `forms.toml`, and joining them with the questions to forms.
What does not: the questions' scoring (`reader`), or how a form is written down (`pipelines.questionnaires`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any, Literal, get_args

from models.catalogue.entries import LANGUAGES, Language, Question
from models.catalogue.toml_entries import Kind, RawEntry, checked, entries, nearest

FormName = Literal["check_in", "check_out", "pulse"]
Answer = Literal["short_text", "long_text", "email", "date", "number", "one_of", "several_of", "scale"]
Texts = Mapping[Language, str]
Choices = Mapping[Language, tuple[str, ...]]

_FIELD_KEYS: Mapping[str, Kind] = {
    "text": "text",
    "text_de": "text",
    "answer": ("short_text", "long_text", "email", "date", "one_of", "scale"),
    "choices": "texts",
    "choices_de": "texts",
    "ends": "texts",
    "ends_de": "texts",
    "note": "text",
    "note_de": "text",
    "is_read": "boolean",
}
_FIELD_OPTIONAL = frozenset({"choices", "choices_de", "ends", "ends_de", "note", "note_de", "is_read"})
_SECTION_KEYS: Mapping[str, Kind] = {
    "form": get_args(FormName),
    "title": "text",
    "title_de": "text",
    "note": "text",
    "note_de": "text",
    "set_up": "text",
    "set_up_de": "text",
    "asks": "texts",
    "may_be_empty": "texts",
    "is_optional": "boolean",
}
_SECTION_OPTIONAL = frozenset({"note", "note_de", "set_up", "set_up_de", "may_be_empty", "is_optional"})


@dataclass(frozen=True, slots=True)
class Item:
    """One question as a form shows it.

    Attributes:
        ids: Id of the field or question; of a question with several answers, those of its options.
        text: The wording in each language.
        answer: What kind of answer it takes.
        choices: The answers to choose from, in each language; empty where none are offered.
        ends: What 1 and 5 mean, in each language; only for a scale.
        note: A hint below the question, where there is one.
        is_required: Whether the form insists on an answer.
        is_read: Whether Peerlift reads the answer.
    """

    ids: tuple[str, ...]
    text: Texts
    answer: Answer
    choices: Choices
    ends: Choices
    note: Texts
    is_required: bool = True
    is_read: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a form, shown on a page of its own; an optional one may be left out of the form.

    `note` is for those who answer, `set_up` for whoever makes the form; both may be missing.
    """

    section_id: str
    title: Texts
    note: Texts
    set_up: Texts
    items: tuple[Item, ...]
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire; its first section names it."""

    name: FormName
    sections: tuple[Section, ...]

    @property
    def title(self) -> Texts:
        """The form's name in each language."""
        return self.sections[0].title

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything the form asks, in order."""
        return tuple(item for section in self.sections for item in section.items)


def read_forms(fields: str, sections: str, questions: Mapping[str, Question]) -> Mapping[FormName, Form]:
    """The forms by name.

    Args:
        fields: Text of `fields.toml`.
        sections: Text of `forms.toml`.
        questions: The catalogue's questions.

    Raises:
        CatalogueError: An entry has an unknown, missing or mistyped key, or asks what there is not.
    """
    known = {raw.name: _field(raw) for raw in entries(fields, "fields.toml")}
    known |= {name: _of_question(question) for name, question in questions.items()}
    read = [(_form_of(raw), _section(raw, known)) for raw in entries(sections, "forms.toml")]
    forms = {
        name: Form(name, tuple(section for form, section in read if form == name))
        for name in get_args(FormName)
        if any(form == name for form, _ in read)
    }
    return MappingProxyType(forms)


def _field(raw: RawEntry) -> Item:
    values = checked(raw, _FIELD_KEYS, _FIELD_OPTIONAL)
    choices, ends = _lists(values, "choices"), _lists(values, "ends")
    if (values["answer"] == "one_of") != bool(choices):
        raw.refuse("choices belong to the answer one_of and only to it", "choices")
    if (values["answer"] == "scale") != bool(ends):
        raw.refuse("ends belong to the answer scale and only to it", "ends")
    if len({len(texts) for texts in (choices or ends).values()}) > 1:
        raw.refuse("has to have the same answers in both languages", "choices_de" if choices else "ends_de")
    return Item(
        (raw.name,),
        _texts(values, "text"),
        values["answer"],
        choices,
        ends,
        _texts(values, "note"),
        is_read=values.get("is_read", True),
    )


def _of_question(question: Question) -> Item:
    several = {language: (text,) for language, text in question.option.items()}
    answer: Answer = "several_of" if several else "one_of" if question.answers else "number"
    return Item(
        (question.question_id,),
        question.asked,
        answer,
        MappingProxyType(several or dict(question.answers)),
        MappingProxyType({}),
        MappingProxyType({}),
    )


def _form_of(raw: RawEntry) -> FormName:
    form: FormName = checked(raw, _SECTION_KEYS, _SECTION_OPTIONAL)["form"]
    return form


def _section(raw: RawEntry, known: Mapping[str, Item]) -> Section:
    values = raw.values
    for key in ("asks", "may_be_empty"):
        for name in values.get(key, []):
            if name not in (known if key == "asks" else values["asks"]):
                raw.refuse(
                    f"{key} names {name!r}{nearest(name, known if key == 'asks' else values['asks'])}", key
                )
    return Section(
        raw.name,
        _texts(values, "title"),
        _texts(values, "note"),
        _texts(values, "set_up"),
        tuple(_items(values["asks"], values.get("may_be_empty", []), known)),
        values.get("is_optional", False),
    )


def _items(asks: Iterable[str], may_be_empty: Collection[str], known: Mapping[str, Item]) -> Iterator[Item]:
    """The items asked, options with one wording joined to one question."""
    for is_several, ids in groupby(asks, lambda name: known[name].answer == "several_of" and known[name].text):
        names = tuple(ids)
        for joined in [names] if is_several else [(name,) for name in names]:
            yield _joined(joined, known, is_required=not set(joined) & set(may_be_empty))


def _joined(names: tuple[str, ...], known: Mapping[str, Item], *, is_required: bool) -> Item:
    items = [known[name] for name in names]
    first = items[0]
    choices = {
        language: tuple(text for item in items for text in item.choices[language]) for language in first.choices
    }
    return Item(
        names,
        first.text,
        first.answer,
        MappingProxyType(choices),
        first.ends,
        first.note,
        is_required,
        first.is_read,
    )


def _texts(values: Mapping[str, Any], key: str) -> Texts:
    return MappingProxyType(
        {name: values[_keyed(key, name)] for name in LANGUAGES if _keyed(key, name) in values}
    )


def _lists(values: Mapping[str, Any], key: str) -> Choices:
    return MappingProxyType(
        {name: tuple(values[_keyed(key, name)]) for name in LANGUAGES if _keyed(key, name) in values}
    )


def _keyed(key: str, language: Language) -> str:
    return key if language == "en" else f"{key}_{language}"
