"""Open pages show what others change, and leave to their reader what is theirs."""

import re

import pytest
from playwright.sync_api import expect

from accounts.roles import Role

IN_TIME = 5_000  # milliseconds; two seconds, on a machine with nothing else to do
ASKS = 3_500  # milliseconds in which a page asks twice


@pytest.fixture
def update(mongodb):
    """`update(document, **fields)` changes a user, as an outside program does."""

    def update(document, **fields):
        mongodb.pialara.users.update_one({"_id": document["_id"]}, {"$set": fields})

    return update


@pytest.fixture
def reader(person, film):
    reader = person(Role.CLIENTE)
    reader.go(f"/mflix/movies/{film}/")
    return reader


def test_new_comment_comes_by_itself_and_is_announced(person, reader, film):
    writer = person(Role.TECNICO)
    text = f"Live, by {writer.document['email']}"
    writer.go(f"/mflix/movies/{film}/")
    writer.type("Your comment", text)
    writer.press("button", "Publish")
    expect(reader.page.get_by_text(text)).to_be_visible(timeout=IN_TIME)
    reader.is_told("1 new comment")


def test_edited_and_deleted_comments_change_by_themselves(reader, film, mongodb):
    first, second = mongodb.sample_mflix.comments.find({"movie_id": film}, sort=[("date", -1)])[:2]
    mongodb.sample_mflix.comments.update_one(first, {"$set": {"text": "Edited."}})
    mongodb.sample_mflix.comments.delete_one(second)
    expect(reader.page.locator(f"#comment-{first['_id']}")).to_contain_text("Edited.")
    expect(reader.page.locator(f"#comment-{second['_id']}")).to_have_count(0)


def test_what_is_being_typed_stays(reader, film, mongodb):
    reader.type("Your comment", "I am still wri")
    mongodb.sample_mflix.comments.delete_many({"movie_id": film})
    reader.sees("There are no comments here yet.")
    expect(reader.the("textbox", "Your comment")).to_have_value("I am still wri")
    expect(reader.the("textbox", "Your comment")).to_be_focused()


def test_new_user_appears_and_chosen_rows_and_focus_stay(person, store):
    admin, chosen = person(Role.ADMINISTRADOR), store(Role.CLIENTE, nombre="Zoe")
    admin.go(f"/users/?q={chosen['email'].split('@')[0]}")
    admin.counts(1)
    box = admin.page.locator(f"[name=ids][value='{chosen['_id']}']")
    box.check()
    before = store(Role.CLIENTE, nombre="Ana", email=f"more-{chosen['email']}")
    admin.counts(2)
    rows = admin.page.locator("#rows tbody tr")
    expect(rows.first).to_have_id(f"user-{before['_id']}")
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    expect(admin.page.locator("output")).to_have_text(admin.words("1 selected"))


def test_focus_goes_on_from_the_list_when_its_row_is_gone(person, store, mongodb):
    admin, gone = person(Role.ADMINISTRADOR), store(Role.CLIENTE)
    admin.go(f"/users/?q={gone['email'].split('@')[0]}")
    admin.page.locator("[name=ids]").focus()
    mongodb.pialara.users.delete_one({"_id": gone["_id"]})
    admin.counts(0)
    expect(admin.page.locator("#rows")).to_be_focused()


def test_links_that_come_by_themselves_change_the_list_too(person, store):
    admin, somebody = person(Role.ADMINISTRADOR), store(Role.CLIENTE)
    admin.go(f"/users/?q=with-{somebody['email']}")
    admin.counts(0)
    store(Role.CLIENTE, email=f"with-{somebody['email']}")
    admin.counts(1)
    admin.page.evaluate("window.isTheSame = true")
    admin.press("link", "Email")
    expect(admin.page).to_have_url(re.compile("sort=email"))
    assert admin.page.evaluate("window.isTheSame")


def test_technicians_list_shows_what_a_colleague_changes(person, store, update):
    tecnico = person(Role.TECNICO)
    client = store(Role.CLIENTE, parent=tecnico.document["email"], patologia="Dysarthria")
    tecnico.go("/clients/")
    tecnico.sees("Dysarthria")
    update(client, patologia="Aphasia")
    tecnico.sees("Aphasia")
    update(client, parent=None)
    tecnico.counts(0)


def test_dashboard_counts_on(person, store):
    admin = person(Role.ADMINISTRADOR)
    admin.go("/dashboard/")
    number = admin.page.locator(".number").first
    total = int(re.sub(r"\D", "", number.inner_text()))
    store(Role.CLIENTE)
    expect(number).to_have_text(str(total + 1), timeout=IN_TIME)


def test_hidden_page_does_not_ask(reader):
    reader.page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    asked = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.page.wait_for_timeout(ASKS)
    assert asked == []


def test_open_page_that_is_logged_out_stops_asking(person, update):
    admin = person(Role.ADMINISTRADOR)
    admin.go("/users/")
    update(admin.document, estado="suspendido")
    expect(admin.page.locator("#rows")).not_to_have_attribute("data-news", re.compile("."))


def test_table_of_a_chart_stays_open(person, store):
    admin = person(Role.ADMINISTRADOR)
    admin.go("/dashboard/")
    admin.page.locator("#dashboard summary").first.click()
    number = admin.page.locator(".number").first
    total = int(re.sub(r"\D", "", number.inner_text()))
    store(Role.CLIENTE)
    expect(number).to_have_text(str(total + 1), timeout=IN_TIME)
    expect(admin.page.locator("#dashboard details").first).to_have_attribute("open", "")


def test_page_that_is_up_to_date_is_told_so_in_a_word(reader):
    with reader.page.expect_response(lambda told: told.request.resource_type == "fetch") as told:
        pass
    assert told.value.status == 204
