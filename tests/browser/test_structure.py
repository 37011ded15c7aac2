"""Nobody is locked out of any page: what axe finds, and what it misses (structure.js says how)."""

import re
from collections import defaultdict

import html5lib
import pytest

from . import axe
from .pages import PAGES, VISITS
from .visitors import LANGUAGES
from .watch import STRUCTURE, expect_none

PHONE, SMALL_PHONE, DESKTOP = 360, 320, 1280
TABS = 400  # more presses than any page needs

TITLE = re.compile("<title>(.*)</title>")

DOUBLE = "document.documentElement.classList.add('text-200')"
NORMAL = "document.documentElement.classList.remove('text-200')"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("wanted", "role"), VISITS, ids=str)
def test_page_is_for_everybody(visit, wanted, role, language):
    page = visit(wanted, role, language)
    page.evaluate(STRUCTURE)
    found = page.evaluate("structure.outline()")
    for width in (DESKTOP, PHONE, SMALL_PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        found += said(page, f"{width} px", "sticksOut")
        if width != SMALL_PHONE:
            found += said(page, f"{width} px", "smallTargets")
    page.evaluate(DOUBLE)
    for width in (SMALL_PHONE, PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": 800})
        for check in ("sticksOut", "hiddenColumns", "brokenWords"):
            found += said(page, f"{width} px, double text", check)
    assert page.locator("html").get_attribute("lang") == language
    found += markup_errors(page.answer.text())
    page.evaluate(NORMAL)
    found += axe.violations(page)
    if language == "es":  # the colours are those of any language
        found += axe.violations_in_chosen_colours(page)
    expect_none(found)


SIMPLE = "document.documentElement.classList.add('is-simple')"
CLIENTS = [page for page in PAGES if "cliente" in page.roles]


@pytest.mark.parametrize("wanted", CLIENTS, ids=str)
def test_simple_mode_is_for_everybody(visit, wanted):
    page = visit(wanted, "cliente")
    page.evaluate(STRUCTURE)
    page.evaluate(SIMPLE)
    found = axe.violations_at(page, PHONE, "simple")
    found += said(page, "simple", "sticksOut") + said(page, "simple", "smallTargets")
    page.evaluate(DOUBLE)
    page.set_viewport_size({"width": SMALL_PHONE, "height": 800})
    found += said(page, "simple, double text", "sticksOut")
    found += said(page, "simple, double text", "brokenWords")
    expect_none(found)


def said(page, look: str, check: str) -> list[str]:
    return [f"{look}: {fault}" for fault in page.evaluate(f"structure.{check}()")]


def markup_errors(text: str) -> list[str]:
    parser = html5lib.HTMLParser()
    parser.parse(text)
    lines = text.splitlines()
    return [
        f"HTML line {line}: {code} {about}: {lines[line - 1].strip()[:200]}"
        for (line, _column), code, about in parser.errors
    ]


@pytest.mark.parametrize(("wanted", "role"), VISITS, ids=str)
def test_focus_is_seen_wherever_tab_leads(visit, wanted, role):
    page = visit(wanted, role)
    page.evaluate(STRUCTURE)
    page.evaluate("structure.rememberLooks()")
    found = []
    for _ in range(TABS):
        page.keyboard.press("Tab")
        stop = page.evaluate("structure.focused()")
        if stop is None:
            break
        found += stop["faults"]
    else:
        found.append("Tab never leaves the page")
    expect_none(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_tell_the_pages_apart(visitors, stage, language):
    """States of one page may share its title."""
    paths = defaultdict(set)
    for role in {page.roles[0] for page in PAGES}:
        with visitors.context(role, language) as context:
            for wanted in PAGES:
                if wanted.roles[0] == role and not wanted.state:
                    answer = context.request.get(stage.path(wanted.path, role))
                    title = TITLE.search(answer.text())[1]
                    paths[wanted.roles, title].add(wanted.path.partition("?")[0])
    assert {title: shared for title, shared in paths.items() if len(shared) > 1} == {}
