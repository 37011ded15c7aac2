"""What every test stands on: a real mongod, an empty database with its indexes, and a cast.

The cast is three people who are logged in, one per role, each a Django test client whose `user` is
the person: `admin`, `tecnico` and `cliente` (who is a client of that technician). `anonymous` is
logged out. More people come from tests/mothers.py.
"""

import logging
import os
import shutil
from contextlib import nullcontext

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.test.signals import template_rendered
from django.utils import translation
from jinja2 import Template

from pialara_site.tests.processes import wait_until
from tests import fail_points
from tests.browser import chromium
from tests.commands import recorder  # before anything that makes the client
from tests.mothers import a_client, a_technician, an_administrator
from tests.secrets_logged import Listener

# The algorithm stays, its cost goes.
Argon2PasswordHasher.time_cost = 1
Argon2PasswordHasher.memory_cost = 8
Argon2PasswordHasher.parallelism = 1


# The test client learns of what was rendered by a signal that only Django's own templates send.
_new_context = Template.new_context


def _told(template, context=None, *arguments):
    template_rendered.send(sender=template, template=template, context=context or {})
    return _new_context(template, context, *arguments)


Template.new_context = _told


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ["PIALARA_TEST_DIR"], ignore_errors=True)


def pytest_terminal_summary(terminalreporter, config):
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, told in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"{name}: {told}")
    if config.option.markexpr == "not browser":
        package = f"Debian's package {chromium.PACKAGE}, which is " + (
            "here" if chromium.path() else "missing"
        )
        terminalreporter.write_line(
            f"The browser tests were skipped; `make e2e` runs them and needs {package}."
        )


@pytest.fixture(scope="session", autouse=True)
def mongod():
    from pialara_site import embedded, mongo, schema

    embedded.OPTIONS += fail_points.OPTIONS
    own = embedded.server().joined()
    with nullcontext() if settings.MONGODB_URI else own as server:
        schema.ensure()
        yield server
        mongo.client.close()


@pytest.fixture(autouse=True)
def empty_database(mongod, _nothing_in_the_background):
    from mflix import popularity

    popularity.waiting.flush()  # or they would be stored during the next test
    forget_everything()


def forget_everything():
    from pialara_site import schema

    for collection, _declared in schema.COLLECTIONS:
        collection.delete_many({})


@pytest.fixture(scope="session", autouse=True)
def _nothing_in_the_background(mongod):
    """Views of films and mails wait for flush(), or each test would hear those of the last."""
    from accounts import mail
    from mflix import popularity
    from tests.held import Held

    popularity.waiting = Held(popularity.store, 100)
    mail.later = Held(mail.send_all, 100)


@pytest.fixture(scope="session")
def _streams(mongod):
    """What the first test that listens begins to listen to, and the next ones too."""
    from pialara_site import changes

    started, changes.start = changes.start, lambda: None
    changes.AWAIT_MS = 20  # so that a test does not wait long for silence
    yield started
    changes.start = started


@pytest.fixture(autouse=True)
def _nothing_kept(_streams, monkeypatch):
    """Or a test would read what the one before it stored: nobody listens, nothing is cached."""
    from pialara_site import cache, changes, public_pages

    monkeypatch.setattr(cache, "shared", cache.Cache(most_bytes=0))
    monkeypatch.setattr(public_pages, "pages", cache.Cache(most_bytes=0))
    monkeypatch.setattr(changes, "streams", {})


@pytest.fixture
def listening(_streams, monkeypatch):
    """This process hears of changes."""
    from pialara_site import changes

    monkeypatch.setattr(changes, "streams", _heard)
    _streams()
    wait_until(changes.are_current)


_heard = {}  # its threads live as long as the tests


@pytest.fixture
def heard(listening):
    """`heard()` waits until this process knows of every change there was."""
    from pialara_site import changes, mongo

    def heard():
        with mongo.client.start_session() as session:
            mongo.client.admin.command("ping", session=session)
            wait_until(lambda: changes.position() >= session.operation_time)

    return heard


@pytest.fixture
def caching(heard, monkeypatch):
    """What is read may be kept."""
    from pialara_site import cache

    heard()
    monkeypatch.setattr(cache, "shared", cache.Cache())


@pytest.fixture(autouse=True)
def _no_mail_behind_our_back():
    """Or a test would find in its outbox what the one before it sent later."""
    from accounts import mail

    yield
    mail.later.flush()


@pytest.fixture(scope="session")
def log_listener():
    listener = Listener()
    logging.getLogger().addHandler(listener)
    yield listener
    logging.getLogger().removeHandler(listener)


@pytest.fixture(autouse=True)
def _log_tells_no_secrets(log_listener):
    yield
    told, log_listener.told = log_listener.told, []
    assert told == []


@pytest.fixture
def english():
    """Commands that are called, and other code without a request, speak English."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def fresh_indexes(mongod):
    """For tests of plans: an index that ever held a list is planned for differently, for good."""
    from accounts import users
    from mflix import comments, movies, theaters

    forget_everything()
    for collection, declared in (
        (users.users, users),
        (movies.movies, movies),
        (comments.comments, comments),
        (theaters.theaters, theaters),
    ):
        collection.drop_indexes()
        collection.create_indexes(declared.INDEXES)


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def anonymous():
    return Client()


@pytest.fixture
def admin():
    return logged_in(an_administrator())


@pytest.fixture
def tecnico():
    return logged_in(a_technician())


@pytest.fixture
def cliente(tecnico):
    return logged_in(a_client(parent=tecnico.user.email))


@pytest.fixture
def commands():
    """`with commands() as seen:` lists the commands that the block sends to MongoDB."""
    return recorder.during
