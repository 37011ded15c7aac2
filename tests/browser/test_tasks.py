"""What each role comes for, done three ways: by keyboard, with a mouse, and without scripts.

What people do with their own account is in test_accounts.py.
"""

from itertools import count

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from tests.mothers import PASSWORD

from .visitors import picture

numbers = count(1)


@pytest.fixture
def somebody(person, way):
    return person(**way)


@pytest.fixture
def admin(person, way):
    return person(Role.ADMINISTRADOR, **way)


@pytest.fixture
def tecnico(person, way):
    return person(Role.TECNICO, **way)


@pytest.fixture
def cliente(person, way):
    return person(Role.CLIENTE, **way)


@pytest.fixture
def group(store):
    """`group(role, n)` is a name that only `n` new users of that role share."""

    def group(role, n, **fields):
        shared = f"Quintanilla{next(numbers)}z"
        for letter in "abcdefghijklmnopqrstuvwxyz"[:n]:
            store(role, nombre=f"{letter} {shared}", **fields)
        return shared

    return group


def search_users(admin, words: str):
    admin.press("link", "Users")
    admin.is_at("Users")
    admin.type("Name or email", words, role="searchbox")
    admin.press("button", "Search")


# Everybody's


@pytest.mark.parametrize("role", Role)
def test_log_in_and_out(somebody, store, role):
    document = store(role)
    somebody.go("/")
    somebody.press("link", "Log in")
    somebody.is_at("Log in")
    somebody.type("Email", document["email"])
    somebody.type("Password", PASSWORD)
    somebody.press("button", "Log in")
    somebody.is_at("Hello, %(name)s", name=document["nombre"])
    somebody.press("button", "Log out")
    expect(somebody.the("link", "Log in")).to_be_visible()


EVERYBODY = (None, *Role)


@pytest.mark.parametrize("role", EVERYBODY)
def test_change_the_language(person, way, role):
    somebody = person(role, **way)
    somebody.go("/mflix/theaters/")
    somebody.is_at("Cinemas")
    somebody.language = "en"
    somebody.press("button", "English")
    somebody.is_at("Cinemas")
    somebody.language = "es"
    somebody.press("button", "Español")
    somebody.is_at("Cinemas")


def test_make_the_text_larger_and_the_page_dark(somebody):
    somebody.go("/")
    somebody.press("link", "Text size and colours")
    somebody.is_at("Text size and colours")
    somebody.choose("Colours", "Dark")
    somebody.choose("Text size", "Double")
    somebody.press("button", "Save")
    somebody.is_told("Your preferences are saved.")
    expect(somebody.page.locator("html")).to_have_css("font-size", "32px")
    expect(somebody.page.locator("html")).to_have_css("color-scheme", "dark")


# Administrators'


def test_administrator_creates_a_user(admin, store):
    store(Role.TECNICO, nombre=f"Technician {next(numbers)}")
    name = f"New person {next(numbers)}"
    admin.press("link", "Users")
    admin.is_at("Users")
    admin.press("link", "Add a user")
    admin.is_at("Add a user")
    admin.type("Name", name)
    admin.type("Email", f"{name.replace(' ', '.')}@example.org")
    admin.type("Password", "una casa con patio")
    admin.pick("Role", "Technician")
    admin.press("button", "Save")
    admin.is_told("%(name)s has been added.", name=name)
    admin.is_at(name)


def test_administrator_finds_a_user_by_the_filters(admin, group, store):
    shared = group(Role.CLIENTE, 2)
    store(Role.TECNICO, nombre=f"d {shared}")
    store(Role.CLIENTE, nombre=f"e {shared}", estado="suspendido")
    search_users(admin, shared)
    admin.counts(4)
    admin.press("summary", "More filters")
    admin.pick("Role", "Client")
    admin.pick("State", "Suspended")
    admin.press("button", "Search")
    admin.counts(1)
    admin.sees(f"e {shared}")


def test_administrator_takes_a_filter_away(admin, group, store):
    shared = group(Role.CLIENTE, 2)
    store(Role.TECNICO, nombre=f"c {shared}")
    admin.go(f"/users/?q={shared}&rol=Cliente")
    admin.counts(2)
    admin.press("link", f"{admin.words('Role')}: {admin.words('Client')}…")
    admin.counts(3)


