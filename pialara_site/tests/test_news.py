"""An open page asks whether there is something new."""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse

from accounts.users import record_login, users
from pialara_site import news
from pialara_site.changes import Topic
from pialara_site.news import NothingNew
from tests.mothers import a_client, a_technician

PAGES = [("/users/", "admin"), ("/dashboard/", "admin"), ("/clients/", "tecnico")]


def ask(caller, path: str, token: str) -> HttpResponse:
    """The answer to an open page: the one that Django does not hear of, or Django's."""
    answers = []

    def start_response(status, headers):
        answers.append(HttpResponse(status=int(status.split()[0]), headers=dict(headers)))

    site = NothingNew(lambda environ, start_response: answers.append(caller.get(path)))
    site({"HTTP_SEEN": token}, start_response)
    return answers[0]


@pytest.fixture
def opened(request, heard):
    """`opened(path, role)` is the caller, and the token of the page."""

    def opened(path, role):
        caller = request.getfixturevalue(role)
        heard()
        html = caller.get(path).content.decode()
        token, address = re.search('data-news="([^"]+)" data-address="([^"]+)"', html).groups()
        assert address == path
        return caller, token

    return opened


@pytest.mark.parametrize(("path", "role"), PAGES)
def test_nothing_new_costs_no_command_and_no_session(opened, commands, path, role):
    caller, token = opened(path, role)
    with commands() as seen:
        response = ask(caller, path, token)
    assert (response.status_code, response.content, seen) == (204, b"", [])
    assert settings.GUARDS.items() <= response.headers.items()
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("path", "role"), PAGES)
def test_change_by_others_brings_the_page(opened, heard, path, role):
    caller, token = opened(path, role)
    a_client(parent=caller.user.email)
    heard()
    response = ask(caller, path, token)
    assert response.status_code == 200
    assert "data-news" in response.content.decode()


def test_change_of_anothers_client_is_no_news_to_a_technician(opened, heard):
    tecnico, token = opened("/clients/", "tecnico")
    a_client(parent="other@example.org")
    heard()
    assert ask(tecnico, "/clients/", token).status_code == 204


@pytest.mark.parametrize("path", ["/users/", "/dashboard/"])
def test_login_is_news_to_an_administrator(opened, heard, path):
    admin, token = opened(path, "admin")
    record_login(admin.user)
    heard()
    assert ask(admin, path, token).status_code == 200


def test_login_of_a_client_is_news_to_their_technician_alone(opened, heard):
    tecnico, _token = opened("/clients/", "tecnico")
    client = a_client(parent=tecnico.user.email)
    other = a_technician()
    tecnico, token = opened("/clients/", "tecnico")
    record_login(other)
    heard()
    assert ask(tecnico, "/clients/", token).status_code == 204
    record_login(client)
    heard()
    assert ask(tecnico, "/clients/", token).status_code == 200


def test_list_with_a_filter_asks_for_itself(opened):
    opened("/users/?q=person", "admin")  # which looks at its address


def test_news_are_for_who_may_see_them_now(opened, heard):
    caller, token = opened("/users/", "admin")
    suspended = {"$set": {"estado": "suspendido"}}
    users.update_one({"_id": caller.user.pk}, suspended)
    heard()
    assert ask(caller, "/users/", token)["Location"] == "/login/?next=/users/"


def test_token_alone_shows_nothing(opened, heard, anonymous):
    _caller, token = opened("/users/", "admin")
    assert ask(anonymous, "/users/", token).status_code == 204
    a_client()
    heard()
    assert ask(anonymous, "/users/", token)["Location"] == "/login/?next=/users/"


@pytest.mark.parametrize("token", ["nonsense", "W10:nonsense", "é", "[]"])
def test_token_that_is_not_ours_brings_the_page(listening, anonymous, token):
    assert ask(anonymous, "/mflix/", token).status_code == 200


def test_nobody_knows_of_news_while_nobody_listens(anonymous):
    token = news.token(Topic.of(users))
    a_client()
    assert ask(anonymous, "/users/", token).status_code == 204
