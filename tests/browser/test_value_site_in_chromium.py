"""The site and the report as a reader's browser shows them, from files on disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dashboards.site.pages import PAGES as SITE_PAGES

pytestmark = pytest.mark.browser

WIDTHS = [390, 768, 1280]
SCHEMES = ["light", "dark"]
STATES = ["ok", "real", "too_early", "refused", "randomised"]
PAGES = [page.file_name for page in SITE_PAGES]
AXE_PATHS = [
    *(f"ok/{name}" for name in PAGES),
    *(f"{state}/{name}" for state in ("real", "too_early") for name in ("index.html", "commitments.html")),
]
CHART_PAGES = [page for page in PAGES if page not in ("data_health.html", "methods.html")]
OPEN_DETAILS = "document.querySelectorAll('details').forEach(details => details.open = true)"


@contextmanager
def opened(
    browser: Browser, path: Path, *, width: int = 1280, scheme: str = "light", scripts: bool = True
) -> Iterator[Page]:
    """A page of its own context, its requests and errors noted on the way."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.goto(path.as_uri())
    yield page
    context.close()


def take_over_all(page: Page) -> None:
    """Scroll through the page until Plotly has drawn every chart that is shown; parts not chosen stay hidden."""
    for stage in page.locator(".stage").all():
        if stage.is_visible():
            stage.scroll_into_view_if_needed()
            stage.locator(".main-svg").first.wait_for(state="visible")


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("name", CHART_PAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_runs_over_the_side_after_plotly_took_over(
    browser: Browser, sites: Path, width: int, name: str
) -> None:
    with opened(browser, sites / "ok" / name, width=width) as page:
        take_over_all(page)
        assert overflow(page) == 0


@pytest.mark.parametrize("state", STATES)
def test_nothing_runs_over_the_side_on_a_phone_in_any_state(browser: Browser, sites: Path, state: str) -> None:
    for name in (*PAGES, "report.html"):
        with opened(browser, sites / state / name, width=390) as page:
            assert overflow(page) == 0


@pytest.mark.parametrize("name", PAGES)
def test_plotly_takes_over_every_chart_without_an_error_and_no_request_leaves(
    browser: Browser, sites: Path, name: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    requests: list[str] = []
    errors: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None
    )
    page.goto((sites / "ok" / name).as_uri())
    take_over_all(page)
    assert page.locator(".stage.is-live:visible").count() == page.locator(".stage:visible").count()
    assert page.locator(".still svg:visible").count() == 0
    assert errors == []
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


def test_the_mode_bar_has_no_upload_and_no_logo(browser: Browser, sites: Path) -> None:
    with opened(browser, sites / "ok" / "index.html") as page:
        take_over_all(page)
        titles = page.evaluate("[...document.querySelectorAll('.modebar-btn')].map(b => b.dataset.title || '')")
        assert titles
        assert not [title for title in titles if "Plotly" in title or "loud" in title or "pload" in title]


@pytest.mark.parametrize("name", CHART_PAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_without_scripts_every_chart_is_a_readable_picture(
    browser: Browser, sites: Path, width: int, name: str
) -> None:
    with opened(browser, sites / "ok" / name, width=width, scripts=False) as page:
        pictures = page.locator(".still svg:visible").all()
        assert len(pictures) == page.locator(".stage").count() > 0
        for picture in pictures:
            box, view = picture.bounding_box(), (picture.get_attribute("viewBox") or "").split()
            assert box is not None
            # The smallest text is 12 units high; at this scale it is still at least 10.5 CSS pixels.
            assert box["width"] / float(view[2]) * 12 >= 10.5


@pytest.mark.parametrize("name", CHART_PAGES)
def test_the_picture_and_plotly_are_equally_high_so_that_nothing_jumps(
    browser: Browser, sites: Path, name: str
) -> None:
    measure = "[...document.querySelectorAll('.stage')].map(s => s.getBoundingClientRect().height)"
    with opened(browser, sites / "ok" / name, scripts=False) as page:
        before = [stage.bounding_box() for stage in page.locator(".stage").all()]
    with opened(browser, sites / "ok" / name) as page:
        take_over_all(page)
        after = page.evaluate(measure)
    # A part of the programme that is not chosen has no height.
    jumps = [
        abs(box["height"] - height)
        for box, height in zip(before, after, strict=True)
        if box is not None and height > 0
    ]
    assert max(jumps) <= 12


def test_parts_of_the_programme_are_shown_by_one_dimension_at_a_time(browser: Browser, sites: Path) -> None:
    with opened(browser, sites / "ok" / "commitments.html") as page:
        shown = page.locator(".slice:visible")
        assert [part.get_attribute("data-dimension") for part in shown.all()] == ["department"]
        page.locator(".switch a[data-by=quarter]").click()
        assert [part.get_attribute("data-dimension") for part in shown.all()] == ["quarter"]
        assert page.url.endswith("?by=quarter#slices")


def test_a_link_names_the_dimension_and_an_unknown_one_gives_the_first(browser: Browser, sites: Path) -> None:
    for asked, shown in (("cohort", "cohort"), ("salary", "department")):
        with opened(browser, sites / "ok" / "commitments.html") as page:
            page.goto(f"{(sites / 'ok' / 'commitments.html').as_uri()}?by={asked}")
            assert page.locator(".slice:visible").get_attribute("data-dimension") == shown


def test_without_scripts_all_dimensions_stand_one_below_the_other(browser: Browser, sites: Path) -> None:
    with opened(browser, sites / "ok" / "commitments.html", scripts=False) as page:
        assert page.locator(".slice:visible").count() == page.locator(".switch a").count()


def test_plotly_follows_a_change_to_dark(browser: Browser, sites: Path) -> None:
    ground = "document.querySelector('.live .main-svg').style.background"
    with opened(browser, sites / "ok" / "index.html") as page:
        take_over_all(page)
        assert page.evaluate(ground) == "rgb(255, 255, 255)"
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(f"{ground} !== 'rgb(255, 255, 255)'")
        assert page.evaluate(ground) == "rgb(25, 30, 37)"


@pytest.mark.parametrize("name", CHART_PAGES)
def test_printing_shows_pictures_and_not_plotly(browser: Browser, sites: Path, name: str) -> None:
    with opened(browser, sites / "ok" / name) as page:
        take_over_all(page)
        page.emulate_media(media="print")
        assert page.locator(".still.wide svg:visible").count() == page.locator(".stage").count()
        assert page.locator(".live:visible").count() == 0


@pytest.mark.parametrize("state", STATES)
def test_the_report_fits_one_page_of_a4(browser: Browser, sites: Path, state: str) -> None:
    with opened(browser, sites / state / "report.html") as page:
        pdf = page.pdf(prefer_css_page_size=True)
        assert pdf.count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("path", AXE_PATHS)
def test_axe_finds_nothing_where_plotly_took_over(
    browser: Browser, sites: Path, axe_script: str, scheme: str, path: str
) -> None:
    with opened(browser, sites / path, scheme=scheme) as page:
        take_over_all(page)
        page.evaluate(OPEN_DETAILS)
        assert violations(page, axe_script) == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("path", [f"{state}/{name}" for state in ("ok", "refused") for name in PAGES])
def test_axe_finds_nothing_where_only_pictures_stand(
    browser: Browser, sites: Path, axe_script: str, scheme: str, path: str
) -> None:
    with opened(browser, sites / path, scheme=scheme, width=390) as page:
        page.evaluate("document.querySelectorAll('.live').forEach(live => live.remove())")
        page.evaluate("document.querySelectorAll('.stage').forEach(stage => stage.classList.remove('is-live'))")
        page.evaluate("document.querySelectorAll('.slice').forEach(part => part.hidden = false)")
        page.evaluate(OPEN_DETAILS)
        assert violations(page, axe_script) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_the_report(browser: Browser, sites: Path, axe_script: str, width: int) -> None:
    with opened(browser, sites / "real" / "report.html", width=width) as page:
        assert violations(page, axe_script) == []


def violations(page: Page, axe_script: str) -> list[str]:
    """Each rule axe found broken, with where."""
    page.evaluate(axe_script)
    found = page.evaluate("axe.run(document).then(result => result.violations)")
    return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"][:3]]
