"""The forms, the notice and the reminder as `init` writes them."""

import re
from pathlib import Path

import pytest

from models.catalogue import LANGUAGES, forms, questions
from pipelines.new_programme import make_programme
from pipelines.questionnaires import WORDS, form_text, questionnaires, write_questionnaires

every_form = pytest.mark.parametrize(
    ("name", "language"), [(name, language) for name in forms() for language in LANGUAGES]
)


def test_init_writes_every_form_the_notice_and_the_reminder_in_both_languages(tmp_path):
    made = make_programme(tmp_path / "new")
    named = {
        f"{name}.{end}.md"
        for name in ("check-in", "check-out", "pulse", "notice", "reminder")
        for end in LANGUAGES
    }
    assert {path.name for path in (tmp_path / "new" / "forms").iterdir()} == named
    assert {path.name for path in made} >= named


def test_a_form_somebody_changed_stays_as_it_is(tmp_path):
    (tmp_path / "pulse.en.md").write_text("ours", "utf-8")
    write_questionnaires(tmp_path)
    assert (tmp_path / "pulse.en.md").read_text("utf-8") == "ours"


@every_form
def test_a_form_asks_every_question_once_in_order_and_in_its_exact_words(name, language):
    headings = re.findall(r"(?m)^### (.*)$", form_text(forms()[name], language))
    assert headings == [item.text[language] for item in forms()[name].items]


@every_form
def test_under_each_question_stand_its_answers_and_whether_one_is_required(name, language):
    say = WORDS[language]
    blocks = re.split(r"(?m)^### .*$", form_text(forms()[name], language))[1:]
    for item, block in zip(forms()[name].items, blocks, strict=True):
        assert tuple(re.findall(r"(?m)^- (.*)$", block)) == item.choices.get(language, ())
        kind = f"{say.answers[item.answer]} · {say.required if item.is_required else say.may_be_empty}"
        assert kind in block.splitlines()
        assert all(end in block for end in item.ends.get(language, ()))


@every_form
def test_a_form_tells_optional_blocks_from_the_rest(name, language):
    parts = re.split(r"(?m)^## \d+\. .*$", form_text(forms()[name], language))[1:]
    marked = [WORDS[language].optional_block in part for part in parts]
    assert marked == [section.is_optional for section in forms()[name].sections]


@every_form
def test_no_line_of_a_form_is_left_without_its_words(name, language):
    text = form_text(forms()[name], language)
    assert not re.search(r"\{[{%]|None|Undefined|\n{3}", text)


def test_the_german_forms_hold_no_english_wording():
    english = {
        text.casefold() for form in forms().values() for item in form.items for text in [item.text["en"]]
    }
    for form in forms().values():
        assert not english & {
            heading.casefold() for heading in re.findall(r"(?m)^### (.*)$", form_text(form, "de"))
        }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_says_the_smallest_groups_and_leaves_names_and_periods_to_fill_in(language):
    notice = dict(questionnaires())[f"notice.{language}.md"]
    floors = {question.construct: question.minimum_people for question in questions().values()}
    assert re.findall(r"(?<=als )\d+|(?<=than )\d+", notice) == [str(floors["usefulness"])]
    assert str(floors["loneliness"]) in notice
    assert len(re.findall(r"\[[^\]]+\]", notice)) >= 8
    assert "Pseudonym" in notice or "pseudonym" in notice


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reminder_names_the_answers_of_the_form(language):
    reminder = dict(questionnaires())[f"reminder.{language}.md"]
    assert all(text in reminder for text in questions()["commitment_outcome"].answers[language])


def test_the_tool_names_an_export_after_the_form_and_the_source_file_finds_it(tmp_path: Path):
    from pipelines.source_file import load_source_file

    make_programme(tmp_path)
    for name, source in (("check_in", "checkin"), ("check_out", "checkout"), ("pulse", "pulse")):
        described = load_source_file(tmp_path / "sources" / f"{source}.toml")
        for language in LANGUAGES:
            title = forms()[name].title[language]
            assert described.fits(f"{title}.csv")
            assert described.fits(f"{title} (Responses) - Form Responses 1.csv")
            assert described.fits(f"{title}(1-23).xlsx")
