"""What scripts add to pages that work without them."""

import re

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from tests.mothers import PASSWORD

from .people import KeyboardPerson, Person

MARK = "document.getElementById('count').isTheSame = window.isTheSame = true"
IS_THE_SAME = "document.getElementById('count').isTheSame && window.isTheSame"


@pytest.fixture
def admin(person):
    return person(Role.ADMINISTRADOR)


@pytest.fixture
def tecnico(person):
    return person(Role.TECNICO)


@pytest.fixture
def cliente(person):
    return person(Role.CLIENTE)


@pytest.fixture
def anonymous(person):
    return person()


STOP_FORMS = "document.addEventListener('submit', (event) => event.preventDefault())"


def is_of_htmx(route) -> bool:
    return "hx-request" in route.request.headers


# What htmx swaps


def test_filtering_swaps_the_list_and_says_how_many_fit(admin):
    """A screen reader reads out what changes in an element, not a new element."""
    admin.go("/users/")
    admin.page.evaluate(MARK)
    admin.type("Name or email", admin.document["email"], role="searchbox")
    admin.press("button", "Search")
    admin.counts(1)
    assert admin.page.evaluate(IS_THE_SAME)
    expect(admin.page.locator("#count")).to_have_role("status")


SWAPS = [
    (Role.ADMINISTRADOR, "/users/", "button", "Search"),
    (Role.ADMINISTRADOR, "/users/", "link", "Email"),
    (Role.ADMINISTRADOR, "/users/", "link", "Next"),
    (Role.ADMINISTRADOR, "/users/?page=2", "link", "Previous"),
    (Role.ADMINISTRADOR, "/users/?q=pialara", "link", "Name or email: pialara…"),
    (Role.ADMINISTRADOR, "/users/?q=pialara", "link", "Clear all"),
    (Role.ADMINISTRADOR, "/audit/", "button", "Search"),
    (Role.TECNICO, "/clients/", "button", "Search"),
    (Role.CLIENTE, "/mflix/", "button", "Search"),
    (Role.CLIENTE, "/mflix/", "link", "By title"),
    (Role.CLIENTE, "/mflix/", "link", "Next"),
    (Role.CLIENTE, "/mflix/", "link", "Comedy…"),
    (Role.CLIENTE, "/mflix/?genre=Comedy", "link", "Genre: Comedy…"),
    (Role.CLIENTE, "/mflix/?q=zzyzx", "link", "Clear all"),
]


@pytest.mark.parametrize(("role", "path", "kind", "name"), SWAPS)
def test_focus_stays_on_the_page_when_the_list_is_swapped(person, role, path, kind, name):
    reader = person(role, KeyboardPerson, language="en")
    reader.go(path)
    reader.page.locator("#list").evaluate("(list) => { list.dataset.old = 'yes' }")
    reader.press(kind, name)
    expect(reader.page.locator("#list")).not_to_have_attribute("data-old", "yes")
    expect(reader.page.locator(":focus")).to_have_count(1)


def test_focus_stays_on_the_button_of_the_list_of_films(person):
    reader = person(Role.CLIENTE, KeyboardPerson)
    reader.go("/mflix/?q=casablanca")
    reader.press("button", "Add to my list…")
    expect(reader.the("button", "Remove from my list…")).to_be_focused()
    reader.key("Space")
    expect(reader.the("button", "Add to my list…")).to_be_focused()


def test_focus_stays_among_the_comments_when_they_are_paged(person, film):
    reader = person(None, KeyboardPerson)
    reader.go(f"/mflix/movies/{film}/")
    reader.press("link", "Older…")
    expect(reader.the("link", "Newest comments")).to_be_visible()
    expect(reader.page.locator(":focus")).to_have_count(1)
    reader.press("link", "Newest comments")
    expect(reader.the("link", "Newest comments")).to_have_count(0)
    expect(reader.page.locator(":focus")).to_have_count(1)


def test_back_shows_the_list_as_it_was(anonymous):
    anonymous.go("/mflix/")
    everything = anonymous.page.locator("#count").text_content()
    anonymous.press("link", "Comedy…")
    expect(anonymous.page.locator("#count")).not_to_have_text(everything)
    anonymous.page.go_back()
    anonymous.is_at("Films")
    expect(anonymous.page.locator("#count")).to_have_text(everything)
    expect(anonymous.page.get_by_role("main")).to_have_count(1)


def test_fields_that_are_empty_are_not_in_the_address(admin):
    admin.go("/users/")
    admin.type("Name or email", "pialara", role="searchbox")
    admin.press("button", "Search")
    expect(admin.page).to_have_url(re.compile(r"/users/\?q=pialara$"))


