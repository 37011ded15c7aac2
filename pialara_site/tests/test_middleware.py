"""What a request gets while the database is away, and for a method that a page does not take."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteConcernError,
    WTimeoutError,
)

from accounts import audit, directory, sessions, users
from pialara_site import errors, resending
from pialara_site.outages import database_down

AWAY = [
    AutoReconnect("closed"),
    BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 11602}]}),
    ConfigurationError("The DNS query name does not exist"),
    ExecutionTimeout("too slow", 50),
    NetworkTimeout("too slow"),
    NotPrimaryError("stepped down"),
    OperationFailure("too slow", 50),
    ServerSelectionTimeoutError("nobody there"),
    WaitQueueTimeoutError("pool"),
    WriteConcernError("interrupted", 11602),
    WTimeoutError("not confirmed", 64),
    OperationFailure("its members have just started", 134),
    OperationFailure("the collection was replaced", 175),
    OperationFailure("interrupted", 11601),
]
OUR_FAULT = [
    BulkWriteError({"writeErrors": [], "writeConcernErrors": []}),
    DuplicateKeyError("again", 11000),
    OperationFailure("unknown operator", 2),
    ValueError("no database error"),
    None,
]


def kind(error) -> str:
    return type(error).__name__


@pytest.fixture
def away(monkeypatch):
    """Makes every call of this method of a collection fail as if the database were away."""

    def away(collection, method: str, error=AWAY[7]):
        def fail(*arguments, **options):
            raise error

        monkeypatch.setattr(collection, method, fail)

    return away


@pytest.fixture(params=["anonymous", "cliente", "tecnico", "admin"])
def anyone(request):
    caller = request.getfixturevalue(request.param)
    caller.raise_request_exception = False
    caller.cookies["sessionid"] = caller.cookies.get("sessionid") or "a" * 32
    return caller


# Which errors mean it


@pytest.mark.parametrize("error", AWAY, ids=kind)
def test_unreachable_or_too_slow_is_away(error):
    assert database_down(error)


@pytest.mark.parametrize("error", OUR_FAULT, ids=kind)
def test_wrong_question_is_not(error):
    assert not database_down(error)


@pytest.mark.parametrize("error", AWAY, ids=kind)
def test_page_is_503_with_retry_after(admin, away, error):
    admin.raise_request_exception = False
    away(sessions.sessions, "find_one_and_update", error)
    away(sessions.sessions, "find_one", error)
    away(sessions.sessions, "aggregate", error)
    response = admin.get("/users/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


# Wherever it happens


def test_session_that_cannot_be_read_is_503_for_everyone(anyone, away):
    for method in ("find_one", "find_one_and_update", "aggregate"):
        away(sessions.sessions, method)
    assert anyone.get("/profile/").status_code == 503


def test_view_that_cannot_read_is_503(admin, away):
    admin.raise_request_exception = False
    away(audit.entries, "count_documents")
    assert admin.get("/audit/?action=edit").status_code == 503


def test_login_that_cannot_be_checked_is_503(anonymous, away):
    anonymous.raise_request_exception = False
    away(users.users, "find_one")
    form = {"email": "ana@example.org", "password": "secret"}
    assert anonymous.post("/login/", form).status_code == 503


def test_download_that_cannot_begin_is_503(admin, away):
    admin.raise_request_exception = False
    away(users.users, "find")
    assert admin.get("/users/export.csv").status_code == 503


def test_wrong_question_stays_a_500(admin, away):
    admin.raise_request_exception = False
    away(audit.entries, "count_documents", OperationFailure("unknown operator", 2))
    page = admin.get("/audit/?action=edit")
    assert page.status_code == 500
    assert page["X-Request-ID"] in page.text  # which finds it in the log


def test_pages_without_a_session_need_no_database(anonymous, away):
    for collection in (users.users, sessions.sessions):
        for method in ("find_one", "find_one_and_update", "aggregate"):
            away(collection, method)
    assert anonymous.get("/").status_code == 200


def test_next_request_after_recovery_works(admin, away, monkeypatch):
    admin.raise_request_exception = False
    with monkeypatch.context() as outage:
        outage.setattr(directory.users, "aggregate", raising(AWAY[0]))
        outage.setattr(sessions.sessions, "find_one_and_update", raising(AWAY[0]))
        outage.setattr(sessions.sessions, "aggregate", raising(AWAY[0]))
        assert admin.get("/users/").status_code == 503
    assert admin.get("/users/").status_code == 200


def raising(error):
    def fail(*arguments, **options):
        raise error

    return fail


def test_outage_ends_nobodys_session(admin, away):
    admin.raise_request_exception = False
    key = admin.cookies["sessionid"].value
    away(audit.entries, "count_documents")
    response = admin.get("/audit/?action=edit")
    assert "sessionid" not in response.cookies
    assert sessions.sessions.find_one({"_id": key}) is not None


# What the page says


def test_read_is_asked_to_come_again(admin, away):
    admin.raise_request_exception = False
    away(audit.entries, "count_documents")
    page = admin.get("/audit/?action=edit")
    assert page.context["uncertain"] is False
    assert "errors/503.html" in [template.name for template in page.templates]


def test_write_is_told_that_its_outcome_is_unknown(anonymous, away):
    anonymous.raise_request_exception = False
    away(users.users, "find_one")
    page = anonymous.post("/login/", {"email": "ana@example.org", "password": "secret"})
    assert page.context["uncertain"] is True


def test_page_says_when_to_try_again(admin, away):
    admin.raise_request_exception = False
    away(audit.entries, "count_documents")
    page = admin.get("/audit/?action=edit", headers={"accept-language": "en"}).content.decode()
    assert "Please try again in 5 seconds." in page
    assert 'href="/audit/?action=edit"' in page


def test_page_is_kept_by_nobody_as_it_may_hold_what_was_typed(tecnico, away):
    tecnico.raise_request_exception = False
    away(users.users, "find_one")
    form = {"nombre": "Eva", "email": "eva@example.org", "patologia": "afasia de Broca"}
    page = tecnico.post("/clients/create/", form)
    assert page.status_code == 503
    assert "afasia de Broca" in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_page_never_shows_the_error(admin, away, settings):
    admin.raise_request_exception = False
    settings.DEBUG = True
    away(audit.entries, "count_documents", ServerSelectionTimeoutError("secret.example.org:27017"))
    text = admin.get("/audit/?action=edit").content.decode()
    assert "secret.example.org" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize("language", ["es", "en"])
def test_page_speaks_the_language_of_its_reader(admin, away, language):
    admin.raise_request_exception = False
    away(audit.entries, "count_documents")
    page = admin.get("/audit/?action=edit", headers={"accept-language": language})
    assert f'<html lang="{language}"' in page.content.decode()


@pytest.mark.parametrize(
    "header", ["Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"]
)
def test_page_is_guarded_as_every_other(admin, away, header):
    admin.raise_request_exception = False
    normal = admin.get("/audit/?action=edit").headers[header]
    away(audit.entries, "count_documents")
    assert admin.get("/audit/?action=edit").headers[header] == normal


# The log


def test_outage_is_no_line_for_each_page(admin, away, caplog):
    admin.raise_request_exception = False
    away(audit.entries, "count_documents")
    admin.get("/audit/?action=edit")
    assert "pialara_site.middleware" not in {record.name for record in caplog.records}


def test_fault_of_ours_is_a_line_with_its_trace(admin, away, caplog):
    admin.raise_request_exception = False
    away(audit.entries, "count_documents", OperationFailure("unknown operator", 2))
    admin.get("/audit/?action=edit")
    [line] = [each for each in caplog.records if each.name == "pialara_site.middleware"]
    assert (line.levelname, line.exc_info[0]) == ("ERROR", OperationFailure)


def test_signal_without_a_request_is_nobodys_business():
    try:
        raise AWAY[0]
    except AutoReconnect:
        answers = got_request_exception.send(sender=None)
    assert all(answer is None for _receiver, answer in answers)


# Methods that a page does not take


@pytest.mark.parametrize("language", ["es", "en"])
def test_method_that_a_page_does_not_take_gets_a_page(anonymous, language):
    response = anonymous.post("/", headers={"accept-language": language})
    assert response.status_code == 405
    assert response.templates[0].name == "errors/405.html"
    assert f'<html lang="{language}"' in response.content.decode()


def test_methods_that_a_page_takes_stay_told(anonymous):
    assert anonymous.post("/").headers["Allow"] == "GET, HEAD"


def test_page_of_an_outage_keeps_no_password(rf):
    secrets = dict.fromkeys(resending.PASSWORDS, "s3cret")
    sent = resending.sent(rf.post("/x/", {**secrets, "nombre": "Ana"}))
    assert [value for _name, value in sent.fields] == ["Ana"]
    assert {name for name, _label in sent.passwords} == set(resending.PASSWORDS)


def test_file_can_be_sent_again(rf):
    request = rf.post("/x/", {"image": SimpleUploadedFile("a.png", b"x")})
    page = errors.page(request, 503, uncertain=True, sent=resending.sent(request))
    assert '<form method="post" action="/x/" enctype="multipart/form-data">' in page.text
