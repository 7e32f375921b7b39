"""Writing the forms of the catalogue, the participants' notice and the reminder as texts to paste and send.

What belongs here: words around the questions, in each language, and the files they become.
What does not: what is asked (`models.catalogue`), or how answers are read back (source files).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FunctionLoader, StrictUndefined

from models.catalogue import LANGUAGES, Form, Language, forms
from models.catalogue.reader import MINIMUM_PEOPLE, MINIMUM_PEOPLE_LONELINESS

LETTERS = ("notice", "reminder")


@dataclass(frozen=True, slots=True)
class FormWords:
    """What a form's page says around its questions, in one language."""

    set_up: str
    keep: str
    lines: tuple[str, ...]
    optional_block: str
    required: str
    may_be_empty: str
    answers: Mapping[str, str]


WORDS: Mapping[Language, FormWords] = MappingProxyType(
    {
        "en": FormWords(
            set_up="To set up.",
            keep="Make a form called **{title}** in Google Forms or Microsoft Forms and paste questions and answers"
            " letter by letter: they are read by their wording. Leave out what stands in a box like this one.",
            lines=(
                "One answer: *Multiple choice* (Google), *Choice* (Microsoft).",
                "Several answers: *Checkboxes* (Google), *Choice* with *Multiple answers* (Microsoft).",
                "Scale from 1 to 5: *Linear scale* (Google), *Rating* with numbers (Microsoft).",
                "Each numbered heading is a section of its own; required questions are marked as required.",
                "Download the answers as CSV (Google: Responses, Download responses) or as the workbook (Microsoft:"
                " Open in Excel, then save a copy) and put them into the inbox without changing them.",
            ),
            optional_block="Optional block: leave it out of the form if you do not need it.",
            required="required",
            may_be_empty="may be left empty",
            answers=MappingProxyType(
                {
                    "short_text": "Short answer",
                    "long_text": "Long answer",
                    "email": "Short answer: an e-mail address",
                    "date": "Date",
                    "number": "Short answer: a number",
                    "one_of": "One answer",
                    "several_of": "Several answers",
                    "scale": "Scale from 1 to 5",
                }
            ),
        ),
        "de": FormWords(
            set_up="Zum Einrichten.",
            keep="Legen Sie in Google Forms oder Microsoft Forms ein Formular namens **{title}** an und"
            " übernehmen Sie Fragen und Antworten Buchstabe für Buchstabe: Sie werden am Wortlaut erkannt."
            " Was in Kästen wie diesem steht, bleibt weg.",
            lines=(
                "Eine Antwort: *Multiple-Choice* (Google), *Auswahl* (Microsoft).",
                "Mehrere Antworten: *Kästchen* (Google), *Auswahl* mit *Mehrere Antworten* (Microsoft).",
                "Skala von 1 bis 5: *Lineare Skala* (Google), *Bewertung* mit Zahlen (Microsoft).",
                "Jede nummerierte Überschrift ist ein eigener Abschnitt; Pflichtfragen sind als solche einzustellen.",
                "Laden Sie die Antworten als CSV herunter (Google: Antworten, Antworten herunterladen) oder als"
                " Arbeitsmappe (Microsoft: In Excel öffnen, dann eine Kopie speichern) und legen Sie sie unverändert in"
                " den Eingangsordner.",
            ),
            optional_block="Zusatzblock: Lassen Sie ihn weg, wenn Sie ihn nicht brauchen.",
            required="Pflichtfrage",
            may_be_empty="darf leer bleiben",
            answers=MappingProxyType(
                {
                    "short_text": "Kurze Antwort",
                    "long_text": "Lange Antwort",
                    "email": "Kurze Antwort: eine E-Mail-Adresse",
                    "date": "Datum",
                    "number": "Kurze Antwort: eine Zahl",
                    "one_of": "Eine Antwort",
                    "several_of": "Mehrere Antworten",
                    "scale": "Skala von 1 bis 5",
                }
            ),
        ),
    }
)


def write_questionnaires(folder: Path) -> list[Path]:
    """Write every form, the notice and the reminder in each language; a file that is there stays as it is.

    Returns:
        The files, whether written now or there before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in questionnaires():
        path = folder / name
        if not path.exists():
            path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def questionnaires() -> Iterator[tuple[str, str]]:
    """File name and text of each form, and of the notice and the reminder."""
    for language in LANGUAGES:
        for form in forms().values():
            yield f"{form.name.replace('_', '-')}.{language}.md", form_text(form, language)
        for letter in LETTERS:
            yield f"{letter}.{language}.md", _letter(letter, language)


def form_text(form: Form, language: Language) -> str:
    """A form as Markdown, ready to be copied into a form tool."""
    template = _templates().get_template("form.md.j2")
    return template.render(form=form, language=language, say=WORDS[language])


def _letter(name: str, language: Language) -> str:
    return (
        _templates()
        .get_template(f"{name}.{language}.md.j2")
        .render(minimum_people=MINIMUM_PEOPLE, minimum_people_loneliness=MINIMUM_PEOPLE_LONELINESS)
    )


def _templates() -> Environment:
    packaged = files("pipelines") / "templates" / "forms"
    return Environment(
        loader=FunctionLoader(lambda name: packaged.joinpath(name).read_text(encoding="utf-8")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 (Markdown, and every text is the catalogue's own)
    )
