"""Colours, text size and simple mode: kept on the device, and in the profile."""

import pytest
from django.test import RequestFactory

from conftest import logged_in
from pialara_site.display import COOKIE, Display, of_device
from tests.mothers import a_client, a_technician, document_of

CHOSEN = {"theme": "dark", "font_size": "150"}


def start_tag(response) -> str:
    """The html element of a page, whose attributes are the display."""
    page = response.content.decode()
    return page[page.index("<html") : page.index("<head>")]


def test_display_is_that_of_the_device_until_somebody_chooses(anonymous):
    assert 'class="text-100">' in start_tag(anonymous.get("/"))


def test_device_keeps_what_is_chosen_without_a_login(anonymous):
    response = anonymous.post("/display/", CHOSEN)
    assert response.headers["Location"] == "/display/"
    assert 'class="text-150" data-theme="dark"' in start_tag(anonymous.get("/login/"))


def test_error_pages_look_as_the_device_keeps_it(anonymous):
    anonymous.post("/display/", CHOSEN)
    assert 'class="text-150" data-theme="dark"' in start_tag(anonymous.get("/nothing/"))


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_profile_keeps_what_is_chosen_logged_in(request, role):
    browser = request.getfixturevalue(role)
    browser.post("/display/", CHOSEN)
    preferences = document_of(browser.user)["preferences"]
    assert (preferences["theme"], preferences["font_size"]) == ("dark", "150")


def test_profile_wins_over_the_device():
    browser = logged_in(a_client(preferences={"theme": "light", "font_size": "100"}))
    browser.cookies[COOKIE] = "dark.200."
    assert 'class="text-100" data-theme="light"' in start_tag(browser.get("/"))


def test_login_takes_nothing_from_who_chose_it_on_the_device(anonymous):
    anonymous.post("/display/", {**CHOSEN, "font_size": "200"})
    a_client(email="eva@x.example", password="right-horse")
    anonymous.post("/login/", {"email": "eva@x.example", "password": "right-horse"})
    assert 'class="text-200" data-theme="dark"' in start_tag(anonymous.get("/"))


def test_simple_mode_ends_with_the_role_that_has_it():
    browser = logged_in(a_technician(preferences={"simple": True}))
    assert "is-simple" not in start_tag(browser.get("/"))


def test_login_brings_the_display_of_the_profile_to_the_device(anonymous):
    a_client(email="eva@x.example", password="right-horse", preferences=CHOSEN)
    response = anonymous.post("/login/", {"email": "eva@x.example", "password": "right-horse"})
    assert response.cookies[COOKIE].value == "dark.150."


def test_high_contrast_is_dark_and_more(anonymous):
    anonymous.post("/display/", {**CHOSEN, "theme": "contrast"})
    assert 'data-theme="dark" data-contrast="more"' in start_tag(anonymous.get("/"))


def test_client_may_choose_simple_mode(cliente):
    cliente.post("/display/", {**CHOSEN, "simple": "on"})
    assert 'class="text-150 is-simple"' in start_tag(cliente.get("/"))


@pytest.mark.parametrize("role", ["anonymous", "tecnico", "admin"])
def test_simple_mode_is_for_clients(request, role):
    browser = request.getfixturevalue(role)
    assert "simple" not in browser.get("/display/").context["form"].fields


def test_unknown_choice_is_a_sentence_and_changes_nothing(anonymous):
    response = anonymous.post("/display/", {"theme": "plaid", "font_size": "150"})
    assert set(response.context["form"].errors) == {"theme"}
    assert COOKIE not in response.cookies


@pytest.mark.parametrize("cookie", ["", "dark", "a.b.c.d", "plaid.9000.yes", "<script>.."])
def test_cookie_that_makes_no_sense_is_as_none(cookie):
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = cookie
    assert of_device(request) == Display()


@pytest.mark.parametrize("stored", [{"theme": 7, "font_size": [], "simple": "yes"}, {}])
def test_preferences_that_make_no_sense_are_as_none(stored):
    assert Display.read(stored) == Display()
