"""What holds for everybody who has only a keyboard; test_tasks.py does all tasks with one."""

import re
from string import ascii_lowercase, digits

import pytest
from playwright.sync_api import expect

from accounts.roles import Role

from .people import KeyboardPerson

ROLES = (None, *Role)

STATE = "() => [location.href, document.activeElement.outerHTML, document.body.innerHTML]"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ["/", "/mflix/", "/display/"])
def test_skip_link_comes_first_and_leads_past_the_menu(person, role, path):
    reader = person(role, KeyboardPerson)
    reader.go(path)
    reader.key("Tab")
    expect(reader.the("link", "Skip to the content")).to_be_focused()
    reader.key("Enter", "Tab")
    expect(reader.page.get_by_role("main").locator(":focus")).to_have_count(1)


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (None, "/"),
        (None, "/mflix/"),
        (None, "/mflix/theaters/"),
        (Role.CLIENTE, "/"),
        (Role.CLIENTE, "/profile/preferences/"),
        (Role.TECNICO, "/clients/"),
        (Role.ADMINISTRADOR, "/users/"),
        (Role.ADMINISTRADOR, "/users/create/"),
    ],
)
def test_single_keys_do_nothing(person, role, path):
    """They would be pressed by mistake, and speech input types them."""
    typist = person(role, KeyboardPerson)
    typist.go(path)
    before = typist.page.evaluate(STATE)
    typist.key(*ascii_lowercase, *digits, *"/?.,-+*")
    assert typist.page.evaluate(STATE) == before


def test_shift_tab_leads_back(person):
    reader = person(None, KeyboardPerson)
    reader.go("/login/")
    reader.tab_to(reader.the("textbox", "Password"))
    reader.tab_to(reader.the("textbox", "Email"), back=True)


def test_enter_in_a_field_sends_the_form(person):
    reader = person(None, KeyboardPerson)
    reader.go("/mflix/")
    reader.type("Title, actors or story", "shawshank", role="searchbox")
    reader.key("Enter")
    reader.counts(1)


def test_escape_closes_the_drawer_of_filters_on_a_phone(person):
    reader = person(None, KeyboardPerson, options={"viewport": {"width": 390, "height": 844}})
    reader.go("/mflix/")
    reader.press("button", "Filters")
    reader.tab_to(reader.the("link", "Comedy…"))
    reader.key("Escape")
    expect(reader.the("link", "Comedy…")).to_be_hidden()
    expect(reader.the("button", "Filters")).to_be_focused()


def test_drawer_closes_when_the_focus_leaves_it(person):
    reader = person(None, KeyboardPerson, options={"viewport": {"width": 390, "height": 844}})
    reader.go("/mflix/")
    reader.press("button", "Filters")
    reader.tab_to(reader.the("link", "By title"))  # which says if the focus is ever covered
    expect(reader.the("button", "Close the filters")).to_be_hidden()


def test_drawer_that_htmx_brought_closes_too(person):
    reader = person(None, KeyboardPerson, options={"viewport": {"width": 390, "height": 844}})
    reader.go("/mflix/")
    reader.press("button", "Filters")
    reader.press("link", "Comedy…")
    expect(reader.page).to_have_url(re.compile("genre=Comedy$"))
    reader.press("button", "Filters")
    reader.tab_to(reader.the("link", "By title"))
    expect(reader.the("button", "Close the filters")).to_be_hidden()
