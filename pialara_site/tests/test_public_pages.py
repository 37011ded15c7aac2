"""Pages that are kept for everybody who is logged out: which, for how long, and nobody else's."""

import gzip
import re
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest
from django.http import HttpResponse
from django.test import Client
from pymongo.errors import AutoReconnect, ExecutionTimeout

from accounts.models import User
from conftest import logged_in
from mflix import catalogue, popularity
from mflix.comments import comments
from mflix.movies import movies
from mflix.tests.mothers import a_movie
from mflix.theaters import theaters
from pialara_site import cache, display, public_pages, schema
from pialara_site.display import Display
from tests.mothers import PASSWORD, a_client, a_technician, an_administrator

from .processes import wait_until

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
LISTS = ["/mflix/", "/mflix/?genre=Drama", "/mflix/?cast=Ana&sort=rating", "/mflix/theaters/"]


@pytest.fixture
def keeping(caching, monkeypatch):
    """Public pages are kept."""
    monkeypatch.setattr(public_pages, "pages", cache.Cache())


@pytest.fixture
def film(keeping, heard):
    """`film(**fields)` is the id of a film that this process has heard of."""

    def film(**fields):
        made = a_movie(**fields)["_id"]
        heard()
        return made

    return film


@pytest.fixture
def clock(monkeypatch):
    """Its `now` is the time."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr(cache.time, "monotonic", lambda: Clock.now)
    monkeypatch.setattr(cache.changes, "are_current", lambda: True)
    return Clock


@pytest.fixture
def away(monkeypatch):
    """`away()` and the films can't be read any more."""

    def fail(*arguments, **options):
        raise AutoReconnect("127.0.0.1")

    return lambda: (
        monkeypatch.setattr(movies, "aggregate", fail)
        or monkeypatch.setattr(catalogue, "together", fail)
    )


@pytest.mark.usefixtures("keeping")
@pytest.mark.parametrize("path", ["/", *LISTS])
def test_page_again_costs_no_command(anonymous, commands, clock, path, film):
    film(genres=["Drama"], cast=["Ana"])
    first = anonymous.get(path).content
    with commands() as seen:
        assert anonymous.get(path).content == first
    assert seen == []


@pytest.mark.usefixtures("keeping")
def test_film_again_costs_no_command(anonymous, commands, film):
    path = f"/mflix/movies/{film()}/"
    anonymous.get(path)
    with commands() as seen:
        anonymous.get(path)
    assert seen == []


@pytest.mark.usefixtures("keeping")
def test_change_from_elsewhere_ends_the_page(anonymous, heard, film):
    film(title="First")
    anonymous.get("/mflix/?q=film")
    movies.insert_one({"title": "Second film", "year": 2020})
    heard()
    assert "Second film" in anonymous.get("/mflix/?q=film").content.decode()


@pytest.mark.usefixtures("keeping")
def test_comment_ends_the_page_of_its_film_alone(anonymous, commands, heard, film):
    films = [film(), film()]
    for film in films:
        anonymous.get(f"/mflix/movies/{film}/")
    comments.insert_one({"movie_id": films[0], "name": "Ana", "text": "Again and again."})
    heard()
    with commands() as seen:
        assert "Again and again." in anonymous.get(f"/mflix/movies/{films[0]}/").content.decode()
        assert seen != []
        seen.clear()
        anonymous.get(f"/mflix/movies/{films[1]}/")
        assert seen == []


@pytest.mark.usefixtures("keeping")
def test_number_of_comments_that_is_put_right_ends_the_page_of_its_film(anonymous, heard, film):
    counted = film(num_mflix_comments=7)
    path = f"/mflix/movies/{counted}/"
    before = anonymous.get(path).content
    movies.update_one({"_id": counted}, {"$set": {"num_mflix_comments": 8}})
    heard()
    assert anonymous.get(path).content != before


@pytest.mark.usefixtures("keeping")
def test_change_of_a_film_that_is_like_another_ends_the_page_of_that(anonymous, heard, film):
    like = film(title="Before", genres=["Drama"], cast=["Ana"])
    path = f"/mflix/movies/{film(genres=['Drama'], cast=['Ana'])}/"
    assert "Before" in anonymous.get(path).text
    movies.update_one({"_id": like}, {"$set": {"title": "Afterwards"}})
    heard()
    assert "Afterwards" in anonymous.get(path).text


@pytest.mark.usefixtures("keeping")
def test_cinema_that_is_new_ends_their_list(anonymous, heard):
    anonymous.get("/mflix/theaters/")
    theaters.insert_one({"theaterId": 7, "location": {"address": {"city": "Elche"}}})
    heard()
    assert "Elche" in anonymous.get("/mflix/theaters/").content.decode()