def test_administrator_sorts_and_pages_users(admin, group):
    shared = group(Role.CLIENTE, 26)
    search_users(admin, shared)
    admin.counts(26)
    admin.press("link", "Name")
    admin.sees(f"z {shared}")
    admin.press("link", "Next")
    admin.sees(f"a {shared}")
    admin.does_not_see(f"z {shared}")
    admin.press("link", "Previous")
    admin.sees(f"z {shared}")


def test_administrator_edits_a_user(admin, group):
    shared = group(Role.CLIENTE, 1)
    search_users(admin, shared)
    admin.counts(1)
    admin.press("link", f"a {shared}…")
    admin.is_at(f"a {shared}")
    admin.press("link", "Edit")
    admin.is_at("Edit %(name)s", name=f"a {shared}")
    admin.type("Name", f"Renamed {shared}")
    admin.pick("State", "Inactive")
    admin.press("button", "Save")
    admin.is_told("The changes are saved.")
    admin.is_at(f"Renamed {shared}")


def test_administrator_suspends_several_users(admin, group):
    shared = group(Role.CLIENTE, 3)
    search_users(admin, shared)
    admin.counts(3)
    admin.tick("Select %(name)s", name=f"a {shared}")
    admin.tick("Select %(name)s", name=f"c {shared}")
    admin.press("button", "Suspend")
    admin.is_at("Suspend")
    admin.sees("%(n)s user will be suspended and will no longer be able to log in.", n=2)
    admin.press("button", "Suspend")
    admin.is_at("%(n)s user was changed", n=2)
    admin.press("link", "Back to the users")
    admin.counts(3)
    expect(admin.page.get_by_role("row", name=admin.words("Suspended"))).to_have_count(2)


def test_administrator_gives_clients_to_a_technician(admin, group, store):
    technician = store(Role.TECNICO, nombre=f"Taker {next(numbers)}")
    shared = group(Role.CLIENTE, 2)
    search_users(admin, shared)
    admin.counts(2)
    admin.tick("Select %(name)s", name=f"a {shared}")
    admin.tick("Select %(name)s", name=f"b {shared}")
    admin.press("button", "Assign to a technician")
    admin.is_at("Assign to a technician")
    admin.pick("Technician", technician["email"])
    admin.press("button", "Assign to a technician")
    admin.is_at("%(n)s user was changed", n=2)
    admin.press("link", "Back to the users")
    admin.counts(2)
    expect(admin.page.get_by_role("row", name=technician["nombre"])).to_have_count(2)


def test_administrator_deletes_a_user(admin, group):
    shared = group(Role.CLIENTE, 1)
    search_users(admin, shared)
    admin.counts(1)
    admin.press("link", f"a {shared}…")
    admin.is_at(f"a {shared}")
    admin.press("link", "Delete")
    admin.is_at("Delete %(name)s?", name=f"a {shared}")
    admin.press("button", "Delete")
    admin.is_told("%(name)s has been deleted.", name=f"a {shared}")
    search_users(admin, shared)
    admin.counts(0)


def test_administrator_takes_the_found_users_along(admin, group):
    shared = group(Role.CLIENTE, 2)
    search_users(admin, shared)
    admin.counts(2)
    with admin.page.expect_download() as download:
        admin.press("link", "Download as a table")
    table = download.value.path().read_text()
    assert [line.count(shared) for line in table.splitlines()] == [0, 1, 1]


def test_administrator_deletes_somebody_elses_comment(admin, film):
    admin.go(f"/mflix/movies/{film}/")
    admin.press("link", "Delete…")
    admin.is_at("Delete the comment of %(name)s?", name="Eva")
    admin.press("button", "Delete")
    admin.is_told("The comment has been deleted.")


def test_administrator_reads_who_did_what(admin, store):
    person = store(Role.CLIENTE)
    admin.go(f"/users/{person['_id']}/edit/")
    admin.type("Name", "Somebody renamed")
    admin.press("button", "Save")
    admin.is_told("The changes are saved.")
    admin.press("link", "Audit log")
    admin.is_at("Audit log")
    admin.type("Who did it (email)", admin.document["email"], role="searchbox")
    admin.press("button", "Search")
    admin.counts(1)
    admin.sees("Somebody renamed")


