"""That the checks find what they look for."""

import pytest

from .people import KeyboardPerson
from .test_structure import markup_errors, said
from .watch import STRUCTURE, listen

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


BAD_FOCUS = [
    ("<style>#b { outline: 0 }</style><a id='b' href='/'>b</a>", "looks the same"),
    (
        "<style>:focus { outline: 0 } * { box-shadow: 0 0 9px }</style><p><a href='/'>b</a></p>",
        "looks the same",
    ),
    (
        "<style>#b { outline: 0; color: red } #b:focus { color: blue }</style>"
        "<a id='b' href='/'>b</a>",
        "looks the same",
    ),
    ("<a href='/' style='opacity:0'>b</a>", "not shown"),
    ("<a href='/' style='position:fixed;left:-9rem'>b</a>", "out of sight"),
    ("<a href='/'>b</a><p style='position:fixed;inset:0;background:white'>c</p>", "covered"),
]


@pytest.mark.parametrize(("body", "fault"), BAD_FOCUS)
def test_focus_that_cannot_be_seen_is_found(show, body, fault):
    page = show(body)
    page.evaluate("structure.rememberLooks()")
    page.keyboard.press("Tab")
    assert any(fault in each for each in page.evaluate("structure.focused()")["faults"])


@pytest.mark.parametrize(
    "body",
    [
        "<button>a</button>",
        "<style>:focus { outline: 0; box-shadow: 0 0 9px red }</style><button>a</button>",
        "<style>input { opacity: 0 } :focus-within { outline: 2px solid }</style>"
        "<label><input type='checkbox'> a</label>",
    ],
)
def test_focus_that_is_seen_is_no_fault(show, body):
    page = show(body)
    page.evaluate("structure.rememberLooks()")
    page.keyboard.press("Tab")
    assert page.evaluate("structure.focused()")["faults"] == []


@pytest.mark.parametrize(("body", "fault"), BAD_FOCUS)
def test_who_has_a_keyboard_stops_where_the_focus_is_not_seen(show, body, fault):
    reader = KeyboardPerson(show(body), "en")
    with pytest.raises(AssertionError, match=fault):
        reader.press("link", "b")


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
