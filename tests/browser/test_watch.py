"""That the checks find what they look for."""

import pytest

from .test_structure import STRUCTURE, markup_errors, said
from .watch import listen

BIG = "width:60px;height:60px;display:block"
OUTLINE = [
    ("<h1>a</h1><main><p aria-describedby='gone'></p></main>", 'aria-describedby="gone"'),
    ("<h1>a</h1><main><p id='twin'></p><p id='twin'></p></main>", "#twin is there more than once"),
    ("<main><h1>a</h1><input type='radio' name='r'><input type='radio' name='r'></main>", "group"),
    ("<main><h1>a</h1><h3>b</h3></main>", "more than one below"),
    ("<main><h1>a</h1><h1>b</h1></main>", "2 h1"),
    ("<h1>a</h1>", "0 main"),
]


@pytest.fixture
def show(browser):
    """`show(body)` is a phone's page of this HTML."""
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()

        def show(body):
            page.set_content(body)
            page.evaluate(STRUCTURE)
            return page

        yield show


@pytest.mark.parametrize(("body", "fault"), OUTLINE)
def test_bad_outline_is_found(show, body, fault):
    page = show(body)
    [found] = page.evaluate("structure.outline()")
    assert fault in found


def test_small_target_is_found(show):
    page = show(f"<button style='{BIG}'>a</button><button id='small'>b</button>")
    [found] = said(page, "", "smallTargets")
    assert "button#small" in found


def test_link_in_a_sentence_is_no_small_target(show):
    page = show("<p>See <a href='/'>there</a>.</p>")
    assert said(page, "", "smallTargets") == []


def test_what_sticks_out_is_found(show):
    page = show("<div id='wide' style='width:500px'>a</div>")
    assert "div#wide" in said(page, "", "sticksOut")[-1]


def test_what_scrolls_in_its_own_box_does_not_stick_out(show):
    page = show("<div style='overflow-x:auto'><p style='width:500px'>a</p></div>")
    assert said(page, "", "sticksOut") == []


def test_focus_that_cannot_be_seen_is_found(show):
    page = show(
        "<style>#hidden { outline: 0 }</style><button>a</button><a id='hidden' href='/'>b</a>"
    )
    page.evaluate("structure.rememberLooks()")
    page.keyboard.press("Tab")
    assert page.evaluate("structure.focused()") == []
    page.keyboard.press("Tab")
    assert "looks the same" in page.evaluate("structure.focused()")[0]


def test_bad_markup_is_found():
    assert "line 1" in markup_errors("<!doctype html><p><div></p></div>")[0]


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("document.body.setAttribute('style', 'color: red')", "Content Security Policy"),
        ("console.log('hello')", "console: hello"),
        ("setTimeout(() => { throw new Error('oops') })", "error: oops"),
        ("fetch('/not/there/')", "404: "),
    ],
)
def test_watch_hears_what_is_wrong(visitors, script, fault):
    heard = []
    with visitors.context("anonymous", "es") as context:
        page = context.new_page()
        listen(page, heard, visitors.site.address)
        page.goto("/")
        page.evaluate(f"() => {{ {script} }}")
        page.wait_for_load_state("networkidle")
    assert any(fault in each for each in heard), heard