# What takes long


IS_BUSY = re.compile(r"\bis-busy\b")
BAR = "getComputedStyle(document.body, '::before').animationName !== 'none'"

# Nothing can be asked of a page that waits for the next one, so it keeps what it shows.
KEEP = f"""() => new MutationObserver(() => {{ if ({BAR}) sessionStorage.bar = "shown" }})
  .observe(document.body, {{ attributes: true }})"""


def test_filtering_that_takes_long_is_shown(anonymous):
    page, held = anonymous.page, []
    page.route("**/mflix/?*", lambda route: held.append(route))
    anonymous.go("/mflix/")
    with page.expect_request("**/mflix/?*"):
        anonymous.press("link", "Comedy…")
    expect(page.locator("body")).to_have_class(IS_BUSY)
    assert page.evaluate(BAR)
    for route in held:
        route.continue_()
    expect(page.locator("body")).not_to_have_class(IS_BUSY)


@pytest.fixture
def reader(admin):
    """An administrator who has asked for a report."""
    admin.go("/mflix/reports/")
    admin.page.evaluate(KEEP)
    admin.press("link", "See the report…")
    admin.page.wait_for_url("**/mflix/reports/*/")
    return admin


def test_report_that_takes_long_is_shown(reader):
    assert reader.page.evaluate("sessionStorage.bar") == "shown"
    assert not reader.page.evaluate(BAR)


def test_nothing_is_under_way_after_going_back(reader):
    reader.page.go_back()
    reader.is_at("Reports")
    assert not reader.page.evaluate(BAR)


def test_report_in_another_tab_leaves_this_page_usable(admin):
    admin.go("/mflix/reports/")
    with admin.page.context.expect_page():
        admin.the("link", "See the report…").click(modifiers=["Control"])
    expect(admin.page.locator("body")).not_to_have_class(IS_BUSY)


def test_report_that_is_asked_for_by_a_form_is_shown_to_be_under_way(admin):
    admin.go("/mflix/reports/directors/")
    admin.page.evaluate(KEEP)
    admin.press("button", "Show")
    expect(admin.page).to_have_url(re.compile(r"\?films="))
    assert admin.page.evaluate("sessionStorage.bar") == "shown"


# What goes wrong


@pytest.fixture
def unlucky(browser, site):
    """Somebody who may be answered wrong, of which their browser complains."""
    with browser.new_context(base_url=site.address, locale="es") as context:
        yield Person(context.new_page(), "es")


FAILURES = {
    "an error": lambda route: route.fulfill(status=500, body="oops"),
    "a broken connection": lambda route: route.abort(),
}


@pytest.fixture(params=FAILURES.values(), ids=FAILURES.keys())
def failing(request, unlucky):
    """The list of films, where what htmx asks for fails."""

    def answer(route):
        if "hx-request" in route.request.headers:
            request.param(route)
        else:
            route.continue_()

    unlucky.go("/mflix/")
    unlucky.page.evaluate("window.isTheSame = true")
    unlucky.page.route("**/mflix/**", answer)
    return unlucky


def is_loaded_at(person, address: str):
    """As a whole page, not by htmx."""
    expect(person.page).to_have_url(re.compile(rf"{re.escape(address)}$"))
    person.page.wait_for_function("!window.isTheSame")


def test_link_that_fails_is_loaded_as_a_page(failing):
    failing.press("link", "Comedy…")
    is_loaded_at(failing, "/mflix/?genre=Comedy")
    expect(
        failing.the("link", f"{failing.words('Genre')}: {failing.words('Comedy')}…")
    ).to_be_visible()


def test_search_that_fails_is_loaded_as_a_page(failing):
    failing.type("Title, actors or story", "shawshank", role="searchbox")
    failing.press("button", "Search")
    is_loaded_at(failing, "/mflix/?q=shawshank")
    failing.counts(1)


def test_film_is_listed_also_when_htmx_fails(unlucky, store, mongodb):
    client = store(Role.CLIENTE)
    reader = Person(unlucky.page, "es", client)
    reader.log_in()
    reader.go("/mflix/?q=shawshank")
    reader.page.route(
        "**/watch/", lambda route: route.abort() if is_of_htmx(route) else route.continue_()
    )
    reader.press("button", "Add to my list…")
    expect(reader.the("button", "Remove from my list…")).to_be_visible()
    assert mongodb.pialara.users.find_one({"_id": client["_id"]})["watchlist"]


# Many rows at once