# Technicians'


def add_contact(person, name: str):
    person.press("link", "Add a contact")
    person.is_at("Add a contact")
    person.type("Name", name)
    person.type("Relation", "hermana")
    person.type("Telephone", "600 000 000")
    person.press("button", "Save")
    person.is_told("The contact has been added.")


CONTACTS = [{"nombre": "Eva Luna", "telefono": "600 000 000"}, {"nombre": "Teo Sol"}]


def edit_and_remove_contacts(person, edited="Eva Luna", removed="Teo Sol"):
    person.press("link", f"{person.words('Edit')} {edited}")
    person.is_at("Edit the contact")
    person.type("Telephone", "611 111 111")
    person.press("button", "Save")
    person.is_told("The contact is saved.")
    person.sees("611 111 111")
    person.press("link", f"{person.words('Remove')} {removed}")
    person.is_at("Remove %(name)s from the contacts?", name=removed)
    person.press("button", "Remove")
    person.is_told("The contact has been removed.")
    person.sees(edited)
    person.does_not_see(removed)


def test_technician_adds_a_client_with_two_contacts(tecnico):
    name = f"Client {next(numbers)}"
    tecnico.press("link", "Clients")
    tecnico.is_at("My clients")
    tecnico.press("link", "Add a client")
    tecnico.is_at("Add a client")
    tecnico.type("Name", name)
    tecnico.type("Email", f"{name.replace(' ', '.')}@example.org")
    tecnico.pick("Sex", "Woman")
    tecnico.type("Date of birth", "1980-05-05")
    tecnico.type("Condition", "Dislalia")
    tecnico.press("button", "Save")
    tecnico.is_at(name)
    tecnico.sees("1980")
    add_contact(tecnico, "Eva Luna")
    add_contact(tecnico, "Teo Sol")
    tecnico.sees("Eva Luna")
    tecnico.sees("Teo Sol")


def test_technician_edits_a_client(tecnico, store):
    client = store(Role.CLIENTE, parent=tecnico.document["email"])
    tecnico.press("link", "Clients")
    tecnico.is_at("My clients")
    tecnico.press("link", f"{client['nombre']}…")
    tecnico.is_at(client["nombre"])
    tecnico.press("link", "Edit")
    tecnico.is_at("Edit %(name)s", name=client["nombre"])
    tecnico.type("Condition", "Disfemia")
    tecnico.press("button", "Save")
    tecnico.is_told("The changes are saved.")
    tecnico.sees("Disfemia")


def test_technician_edits_and_removes_a_contact(tecnico, store):
    client = store(Role.CLIENTE, parent=tecnico.document["email"], contactos=CONTACTS)
    tecnico.go(f"/clients/{client['_id']}/")
    edit_and_remove_contacts(tecnico)


def test_technician_deletes_a_client(tecnico, store):
    client = store(Role.CLIENTE, parent=tecnico.document["email"])
    tecnico.go(f"/clients/{client['_id']}/")
    tecnico.press("link", "Delete")
    tecnico.is_at("Delete %(name)s?", name=client["nombre"])
    tecnico.press("button", "Delete")
    tecnico.is_told("%(name)s has been deleted.", name=client["nombre"])
    tecnico.counts(0)


# A client's own


def test_client_edits_their_own_data(cliente):
    cliente.press("link", "Profile")
    cliente.is_at("My data")
    cliente.press("link", "Edit my data")
    cliente.is_at("Edit my data")
    cliente.type("Name", "Alma Nueva")
    cliente.type("Date of birth", "1990-07-07")
    cliente.press("button", "Save")
    cliente.is_told("Your data is saved.")
    cliente.sees("Alma Nueva")
    cliente.sees("1990")


def test_client_adds_a_contact(cliente):
    cliente.press("link", "My page")
    cliente.is_at("My page")
    add_contact(cliente, "Eva Luna")
    cliente.sees("Eva Luna")


def test_client_edits_and_removes_a_contact(person, way):
    cliente = person(Role.CLIENTE, **way, contactos=CONTACTS)
    cliente.go("/me/")
    edit_and_remove_contacts(cliente)


