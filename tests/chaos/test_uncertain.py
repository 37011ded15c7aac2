"""A write that MongoDB does not confirm: the page keeps the form, and sending it again is safe."""

from contextlib import contextmanager
from io import BytesIO

import pymongo
import pytest
from bson import ObjectId
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from PIL import Image

from accounts import audit
from accounts.forms import people, profile, session
from accounts.users import users
from mflix import attachments
from mflix.comments import comments
from mflix.movies import movies
from mflix.tests.mothers import a_comment, a_movie
from pialara_site import resending
from tests.fail_points import CUT_OFF, UNCONFIRMED, failing
from tests.mothers import PASSWORD, a_client, a_technician, document_of

from .forms import posted_by

OUTCOMES = {"stored": ("commitTransaction", UNCONFIRMED), "lost": ("insert", CUT_OFF)}


@pytest.fixture(params=OUTCOMES)
def unknown(request):
    """`with unknown():` no transaction is confirmed: all of it is done all the same, or nothing."""
    command, how = OUTCOMES[request.param]

    @contextmanager
    def unknown():
        with failing(command, how=how), override_settings(MONGODB_TRANSACTION_TIMEOUT_MS=300):
            yield

    return unknown


def send(browser, unknown, path: str, form: dict):
    """Send the form with an unknown outcome, then what the page tells to send; both answers."""
    browser.raise_request_exception = False
    with unknown():
        page = browser.post(path, form, headers={"accept-language": "en"})
    assert page.status_code == 503
    # People need a moment, and by then a majority has whatever was stored.
    audit.entries.delete_one({"_id": "nothing"})
    again = posted_by(page.content.decode())
    data = again.data() | dict.fromkeys(again.passwords, PASSWORD)
    return page, browser.post(again.action, data)


def picture() -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return SimpleUploadedFile("flower.png", file.getvalue(), "image/png")


def names(client) -> list[str]:
    return [contact["nombre"] for contact in document_of(client.user)["contactos"]]


def actions() -> list[str]:
    return [entry["action"] for entry in audit.entries.find()]


# Once, whatever became of the first try


def test_user_is_added_once(admin, unknown):
    new = {"id": str(ObjectId()), "nombre": "Eva", "email": "eva@example.org", "rol": "Cliente"}
    _page, answer = send(admin, unknown, "/users/create/", {**new, "password": PASSWORD})
    assert answer.url == f"/users/{new['id']}/"
    assert users.count_documents({"email": new["email"]}) == 1
    assert actions() == ["create"]


def test_client_is_added_once(tecnico, unknown):
    new = {"id": str(ObjectId()), "nombre": "Eva", "email": "eva@example.org"}
    _page, answer = send(tecnico, unknown, "/clients/create/", new)
    assert answer.url == f"/clients/{new['id']}/"
    assert users.count_documents({"email": new["email"], "parent": tecnico.user.email}) == 1
    assert actions() == ["create"]


def test_person_registers_once(anonymous, unknown, settings):
    settings.OPEN_REGISTRATION = True
    new = {"id": str(ObjectId()), "nombre": "Eva", "email": "eva@example.org"}
    _page, answer = send(anonymous, unknown, "/register/", {**new, "password": PASSWORD})
    assert answer.url == "/"
    assert users.count_documents({"email": new["email"]}) == 1
    assert actions() == ["create"]


def test_edit_is_made_once(admin, unknown):
    technician = a_technician()
    client = a_client(parent=technician.email)
    form = {"nombre": "Luz", "email": "luz@example.org", "rol": "Técnico", "estado": "activo"}
    _page, answer = send(admin, unknown, f"/users/{technician.pk}/edit/", form)
    assert answer.status_code == 302
    assert document_of(client)["parent"] == "luz@example.org"
    assert actions() == ["edit", "edit"]


def test_user_is_deleted_once(admin, unknown):
    technician, heir = a_technician(), a_technician()
    client = a_client(parent=technician.email)
    send(admin, unknown, f"/users/{technician.pk}/delete/", {"parent": heir.email})
    assert document_of(technician) is None
    assert document_of(client)["parent"] == heir.email
    assert sorted(actions()) == ["delete", "edit"]


def test_bulk_action_is_made_once(admin, unknown):
    clients, technician = [a_client(), a_client()], a_technician()
    form = {"ids": [str(each.pk) for each in clients], "action": "assign", "confirm": "on"}
    _page, answer = send(admin, unknown, "/users/bulk/", {**form, "parent": technician.email})
    assert answer.status_code == 200
    assert {document_of(each)["parent"] for each in clients} == {technician.email}
    assert actions() == ["edit", "edit"]


def test_suspension_is_made_once(admin, unknown):
    clients = [a_client(), a_client()]
    form = {"ids": [str(each.pk) for each in clients], "action": "suspend", "confirm": "on"}
    send(admin, unknown, "/users/bulk/", form)
    assert {document_of(each)["estado"] for each in clients} == {"suspendido"}
    assert actions() == ["edit", "edit"]


def test_contact_is_added_once(cliente, unknown):
    form = {"id": str(ObjectId()), "nombre": "Ada", "principal": "on"}
    _page, answer = send(cliente, unknown, "/profile/contacts/create/", form)
    assert answer.url == "/me/"
    assert names(cliente) == ["Eva", "Ada"]
    assert actions() == ["contacts"]