def test_bar_says_how_many_are_chosen(admin, store):
    for name in ("uno", "dos", "tres"):
        store(Role.CLIENTE, nombre=f"{name} Barra")
    admin.go("/users/?q=Barra")
    chosen = admin.words("{n} selected")
    admin.is_told(chosen.format(n=0))
    admin.tick("Select %(name)s", name="uno Barra")
    admin.is_told("1 selected")
    admin.tick("All on this page")
    admin.is_told(chosen.format(n=3))
    admin.the("checkbox", "All on this page").uncheck()
    admin.is_told(chosen.format(n=0))


# Forms


@pytest.fixture
def asked(tecnico):
    """What the browser asked before leaving a page; the answer is always to stay."""
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    tecnico.page.on("dialog", stay)
    return asked


def test_leaving_typed_text_is_asked_about(tecnico, asked):
    tecnico.go("/clients/create/")
    tecnico.type("Name", "Ana")
    tecnico.press("link", "Cancel")
    assert asked == ["beforeunload"]
    expect(tecnico.the("textbox", "Name")).to_have_value("Ana")


def test_leaving_an_untouched_form_is_not_asked_about(tecnico, asked):
    tecnico.go("/clients/create/")
    tecnico.the("textbox", "Name").click()
    tecnico.press("link", "Cancel")
    tecnico.is_at("My clients")
    assert asked == []


def test_sending_a_form_is_not_asked_about(tecnico, asked):
    tecnico.go("/clients/create/")
    tecnico.type("Name", "Ana")
    tecnico.press("button", "Save")
    expect(tecnico.page.get_by_role("alert")).to_be_visible()
    assert asked == []


def test_double_click_sends_a_form_once(tecnico, mongodb):
    sent = []
    tecnico.page.on("request", lambda request: request.method == "POST" and sent.append(request))
    tecnico.go("/clients/create/")
    tecnico.type("Name", "Ana Doble")
    tecnico.type("Email", "ana.doble@example.org")
    tecnico.the("button", "Save").dblclick()
    tecnico.is_at("Ana Doble")
    assert len(sent) == 1
    assert mongodb.pialara.users.count_documents({"email": "ana.doble@example.org"}) == 1


def test_double_click_publishes_a_comment_once(cliente, mongodb, film):
    text = f"Once, by {cliente.document['email']}"
    cliente.go(f"/mflix/movies/{film}/")
    cliente.type("Your comment", text)
    cliente.the("button", "Publish").dblclick()
    cliente.is_told("Your comment is published.")
    assert mongodb.sample_mflix.comments.count_documents({"text": text}) == 1


FORMS = [
    (None, "/login/", "Log in"),
    (None, "/password/reset/", "Send me the link"),
    (Role.CLIENTE, "/profile/contacts/create/", "Save"),
    (Role.CLIENTE, "/profile/password/", "Save"),
    (Role.TECNICO, "/clients/create/", "Save"),
    (Role.ADMINISTRADOR, "/users/create/", "Save"),
]


@pytest.mark.parametrize(("role", "path", "send"), FORMS)
def test_summary_of_errors_takes_the_focus_and_leads_to_the_fields(person, role, path, send):
    somebody = person(role)
    somebody.go(path)
    somebody.the("button", send).and_(somebody.page.locator("main button")).click()
    summary = somebody.page.get_by_role("alert")
    expect(summary).to_be_focused()
    for link in summary.get_by_role("link").all():
        link.click()
        label, _colon, _error = link.text_content().partition(": ")
        field = somebody.the("textbox", label)
        expect(field).to_be_focused()
        expect(field).to_be_in_viewport()


def test_typed_password_can_be_looked_at(anonymous):
    anonymous.go("/login/")
    password, show = anonymous.the("textbox", "Password"), anonymous.the("button", "Show…")
    anonymous.type("Password", PASSWORD)
    expect(password).to_have_attribute("type", "password")
    show.click()
    expect(password).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    show.click()
    expect(password).to_have_attribute("type", "password")


def test_leaving_a_form_with_errors_is_asked_about(tecnico, asked):
    tecnico.go("/clients/create/")
    tecnico.type("Name", "Ana")
    tecnico.press("button", "Save")
    expect(tecnico.page.get_by_role("alert")).to_be_visible()
    tecnico.press("link", "Cancel")
    assert asked == ["beforeunload"]


def test_sending_another_form_is_asked_about_and_leaves_the_page_usable(tecnico, asked):
    tecnico.go("/clients/create/")
    tecnico.type("Name", "Ana")
    tecnico.page.get_by_role("button", name="English").click()
    assert asked == ["beforeunload"]
    expect(tecnico.page.locator("body")).not_to_have_class(IS_BUSY)


