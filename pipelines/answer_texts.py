"""Answers of a closed question as texts: when two are the same, and when Excel made a month of one.

What belongs here: comparing an answer with the texts a codebook lists.
What does not: which column is a question (`source_spec`), or reading a column (`cell_values`).

An answer may drift by case, white space and invisible characters, and may carry its own score (`5 - Very useful`,
`(5) Very useful`, `Very useful (5)`). The number must be the score the codebook gives the words: `1. Very useful`
may number the choices, so it is no answer of a question where the words score 5.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from pipelines.readers.raw import normalised_name

_NUMBER_FIRST = re.compile(r"^(?:\((\d{1,3})\)\s*|(\d{1,3})\s*(?:[-–—=:)]|\.(?=\s))\s*)(?=\D)(.+)$")
_NUMBER_LAST = re.compile(r"^(.+\D)\s*(?:\((\d{1,3})\)|\s[-–—=]\s*(\d{1,3}))$")

# Names of months as spreadsheets shorten and write them in many languages, without dots, in lower case. Left out
# are those that are also everyday words (Italian set, Portuguese out).
_MONTH_WORDS = """
jan feb mar apr may jun jul aug sep sept oct nov dec
january february march april june july august september october november december
jän mär mrz mai okt dez januar jänner februar märz juni juli oktober dezember
janv févr fév mars avr avril juin juil juillet août sept déc janvier février octobre novembre décembre
ene abr dic enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gen mag giu lug ott gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
mrt mei januari februari maart augustus
fev dez janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
sty lut kwi maj cze lip sie wrz paź lis gru
januar mars desember juni jun maj augusti
led úno bře dub kvě čvn čvc srp zář říj lis
tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu
oca şub nis haz tem ağu eyl eki kas
"""
_MONTHS = frozenset(_MONTH_WORDS.split())
_WORD = r"([^\W\d_]{3,10})"
_SHAPES_OF_MONTHS = tuple(
    re.compile(shape)
    for shape in (
        rf"^\d{{1,2}}[-. /]{{1,2}}{_WORD}\.?(?:[-. /]{{1,2}}(?:\d{{2}}|\d{{4}}))?$",  # 05-jan, 25. jun, 25. jun 25
        rf"^{_WORD}\.?[-. /]{{1,2}}(?:\d{{1,2}}|\d{{4}})$",  # jun-25, jun 2025
    )
)
_TYPED_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$")


def answer_key(text: str) -> str:
    """An answer as it is compared: NFKC, without invisible characters, white space collapsed, case folded."""
    return normalised_name("".join(letter for letter in text if unicodedata.category(letter) != "Cf"))


def is_month_like(text: str) -> bool:
    """Whether a text looks like what Excel makes of `6-25` or `1-5`: `Jun-25`, `05-Jan`, a typed date."""
    key = answer_key(text)
    if _TYPED_DATE.match(key):
        return True
    return any((found := shape.match(key)) and found[1] in _MONTHS for shape in _SHAPES_OF_MONTHS)


def score_table(own: Mapping[str, float] | None, catalogue: Mapping[str, float]) -> dict[str, float]:
    """Score by answer key: the source's own texts, and the catalogue's where the two do not contradict.

    Where a source scores a text otherwise than the catalogue does, it uses another scale: then its own texts
    alone count.
    """
    given = {answer_key(text): score for text, score in (own or {}).items()}
    known = {answer_key(text): score for text, score in catalogue.items()}
    contradicts = any(known.get(key, score) != score for key, score in given.items())
    table = given if contradicts else {**known, **given}
    return _without_their_numbers(table) | table


def score_of(text: str, table: Mapping[str, float]) -> float | None:
    """The score of an answer by a table of `score_table`; `None` where the table does not tell.

    A score that the answer itself carries has to be the one the table gives its words.
    """
    key = answer_key(text)
    if key in table:
        return table[key]
    numbered = _numbered(key)
    if numbered is None:
        return None
    number, words = numbered
    return number if table.get(words) == number else None


def score_of_option(cell: str, option: Iterable[str], among: Iterable[str]) -> float | None:
    """Whether one option of a multiple choice was chosen, as 1 or 0.

    Args:
        cell: The options chosen, joined by semicolons or commas.
        option: Wordings of the option that is asked for.
        among: Wordings of all its options that are known.

    Returns:
        `None` where no chosen option is a known one: then nothing tells what was meant.
    """
    chosen = {answer_key(text) for text in re.split("[;,]", cell)}
    if chosen.isdisjoint(answer_key(text) for text in among):
        return None
    return float(not chosen.isdisjoint(answer_key(text) for text in option))


def contradicting_texts(meanings: Mapping[str, object]) -> tuple[str, str] | None:
    """Two texts that are the same answer and mean something else; `None` where there are none such."""
    first: dict[str, str] = {}
    for text, meaning in meanings.items():
        before = first.setdefault(answer_key(text), text)
        if meanings[before] != meaning:
            return before, text
    return None


def _without_their_numbers(table: Mapping[str, float]) -> dict[str, float]:
    """Words of the texts that carry their own score, where that is told by one score only."""
    words: dict[str, set[float]] = {}
    for key, score in table.items():
        numbered = _numbered(key)
        if numbered and numbered[0] == score:
            words.setdefault(numbered[1], set()).add(score)
    return {text: scores.pop() for text, scores in words.items() if len(scores) == 1}


def _numbered(key: str) -> tuple[float, str] | None:
    """The number an answer carries and its words; `None` where it carries none."""
    if first := _NUMBER_FIRST.match(key):
        return float(first[1] or first[2]), first[3].strip()
    if last := _NUMBER_LAST.match(key):
        return float(last[2] or last[3]), last[1].strip()
    return None