def test_contact_that_changed_meanwhile_is_added_once(cliente):
    form = {"id": str(ObjectId()), "nombre": "Ada", "principal": "on"}
    cliente.post("/profile/contacts/create/", form)
    cliente.post("/profile/contacts/create/", {"nombre": "Luz", "principal": "on"})
    cliente.post("/profile/contacts/create/", form)
    assert names(cliente) == ["Eva", "Ada", "Luz"]


def test_form_that_came_back_adds_another_contact(cliente):
    form = {"id": str(ObjectId())}
    for name in ("Ada", "Luz"):
        cliente.post("/profile/contacts/create/", {**form, "nombre": name})
    assert names(cliente) == ["Eva", "Ada", "Luz"]


def test_contact_is_edited_once(cliente, unknown):
    shown = posted_by(cliente.get("/profile/contacts/0/edit/").content.decode(), "version")
    version = dict(shown.fields).get("version", "")
    form = {"nombre": "Luz", "version": version}
    _page, answer = send(cliente, unknown, "/profile/contacts/0/edit/", form)
    assert answer.url == "/me/"
    assert names(cliente) == ["Luz"]
    assert actions() == ["contacts"]


def test_comment_is_published_once(cliente, unknown):
    movie = a_movie()
    form = {"id": str(ObjectId()), "text": "Two\r\nlines"}
    path = f"/mflix/movies/{movie['_id']}/comments/"
    _page, answer = send(cliente, unknown, path, form)
    assert answer.status_code == 302
    assert [each["text"] for each in comments.find()] == ["Two\nlines"]
    assert movies.find_one({"_id": movie["_id"]})["num_mflix_comments"] == 1


def test_comment_that_was_stored_keeps_its_image(cliente):
    path = f"/mflix/movies/{a_movie()['_id']}/comments/"
    form = {"id": str(ObjectId()), "text": "Look", "image": picture()}
    page, _answer = send(cliente, lambda: failing("commitTransaction", how=UNCONFIRMED), path, form)
    assert "Choose this file again: flower.png" in page.content.decode()
    [comment] = comments.find()
    assert attachments.thumbnail(comment["image"])


def test_image_that_is_not_confirmed_is_a_503(cliente):
    cliente.raise_request_exception = False
    path = f"/mflix/movies/{a_movie()['_id']}/comments/"
    with failing("insert", how=UNCONFIRMED):
        page = cliente.post(path, {"text": "Look", "image": picture()})
    assert page.status_code == 503
    assert comments.count_documents({}) == 0


def test_comment_is_deleted_once(admin, unknown):
    movie = a_movie(num_mflix_comments=2)
    comment = a_comment(movie)
    send(admin, unknown, f"/mflix/comments/{comment['_id']}/delete/", {})
    assert movies.find_one({"_id": movie["_id"]})["num_mflix_comments"] == 1
    assert actions() == ["moderate"]


@pytest.mark.parametrize("how", [UNCONFIRMED, CUT_OFF], ids=OUTCOMES)
def test_write_of_one_document_is_made_once(cliente, how):
    @contextmanager
    def unknown():
        with failing("update", how=how), pymongo.timeout(0.5):
            yield

    path = f"/mflix/movies/{a_movie()['_id']}/watch/"
    send(cliente, unknown, path, {"listed": "1"})
    assert len(document_of(cliente.user)["watchlist"]) == 1


# The page


def unconfirmed(browser, path: str, form: dict, **options) -> str:
    browser.raise_request_exception = False
    with failing("commitTransaction", how=UNCONFIRMED):
        page = browser.post(path, form, headers={"accept-language": "en"}, **options)
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    return page


def test_page_says_that_it_may_or_may_not_be_stored(admin):
    page = unconfirmed(admin, f"/users/{a_client().pk}/delete/", {}).content.decode()
    assert "what you sent may or may not be stored" in page
    assert "it is never stored twice" in page


def test_page_keeps_all_that_was_typed(tecnico):
    typed = {"nombre": 'Eva "<b>', "email": "eva@example.org", "patologia": "one\r\ntwo"}
    form = posted_by(unconfirmed(tecnico, "/clients/create/?a=1", typed).content.decode())
    assert dict(form.fields) == typed
    assert form.action == "/clients/create/?a=1"


def test_page_keeps_no_password(admin):
    typed = {"nombre": "Eva", "email": "eva@example.org", "rol": "Cliente", "password": "s3cret x!"}
    page = unconfirmed(admin, "/users/create/", typed).content.decode()
    assert "s3cret x!" not in page
    assert posted_by(page).passwords == ["password"]


def test_page_is_kept_nowhere_else(cliente):
    page = unconfirmed(cliente, "/profile/contacts/create/", {"nombre": "Eva"})
    assert "no-store" in page["Cache-Control"]


def test_every_password_is_known_to_be_one():
    kinds = [
        kind
        for module in (people, profile, session)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, forms.BaseForm)
    ]
    names = {
        name
        for kind in kinds
        for name, field in kind.base_fields.items()
        if isinstance(field.widget, forms.PasswordInput)
    }
    assert names == resending.PASSWORDS.keys()
