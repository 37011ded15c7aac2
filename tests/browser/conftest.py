"""What the browser tests stand on: for each process a site of its own, a Chromium, and visitors.

They run with `make e2e`; without being asked for, pytest leaves them out.
"""

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bson import ObjectId
from playwright.sync_api import sync_playwright
from pymongo import MongoClient

from tests.mothers import a_document

from . import chromium, server
from .pages import THROTTLED
from .people import KeyboardPerson, Person
from .visitors import Stage, Visitors
from .watch import expect_none, listen

HERE = Path(__file__).parent


def pytest_configure(config):
    if config.option.markexpr == "browser" and not chromium.path():
        raise pytest.UsageError(chromium.MISSING)


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by the markers
def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


# The sites bring their own database.


@pytest.fixture(scope="session", autouse=True)
def mongod():
    pass


@pytest.fixture(autouse=True)
def empty_database():
    pass


@pytest.fixture(scope="session")
def folder():
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return Path(os.environ["PIALARA_TEST_DIR"]) / f"browser-{worker}"


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright, chromium.launch(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def site(folder):
    with server.demo(folder / "demo") as site:
        yield site


@pytest.fixture(scope="session")
def production(folder, site, stage):
    with server.production(folder / "production", site.mongodb_uri) as production:
        yield production


@pytest.fixture(scope="session")
def without_database(folder):
    with server.without_database(folder / "without-database") as site:
        yield site


@pytest.fixture(scope="session")
def unprepared(folder, site):
    with server.unprepared(folder / "unprepared", site.mongodb_uri) as site:
        yield site


@pytest.fixture(scope="session")
def visitors(browser, site):
    return Visitors(browser, site)


@pytest.fixture(scope="session")
def mongodb(site):
    with MongoClient(site.mongodb_uri) as mongodb:
        yield mongodb


@pytest.fixture(scope="session")
def stage(visitors, mongodb):
    return Stage(visitors, mongodb)


@pytest.fixture
def visit(request, visitors, stage):
    """`visit(page, role, language)` shows a page of the table to somebody, and returns the
    browser's page. The test fails when anything there was not as silent as it should be.
    """
    said = []
    with ExitStack() as contexts:

        def visit(wanted, role, language="es"):
            stage.throttle(THROTTLED)
            site = request.getfixturevalue(wanted.site)
            context = contexts.enter_context(visitors.context(role, language, site))
            page = context.new_page()
            listen(page, said, site.address)
            page.answer = page.goto(stage.path(wanted.path, role))
            if wanted.reach:
                expect(page.answer, 200, site)
                page.answer = wanted.reach(page)
            expect(page.answer, wanted.status, site)
            return page

        yield visit
    expect_none(said)


def expect(answer, status: int, site):
    assert answer.status == status, site.last_words()


@pytest.fixture
def store(mongodb):
    """`store(role, **fields)` is the document of somebody new."""

    def store(role, **fields):
        document = a_document(rol=role.value, **fields)
        mongodb.pialara.users.insert_one(document)
        return document

    return store


@pytest.fixture
def person(browser, site, store):
    """`person(role)` is somebody new with a browser, logged in unless there is no role.

    `kind` is what they use it with, `options` are the browser's, `fields` their document's. The
    test fails when anything there was not as silent as it should be.
    """
    said = []
    with ExitStack() as contexts:

        def person(role=None, kind=Person, language="es", options=None, **fields):
            options = {"base_url": site.address, "locale": language, **(options or {})}
            context = contexts.enter_context(browser.new_context(**options))
            page = context.new_page()
            listen(page, said, site.address)
            if not role:
                return kind(page, language)
            somebody = kind(page, language, store(role, **fields))
            somebody.log_in()
            return somebody

        yield person
    expect_none(said)


WAYS = {
    "by keyboard": {"kind": KeyboardPerson},
    "with a mouse": {"kind": Person},
    "without scripts": {"kind": Person, "options": {"java_script_enabled": False}},
}


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def way(request):
    """`person(role, **way)` uses their browser in one of several ways."""
    return request.param


@pytest.fixture
def film(mongodb):
    """The id of one of its own, with more comments than a page shows."""
    films, film = mongodb.sample_mflix, ObjectId()
    films.movies.insert_one({"_id": film, "title": "Much Discussed", "year": 2020})
    comment = {"movie_id": film, "name": "Eva", "email": "eva@example.org", "text": "Bien."}
    dates = [datetime(2020, 1, day, tzinfo=UTC) for day in range(1, 31)]
    films.comments.insert_many([{**comment, "date": date} for date in dates])
    yield film
    films.comments.delete_many({"movie_id": film})
    films.movies.delete_one({"_id": film})
