"""Secrets stay where they were set; options of the address reach the driver."""

import sys

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from pialara_site import mongo

from .processes import environment, manage

SECRETS = {
    "SECRET_KEY": "planted-key",
    "MONGODB_URI": "mongodb://ana:planted-password@db.example.org/",
    "EMAIL_URL": "smtp+tls://ana:planted-mail@mail.example.org:587",
}
PLANTED = ("planted-key", "planted-password", "planted-mail")


@pytest.mark.parametrize("options", [[], ["--all"], ["--output", "unified"]], ids=str)
def test_diffsettings_shows_no_secret(tmp_path, options):
    shown = manage("diffsettings", *options, env=environment(tmp_path, **SECRETS)).stdout
    assert "MONGODB_URI = *****" in shown
    assert not any(secret in shown for secret in PLANTED)
    assert "ROOT_URLCONF = 'pialara_site.urls'" in shown


@pytest.fixture
def planted(settings):
    for name, value in SECRETS.items():
        setattr(settings, name, value)


@pytest.mark.usefixtures("planted")
def test_page_with_a_trace_shows_no_secret():
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        request = RequestFactory().get("/", **SECRETS)
        page = ExceptionReporter(request, *sys.exc_info()).get_traceback_html()
    assert "ZeroDivisionError" in page
    assert "MONGODB_URI" in page
    assert not any(secret in page for secret in PLANTED)


def test_client_tells_nobody_its_password(settings):
    settings.MONGODB_URI = SECRETS["MONGODB_URI"]
    with mongo.connect() as client:
        assert "planted" not in repr(client)


@pytest.mark.parametrize(
    ("query", "option", "value"),
    [
        ("tls=true", "tls", True),
        ("tls=true&tlsAllowInvalidHostnames=true", "tlsallowinvalidhostnames", True),
        ("authMechanism=MONGODB-X509&tls=true", "authMechanism", "MONGODB-X509"),
        ("authSource=centre", "authSource", "centre"),
        ("replicaSet=rs0", "replicaSet", "rs0"),
        ("compressors=zlib", "compressors", ["zlib"]),
        ("readPreference=secondary", "readPreference", "secondary"),
    ],
)
def test_options_of_the_address_reach_the_driver(settings, query, option, value):
    who = "" if "X509" in query else "ana:secret@"
    settings.MONGODB_URI = f"mongodb://{who}db.example.org/?{query}"
    with mongo.connect() as client:
        assert client.options._options[option] == value