@pytest.mark.usefixtures("keeping")
@pytest.mark.parametrize(
    "query", ["", "?sort=newest", "?year_from=soon", "?q=&after=nothing", "?é"]
)
def test_what_is_watched_most_is_as_it_was_a_second_ago(anonymous, clock, film, query):
    watched = film(title="Watched")
    anonymous.get(f"/mflix/{query}")
    anonymous.get(f"/mflix/movies/{watched}/")
    popularity.waiting.flush()
    clock.now += 1
    assert anonymous.get(f"/mflix/{query}").content.decode().count("Watched") > 1


@pytest.mark.usefixtures("keeping")
def test_every_look_at_a_film_is_counted(anonymous, film):
    path = f"/mflix/movies/{film()}/"
    for client in (anonymous, Client(), Client()):
        client.get(path)
    popularity.waiting.flush()
    assert popularity.views.find_one({"period": "ever"})["views"] == 3


@pytest.mark.usefixtures("keeping")
def test_hundred_who_ask_at_once_make_one_query(commands, film):
    path = f"/mflix/movies/{film()}/"
    with commands() as seen, ThreadPoolExecutor(16) as people:
        answers = list(people.map(lambda _n: Client().get(path).content, range(100)))
    assert len(set(answers)) == 1
    assert [str(command) for command in seen] == ["aggregate movies"]


@pytest.mark.usefixtures("keeping")
def test_distances_are_back_as_soon_as_they_have_an_index(anonymous, heard):
    theaters.insert_one({"location": {"geo": {"type": "Point", "coordinates": [-0.7, 38.3]}}})
    theaters.drop_indexes()
    heard()
    path, english = "/mflix/theaters/?lat=38.3&lng=-0.7", {"accept-language": "en"}
    try:
        assert "has no index for them" in anonymous.get(path, headers=english).text
    finally:
        schema.ensure()
    assert "has no index for them" not in anonymous.get(path, headers=english).text


# Nobody gets another's page


LOOKS = [Display(), Display("dark"), Display("contrast", "200")]
# What only the menu of each role leads to.
OWN = {"Cliente": "/me/", "Técnico": "/clients/", "Administrador": "/users/"}


def shown_to(language: str, look: Display, user: User | None, path: str) -> str:
    client = Client()
    if user:
        client.force_login(user)
    client.cookies[display.COOKIE] = f"{look.theme}.{look.font_size}."
    return client.get(path, headers={"Accept-Language": language}).content.decode()


def listed(page: str) -> set[str]:
    """The films that a page shows as being on the caller's list."""
    # The other buttons come after a field that says "listed".
    return set(re.findall(r'name="place" value="">\s*<button[^>]* id="watch-([0-9a-f]+)"', page))


@pytest.mark.usefixtures("keeping")
@pytest.mark.parametrize("path", ["/mflix/", "/mflix/?genre=Drama", "/mflix/movies/{}/"])
def test_everybody_gets_their_own_page_however_many_ask_at_once(film, path):
    first, second = film(genres=["Drama"]), film(genres=["Drama"])
    people = [
        None,
        a_client(watchlist=[first]),
        a_client(watchlist=[second]),
        a_technician(watchlist=[first]),
        an_administrator(watchlist=[second]),
    ]
    wanted = [(lang, look, who) for lang in ("es", "en") for look in LOOKS for who in people] * 3
    with ThreadPoolExecutor(16) as pool:
        pages = list(pool.map(lambda each: shown_to(*each, path.format(first)), wanted))
    for (language, look, user), page in zip(wanted, pages, strict=True):
        html = re.search("<html[^>]*>", page)[0]
        assert f'lang="{language}"' in html
        assert f"text-{look.font_size}" in html
        assert (f'data-theme="{look.bulma_theme}"' in html) is bool(look.bulma_theme)
        assert ("data-contrast" in html) is look.is_contrast
        assert ("csrfmiddlewaretoken" in page) is (user is not None)
        assert [rol for rol, own in OWN.items() if f'href="{own}"' in page] == (
            [user.rol] if user else []
        )
        shown = {str(first), str(second)} if "{}" not in path else {str(first)}
        assert listed(page) == (shown & {str(user.watchlist[0])} if user else set())


@pytest.mark.usefixtures("keeping")
def test_page_that_holds_somebodys_token_is_not_kept():
    pages = [Client().get("/login/") for _ in range(2)]
    assert pages[0].cookies["csrftoken"].value != pages[1].cookies["csrftoken"].value