def test_client_changes_preferences(cliente):
    cliente.press("link", "Profile")
    cliente.is_at("My data")
    cliente.press("link", "Preferences")
    cliente.is_at("My preferences")
    cliente.choose("Language", "English")
    cliente.choose("Text size", "Larger")
    cliente.tick("Simple mode")
    cliente.press("button", "Save")
    cliente.language = "en"
    cliente.is_told("Your preferences are saved.")
    expect(cliente.page.locator("html")).to_have_css("font-size", "24px")


def test_client_logs_out_elsewhere(cliente, person):
    elsewhere = person()
    elsewhere.document = cliente.document
    elsewhere.log_in()
    cliente.press("link", "Profile")
    cliente.is_at("My data")
    cliente.press("link", "Sessions")
    cliente.is_at("Where I am logged in")
    cliente.press("button", "End that session…")
    cliente.is_told("That session has ended.")
    elsewhere.go("/me/")
    elsewhere.is_at("Log in")


# Films


@pytest.mark.parametrize("role", EVERYBODY)
def test_filter_films_by_a_facet(person, way, role):
    somebody = person(role, **way)
    somebody.go("/mflix/")
    facet = somebody.the("link", "Comedy…").text_content()
    somebody.press("link", "Comedy…")
    chosen = f"{somebody.words('Genre')}: {somebody.words('Comedy')}…"
    expect(somebody.the("link", chosen)).to_be_visible()
    somebody.counts(int(facet.split()[-1]))


def test_search_films_by_words(somebody):
    somebody.go("/")
    somebody.press("link", "Films")
    somebody.is_at("Films")
    somebody.type("Title, actors or story", "shawshank", role="searchbox")
    somebody.press("button", "Search")
    somebody.counts(1)
    somebody.press("link", "The Shawshank Redemption")
    somebody.is_at("The Shawshank Redemption")


def test_sort_and_page_films(somebody):
    somebody.go("/mflix/")
    somebody.press("link", "By title")
    first = somebody.page.get_by_role("list").get_by_role("link", name="12 Angry Men")
    expect(first.first).to_be_visible()
    somebody.press("link", "Next")
    expect(first).to_have_count(0)
    somebody.press("link", "Previous")
    expect(first.first).to_be_visible()


@pytest.mark.parametrize("role", Role)
def test_write_edit_and_delete_a_comment_with_an_image(person, way, role):
    author = person(role, **way)
    name, text = author.document["nombre"], f"Comment {next(numbers)}"
    author.go("/mflix/?q=casablanca")
    author.press("link", "Casablanca")
    author.is_at("Casablanca")
    author.type("Your comment", text)
    author.attach("Image", {"name": "a.png", "mimeType": "image/png", "buffer": picture()})
    author.press("button", "Publish")
    author.is_told("Your comment is published.")
    author.sees(text)
    expect(author.the("link", "Image by %(name)s, in full size", name=name)).to_be_visible()
    author.press("link", "Edit…")
    author.is_at("Edit my comment")
    author.type("Your comment", f"{text}, edited")
    author.press("button", "Save")
    author.is_told("Your comment is saved.")
    author.sees(f"{text}, edited")
    author.press("link", "Delete…")
    author.is_at("Delete your comment?")
    author.press("button", "Delete")
    author.is_told("The comment has been deleted.")
    author.does_not_see(text)


def test_put_a_film_on_the_list_and_take_it_off(cliente):
    cliente.go("/mflix/?q=casablanca")
    cliente.press("button", "Add to my list…")
    expect(cliente.the("button", "Remove from my list…")).to_be_visible()
    cliente.press("link", "My list")
    cliente.is_at("My list")
    cliente.counts(1)
    cliente.press("button", "Remove from my list…")
    expect(cliente.the("button", "Remove from my list…")).to_have_count(0)
    cliente.go("/mflix/watchlist/")
    cliente.counts(0)


def test_find_a_theater(somebody):
    somebody.go("/mflix/")
    somebody.press("link", "Cinemas")
    somebody.is_at("Cinemas")
    somebody.type("City", "Madrid")
    somebody.press("button", "Search")
    expect(somebody.page.get_by_role("row", name="Madrid").first).to_be_visible()
    expect(somebody.page.get_by_role("row", name="Berlin")).to_have_count(0)