def test_answer_that_does_not_come_gives_the_form_back(tecnico, asked):
    page = tecnico.page
    page.clock.install()
    tecnico.go("/clients/create/")
    tecnico.type("Name", "Ana")
    page.evaluate(STOP_FORMS)
    tecnico.press("button", "Save")
    expect(page.locator("body")).to_have_class(IS_BUSY)
    page.clock.fast_forward(10_000)
    expect(page.locator("body")).not_to_have_class(IS_BUSY)
    tecnico.press("link", "Cancel")
    assert asked == ["beforeunload"]


def test_leaving_half_a_comment_is_asked_about(tecnico, asked, film):
    tecnico.go(f"/mflix/movies/{film}/")
    tecnico.type("Your comment", "Half a com")
    tecnico.press("link", "PIA Lara")
    expect(tecnico.the("textbox", "Your comment")).to_have_value("Half a com")
    assert asked == ["beforeunload"]


def test_shown_password_is_hidden_when_it_is_sent(anonymous):
    page = anonymous.page
    anonymous.go("/login/")
    anonymous.type("Password", "secret")
    anonymous.press("button", "Show…")
    page.evaluate(STOP_FORMS)
    anonymous.the("button", "Log in").and_(page.locator("main button")).click()
    expect(anonymous.the("textbox", "Password")).to_have_attribute("type", "password")


def test_language_is_changed_where_htmx_has_led(anonymous):
    anonymous.go("/mflix/")
    anonymous.press("link", "Comedy…")
    expect(anonymous.page).to_have_url(re.compile("genre=Comedy$"))
    anonymous.page.get_by_role("button", name="English").click()
    expect(anonymous.page.locator("html")).to_have_attribute("lang", "en")
    expect(anonymous.page).to_have_url(re.compile("genre=Comedy$"))


def test_browser_keeps_no_copy_of_a_list(tecnico, store):
    store(Role.CLIENTE, parent=tecnico.document["email"], nombre="Zoe Secreta")
    tecnico.go("/clients/")
    tecnico.sees("Zoe Secreta")
    tecnico.type("Name", "Zoe", role="searchbox")
    tecnico.press("button", "Search")
    expect(tecnico.page).to_have_url(re.compile("q=Zoe"))
    kept = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
    assert "Zoe Secreta" not in tecnico.page.evaluate(kept)


# Films


def test_poster_that_does_not_load_leaves_its_place(anonymous):
    anonymous.page.route("**/no-picture.png", lambda route: route.fulfill(body="no picture"))
    anonymous.go("/mflix/?q=casablanca")
    link = anonymous.the("link", "Casablanca")
    place = link.locator("span").first
    place.evaluate("(e) => { e.innerHTML = '<img src=/no-picture.png alt=Casablanca>' }")
    expect(place.locator("img")).to_have_count(0)
    expect(place).to_be_visible()


HERE = {"latitude": 40.4168, "longitude": -3.7038}


def test_theaters_near_me_are_found(person):
    somebody = person(options={"geolocation": HERE, "permissions": ["geolocation"]})
    somebody.go("/mflix/theaters/")
    somebody.press("button", "Use my location")
    expect(somebody.the("columnheader", "Distance")).to_be_visible()
    expect(somebody.page.get_by_role("row").nth(1)).to_contain_text("Madrid")
    assert "lat=40.417" in somebody.page.url  # nobody's exact place is in the address


def test_who_keeps_their_place_to_themselves_is_told_what_to_do(person):
    somebody = person(options={"permissions": []})
    somebody.go("/mflix/theaters/")
    somebody.press("button", "Use my location")
    somebody.is_told(
        "Your browser can't tell where you are. Type the coordinates, a city or a postcode."
    )


# Times


@pytest.fixture
def moment(cliente):
    """When the client was here last, as their page shows it: ("just now", the exact time)."""
    cliente.go("/profile/")
    time = cliente.page.get_by_role("main").get_by_role("time")
    exact = time.get_by_text(re.compile(r"\d{4}"))
    expect(exact).to_be_hidden()
    return time, exact


def test_exact_time_shows_under_the_mouse(moment):
    time, exact = moment
    time.hover()
    expect(exact).to_be_visible()


def test_exact_time_shows_with_the_focus(moment):
    time, exact = moment
    time.focus()
    expect(exact).to_be_visible()


def test_escape_hides_the_exact_time(moment):
    time, exact = moment
    time.focus()
    expect(exact).to_be_visible()
    time.page.keyboard.press("Escape")
    expect(exact).to_be_hidden()