def test_page_that_sets_a_cookie_is_not_kept(rf):
    response = HttpResponse("a page with a form")
    response.set_cookie("csrftoken", "x")
    with pytest.raises(public_pages.NotKept):
        public_pages._page(rf.get("/"), response, 60, "")


@pytest.mark.usefixtures("keeping")
@pytest.mark.parametrize("path", [*LISTS, "/"])
def test_public_page_holds_nobodys_token(anonymous, path):
    response = anonymous.get(path)
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()


@pytest.mark.usefixtures("keeping")
@pytest.mark.parametrize("path", [*LISTS, "/"])
def test_what_is_sent_gets_no_kept_page(anonymous, path):
    anonymous.get(path)
    assert anonymous.post(path).status_code == 405


@pytest.mark.usefixtures("keeping")
def test_part_of_a_page_is_not_kept_for_the_whole(anonymous, film, commands):
    film()
    anonymous.get("/mflix/?sort=newest", headers={"HX-Request": "true"})
    with commands() as seen:
        assert anonymous.get("/mflix/?sort=newest").status_code == 200
    assert seen != []


@pytest.mark.usefixtures("keeping")
def test_what_is_not_there_is_not_kept(anonymous, heard, film, commands):
    gone = film()
    movies.delete_one({"_id": gone})
    heard()
    path = f"/mflix/movies/{gone}/"
    assert anonymous.get(path).status_code == 404
    with commands() as seen:
        assert anonymous.get(path).status_code == 404
    assert seen != []


@pytest.mark.usefixtures("keeping")
def test_host_that_is_not_ours_gets_nothing_kept(anonymous):
    anonymous.get("/mflix/")
    assert anonymous.get("/mflix/", headers={"host": "evil.example"}).status_code == 400


# What the browser keeps


