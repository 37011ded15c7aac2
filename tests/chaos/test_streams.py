"""Two web processes hear of what others change, also when a primary dies in between."""

import re
import time
from threading import Thread

import pytest
from bson import ObjectId

from mflix.tests.mothers import a_movie_document
from pialara_site.changes import Stream, Topic
from pialara_site.tests.processes import Started, environment, wait_until
from tests.replica_set import ReplicaSet

# Less than what is kept would live if nobody heard of the change.
SOON = 4


@pytest.fixture(scope="module")
def replica_set(tmp_path_factory):
    with ReplicaSet(tmp_path_factory.mktemp("streams")) as replica_set:
        yield replica_set


@pytest.fixture(scope="module")
def database(replica_set):
    """The films, as an outside program writes them."""
    return replica_set.client.sample_mflix


@pytest.fixture(scope="module")
def sites(replica_set, tmp_path_factory):
    environ = environment(tmp_path_factory.mktemp("site"), MONGODB_URI=replica_set.uri)
    with Started("--no-seed", env=environ) as one, Started("--no-seed", env=environ) as other:
        yield one, other


@pytest.fixture
def film(database):
    """The id of the only film."""
    database.movies.delete_many({})
    return database.movies.insert_one(a_movie_document()).inserted_id


def shown(site) -> int:
    """How many films its list says there are."""
    text = site.get("/mflix/", **{"Accept-Language": "en"}).text
    return int(re.search(r'id="count"[^>]*>(\d+) film', text)[1])


def everywhere_within(seconds: float, is_so, sites):
    """Wait until it is so on all sites, and not longer."""
    began = time.monotonic()
    wait_until(lambda: all(map(is_so, sites)))
    assert time.monotonic() - began < seconds


def asking(site, film: ObjectId):
    """`asking(site, film)(site)` is the status that an open page of the film gets."""
    page = site.get(f"/mflix/movies/{film}/")
    token, address = re.search('data-news="([^"]+)" data-address="([^"]+)"', page.text).groups()
    return lambda site: site.get(address, Seen=token).status


def test_change_from_outside_is_shown_by_every_process(sites, database, film):
    everywhere_within(60, lambda site: shown(site) == 1, sites)
    database.movies.insert_one(a_movie_document())
    everywhere_within(SOON, lambda site: shown(site) == 2, sites)


def test_open_page_learns_of_a_comment_whichever_process_it_asks(sites, database, film):
    everywhere_within(60, lambda site: asking(site, film)(site) == 204, sites)
    opened = [asking(site, film) for site in sites]
    everywhere_within(60, lambda site: [ask(site) for ask in opened] == [204, 204], sites)
    database.comments.insert_one({"movie_id": film, "text": "new"})
    everywhere_within(SOON, lambda site: [ask(site) for ask in opened] == [200, 200], sites)
    # Who reads it then has seen all, wherever it asks next.
    everywhere_within(60, lambda site: asking(site, film)(sites[0]) == 204, sites)


def test_nothing_is_missed_while_a_primary_dies(replica_set, sites, database, film):
    everywhere_within(60, lambda site: shown(site) == 1, sites)
    opened = asking(sites[0], film)
    everywhere_within(60, lambda site: opened(site) == 204, sites)
    primary = replica_set.primary()
    primary.kill()
    database.movies.insert_one(a_movie_document())  # once there is a new one
    database.comments.insert_one({"movie_id": film})
    everywhere_within(60, lambda site: shown(site) == 2 and opened(site) == 200, sites)
    primary.start()
    replica_set.wait_until_whole()
    database.movies.insert_one(a_movie_document())
    everywhere_within(60, lambda site: shown(site) == 3, sites)


def test_dropped_collection_that_is_made_again_is_heard(sites, database, film):
    everywhere_within(60, lambda site: shown(site) == 1, sites)
    database.movies.drop()
    database.movies.insert_many([a_movie_document(), a_movie_document()])
    everywhere_within(60, lambda site: shown(site) == 2, sites)


def followed(database) -> Stream:
    """A stream that is current."""
    stream = Stream(database)
    Thread(target=stream.follow, name="changes-followed", daemon=True).start()
    wait_until(stream.is_current)
    return stream


def assert_heard_again(stream: Stream, database):
    topic = Topic.of(database.theaters)
    before = stream.last(topic)
    database.theaters.insert_one({})
    wait_until(lambda: stream.is_current() and stream.last(topic) > before)


def test_frozen_primary_is_not_believed(replica_set, database):
    stream = followed(database)
    primary = replica_set.primary()
    primary.freeze()
    wait_until(lambda: not stream.is_current())
    primary.thaw()
    replica_set.wait_until_whole()
    assert_heard_again(stream, database)


def test_who_leads_no_more_is_not_believed(replica_set, database):
    stream = followed(database)
    old = replica_set.primary()
    replica_set.step_down()
    wait_until(lambda: replica_set.client.primary not in (None, ("127.0.0.1", old.port)))
    old.fail_point("stopReplProducer", "alwaysOn")  # it copies nothing any more, as on a slow disk
    try:
        assert_heard_again(stream, database)
    finally:
        old.fail_point("stopReplProducer", "off")
    replica_set.wait_until_whole()