@pytest.mark.usefixtures("keeping")
def test_page_that_is_as_it_was_is_not_sent_again(anonymous, film):
    film()
    etag = anonymous.get("/mflix/?sort=newest").headers["ETag"]
    response = anonymous.get("/mflix/?sort=newest", headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.usefixtures("keeping")
def test_page_that_changed_is_sent(anonymous, heard, film):
    film()
    etag = anonymous.get("/mflix/?sort=newest").headers["ETag"]
    film()
    heard()
    response = anonymous.get("/mflix/?sort=newest", headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert response.headers["ETag"] != etag


@pytest.mark.usefixtures("keeping")
def test_page_is_asked_for_again_each_time_and_by_each(anonymous):
    headers = anonymous.get("/mflix/").headers
    assert headers["Cache-Control"] == "no-cache"
    assert {"Cookie", "Accept-Language", "Accept-Encoding"} <= set(headers["Vary"].split(", "))


@pytest.mark.usefixtures("keeping")
def test_page_is_compressed_once(anonymous, monkeypatch):
    times = []
    compressions = {"br": lambda body: times.append(1) or brotli.compress(body)}
    monkeypatch.setattr(public_pages, "COMPRESSIONS", compressions)
    plain = anonymous.get("/mflix/").content
    for _ in range(2):
        response = anonymous.get("/mflix/", headers={"Accept-Encoding": "gzip, br"})
        assert brotli.decompress(response.content) == plain
        assert response.headers["Content-Encoding"] == "br"
        assert response.headers["Content-Length"] == str(len(response.content))
    assert len(times) == 1


@pytest.mark.usefixtures("keeping")
@pytest.mark.parametrize("accepted", ["gzip, deflate", "br;q=0, gzip", "gzip;q=0.5"])
def test_page_is_gzipped_for_who_takes_no_brotli(anonymous, accepted):
    plain = anonymous.get("/mflix/")
    packed = anonymous.get("/mflix/", headers={"Accept-Encoding": accepted})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["Content-Length"] == str(len(packed.content))
    assert packed.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize(
    "accepted", ["", "br;q=0, identity", "br;q=0.0", "brotli", "x-br", "gzip;q=0", "gzip;Q=0"]
)
def test_page_is_plain_for_who_takes_neither(anonymous, accepted):
    response = anonymous.get("/mflix/", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in response.headers


@pytest.mark.usefixtures("keeping")
def test_page_that_was_asked_for_by_head_is_that_of_get(anonymous):
    head = anonymous.head("/mflix/?genre=Drama")
    got = anonymous.get("/mflix/?genre=Drama")
    assert 'name="next" value="/mflix/?genre=Drama"' in got.content.decode()
    assert head.headers["ETag"] == got.headers["ETag"]


@pytest.mark.usefixtures("keeping")
def test_who_waited_for_a_page_that_failed_asks_for_it_no_more(monkeypatch):
    times = []

    def fail(*arguments):
        times.append(1)
        [coming] = public_pages.pages._coming.values()
        wait_until(lambda: coming._condition._waiters)
        raise ExecutionTimeout("too slow")

    def status(_n) -> int:
        return Client(raise_request_exception=False).get("/mflix/?genre=Drama").status_code

    monkeypatch.setattr(catalogue, "page", fail)
    with ThreadPoolExecutor(2) as people:
        assert list(people.map(status, range(2))) == [503, 503]
    assert times == [1]


@pytest.mark.usefixtures("keeping")
def test_page_that_changed_while_it_was_compressed_is_not_kept(anonymous, film, monkeypatch):
    changes = [lambda: film(title="Meanwhile")]

    def slow(body):
        while changes:
            changes.pop()()
        return brotli.compress(body)

    monkeypatch.setattr(public_pages, "COMPRESSIONS", {"br": slow})
    for title_is_there in (False, True):
        response = anonymous.get("/mflix/?sort=title", headers={"Accept-Encoding": "br"})
        assert ("Meanwhile" in brotli.decompress(response.content).decode()) is title_is_there


@pytest.mark.usefixtures("keeping")
def test_what_callers_make_up_is_not_kept(anonymous):
    before = len(public_pages.pages._entries)
    for number in range(5):
        anonymous.get("/mflix/", headers={"HX-Target": "x" * 1000 * number})
        anonymous.get("/mflix/", {"q": "x" * 1000 * number})
    assert len(public_pages.pages._entries) <= before + 2


@pytest.mark.usefixtures("keeping")
def test_nothing_long_that_callers_make_up_is_remembered(anonymous):
    public_pages._resolved.cache_clear()
    public_pages._compression.cache_clear()
    for number in range(20):
        anonymous.get(f"/{number}{'x' * 1000}/")
        anonymous.get("/mflix/", headers={"Accept-Encoding": f"br{number}{'x' * 1000}, br"})
    assert public_pages._resolved.cache_info().currsize < 20
    assert public_pages._compression.cache_info().currsize < 20


def test_own_page_is_not_compressed(cliente):
    """It holds a token, which its length would tell to who can make it send a guess along."""
    response = cliente.get("/mflix/", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in response.headers


# While the database is away


@pytest.mark.usefixtures("keeping")
def test_page_is_shown_as_it_was_last(anonymous, clock, away, film):
    film(title="Still here")
    anonymous.get("/mflix/")
    away()
    anonymous.raise_request_exception = False
    clock.now += 3600
    assert "Still here" in anonymous.get("/mflix/").content.decode()


@pytest.mark.usefixtures("keeping")
@pytest.mark.parametrize("who_saw", ["anonymous", "cliente"])
@pytest.mark.parametrize(
    "headers", [{}, {"Accept-Encoding": "br"}, {"Accept-Language": "en"}, {"HX-Request": "true"}]
)
def test_film_that_is_gone_is_back_for_nobody(
    request, anonymous, away, heard, film, who_saw, headers
):
    """Whoever saw that it is gone, and whatever others ask for who didn't."""
    gone = film()
    path = f"/mflix/movies/{gone}/"
    for asked in ({}, headers):
        assert anonymous.get(path, headers=asked).status_code == 200
    movies.delete_one({"_id": gone})
    heard()
    assert request.getfixturevalue(who_saw).get(path).status_code == 404
    away()
    anonymous.raise_request_exception = False
    assert anonymous.get(path, headers=headers).status_code == 503


@pytest.mark.usefixtures("keeping")
def test_page_that_nobody_saw_before_is_a_503(anonymous, away):
    away()
    anonymous.raise_request_exception = False
    assert anonymous.get("/mflix/").status_code == 503


def test_look_at_a_page_that_the_browser_has_counts_too(film):
    path = f"/mflix/movies/{film()}/"
    etag = Client(headers=BROWSER).get(path)["ETag"]
    again = Client(headers=BROWSER).get(path, headers={"If-None-Match": etag})
    assert again.status_code == 304
    popularity.waiting.flush()
    assert popularity.views.distinct("views", {"period": "ever"}) == [2]


@pytest.mark.usefixtures("keeping")
def test_page_that_is_kept_hides_no_message(anonymous):
    anonymous.get("/")
    leaving = logged_in(a_client())
    leaving.post("/profile/delete/", {"password": PASSWORD})
    del leaving.cookies["sessionid"]  # as browsers do; this one would send it empty
    assert "Hemos eliminado tu cuenta." in leaving.get("/").text
