"""The films run on indexes: MongoDB's plans for what catalogue.py and film.py send."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from bson import ObjectId, json_util

from accounts.tests.test_explain import LENIENT, chosen_plans, pieces
from conftest import forget_everything
from mflix import catalogue, facets, film, ranking
from mflix.catalogue import page, rows
from mflix.comments import comments
from mflix.keyset import Cursor, Phase, Position
from mflix.movies import CARD, movies
from mflix.search import ORDERS, RELEVANCE, Search
from mflix.suggestions import CANDIDATES, candidates, for_person
from mflix.tests.mothers import a_movie
from pialara_site.mongo import COLLATION

GENRE_LIKE = [
    Search(genre=("Drama",)),
    Search(country=("Spain",)),
    Search(language=("Spanish",)),
    Search(cast=("Actress 3",)),
    Search(director=("Director 7",)),
    Search(rated="PG"),
    Search(type="movie"),
]
SEVERAL = [
    Search(genre=("Drama", "War", "Western")),
    Search(country=("Spain", "France", "Peru")),
    Search(cast=("Actress 3", "Actress 5")),
]
RANGES = [
    Search(title="the t"),
    Search(year_from=1950, year_to=1959),
    Search(year_to=1930),
    Search(rating_from=8.5),
    Search(runtime="180"),
    Search(runtime="other"),
    Search(metacritic="90"),
    Search(metacritic="other"),
]
WORDS = Search(q="night")
SEARCHES = [Search(), *GENRE_LIKE, *SEVERAL, *RANGES, WORDS]
STORED = [sort for sort in ORDERS if sort != RELEVANCE]

# With one row more than a page has, each phase of a list reads this much at most.
A_PAGE = catalogue.PER_PAGE + 1
MOST_PER_ROW = 3


def some_film(n: int) -> dict:
    """A film among hundreds of all kinds, some with odd values, some without any."""
    odd, nothing = n % 29 == 0, n % 31 == 0
    fields = {
        "title": n if odd else f"{('The Train', 'Night', 'A Day')[n % 3]} {n * 7919 % 1009}",
        "year": f"{1900 + n % 100}è" if odd else 1900 + n * 7919 % 120,
        "genres": ["Drama", ("War", "Western", "Comedy")[n % 3]],
        "countries": [("Spain", "France", "Peru", "Japan")[n % 4]],
        "languages": [("Spanish", "French")[n % 2]],
        "cast": [f"Actress {n % 40}", f"Actor {n % 90}"],
        "directors": [f"Director {n % 50}"],
        "rated": ("PG", "R", "APPROVED")[n % 3],
        "type": "series" if n % 20 == 0 else "movie",
        "runtime": n % 240,
        "metacritic": n % 101,
        "fullplot": "One night, something happens." if n % 4 else "Nothing happens.",
        "imdb": {"rating": "" if odd else n * 7919 % 100 / 10},
        "tomatoes": {"viewer": {"numReviews": "many" if odd else n * 7919 % 997}},
    }
    if nothing:
        for name in ("title", "year", "imdb", "tomatoes", "runtime", "metacritic"):
            del fields[name]
    return {"_id": ObjectId(), **fields}


@pytest.fixture(scope="module", autouse=True)
def empty_database(mongod):
    """Once for all tests here, as none of them changes anything."""
    forget_everything()


@pytest.fixture(scope="module")
def hundreds(empty_database, fresh_indexes):
    """Enough films that a plan has something to choose from."""
    movies.insert_many(some_film(n) for n in range(700))


def explained(pipeline: list[dict], verbosity="queryPlanner", collation=COLLATION) -> dict:
    command = {"aggregate": movies.name, "pipeline": pipeline, "cursor": {}}
    return explain(command | {"collation": collation.document}, verbosity)


def explain(command: dict, verbosity: str) -> dict:
    return movies.database.command("explain", command, verbosity=verbosity, codec_options=LENIENT)


def stages(pipeline: list[dict]) -> set[str]:
    """The stages of the chosen plan, those outside the query planner too."""
    plan = explained(pipeline)
    outside = {name for stage in plan.get("stages", ()) for name in stage}
    return {*chosen_plans(plan), *outside}


def examined(pipeline: list[dict]) -> int:
    """How many documents MongoDB reads for it."""
    plan = explained(pipeline, "executionStats")
    inside = plan["stages"][0]["$cursor"] if "stages" in plan else plan
    return inside["executionStats"]["totalDocsExamined"]


def query(search) -> str:
    """The name of a test."""
    return urlencode(search.pairs) or "all" if isinstance(search, Search) else search


def positions(sort: str) -> Iterator[Position]:
    """The place of a film in the middle of each phase of a list."""
    order = ORDERS[sort]
    if order.is_computed:
        yield Position(Phase.KIND, 1.1, ObjectId())
        return
    kind = str if order.lowest == "" else int
    rows = [(order.value(row), row["_id"]) for row in movies.find()]
    yield middle(Phase.KIND, [row for row in rows if isinstance(row[0], kind | float)])
    yield middle(Phase.ODD, [row for row in rows if not isinstance(row[0], kind | float | None)])
    yield Position(Phase.MISSING, None, next(id_ for value, id_ in rows if value is None))


def middle(phase: Phase, rows: list) -> Position:
    return Position(phase, *sorted(rows)[len(rows) // 2])


def cursors(sort: str) -> list[Cursor]:
    """The first page, and for each phase a page after a film and one before it."""
    order, size = ORDERS[sort], catalogue.PER_PAGE
    places = list(positions(sort))
    return [
        Cursor(order, size),
        *(Cursor(order, size, place) for place in places),
        *(Cursor(order, size, place, backwards=True) for place in places),
    ]


def pipelines(search: Search, sort: str) -> list[list[dict]]:
    """Each pipeline of these pages once."""
    found = [facets.pipeline(search)]
    for cursor in cursors(sort):
        fitting = ranking.scored(search) if sort == RELEVANCE else [{"$match": search.criteria()}]
        found += cursor.pipelines(fitting).values()
    return list({json.dumps(each, default=json_util.default): each for each in found}.values())


def lookups(pipeline: list[dict]) -> list[dict]:
    """What MongoDB says of each $lookup: indexesUsed, collectionScans, totalDocsExamined."""
    plan = explained(pipeline, "executionStats")
    return [stage for stage in plan["stages"] if "$lookup" in stage]


# Lists


@pytest.mark.usefixtures("hundreds")
def test_the_plans_are_seen_at_all():
    assert "COLLSCAN" in stages([{"$match": {"fullplot": "x"}}])
    assert "SORT" in stages([{"$sort": {"fullplot": 1}}])
    assert examined([{"$match": {"fullplot": "x"}}]) == movies.count_documents({})


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize("search", SEARCHES, ids=query)
def test_list_scans_no_collection_however_it_is_sorted(search):
    scans = [
        (sort, pipeline)
        for sort in STORED
        for pipeline in pipelines(search, sort)
        if "COLLSCAN" in stages(pipeline)
    ]
    assert scans == []


@pytest.mark.usefixtures("hundreds")
def test_list_by_relevance_scans_no_collection():
    for pipeline in pipelines(WORDS, RELEVANCE):
        found = stages(pipeline)
        assert "TEXT_MATCH" in found
        assert "COLLSCAN" not in found


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize("sort", STORED)
def test_whole_list_is_read_in_the_order_of_an_index(sort):
    sorting = [each for each in pipelines(Search(), sort) if {"SORT", "$sort"} & stages(each)]
    assert sorting == []


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize("search", GENRE_LIKE, ids=query)
def test_popular_films_of_a_kind_are_read_in_the_order_of_an_index(search):
    sorting = [each for each in pipelines(search, "popular") if {"SORT", "$sort"} & stages(each)]
    assert sorting == []


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize(
    ("search", "sort"),
    [*((Search(), sort) for sort in STORED), *((each, "popular") for each in GENRE_LIKE)],
    ids=query,
)
def test_page_deep_in_a_list_reads_no_more_films_than_it_shows(search, sort):
    for cursor in cursors(sort):
        found = cursor.pipelines([{"$match": search.criteria()}])
        read = sum(examined(pipeline) for pipeline in found.values())
        assert read <= MOST_PER_ROW * A_PAGE, cursor


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize("sort", STORED)
@pytest.mark.parametrize("search", [Search(), *GENRE_LIKE], ids=query)
def test_find_that_fills_a_page_is_as_cheap(commands, search, sort):
    for cursor in cursors(sort):
        with commands() as seen:
            cursor.rows(movies, search.criteria(), CARD, collation=COLLATION)
        names = ("find", "filter", "projection", "sort", "limit", "collation")
        plan = explain({name: seen[0].body[name] for name in names}, "executionStats")
        read = set(chosen_plans(plan))
        assert "IXSCAN" in read
        assert "COLLSCAN" not in read
        if not search.given or sort == "popular":
            assert "SORT" not in read
            assert plan["executionStats"]["totalDocsExamined"] <= MOST_PER_ROW * A_PAGE, cursor


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize("search", [Search(), GENRE_LIKE[0], WORDS], ids=query)
def test_facets_read_no_more_films_than_are_counted(search, monkeypatch):
    monkeypatch.setattr(facets, "MOST_COUNTED", 50)
    monkeypatch.setattr(facets, "MOST_COUNTED_OF_WORDS", 50)
    assert examined(facets.pipeline(search)) == 51


@pytest.mark.usefixtures("hundreds")
def test_best_of_many_films_are_found_among_the_candidates_alone(monkeypatch):
    monkeypatch.setattr(ranking, "CANDIDATES", 10)
    assert movies.count_documents(WORDS.criteria()) > 500
    assert examined(ranking.fused(WORDS)) == 10


def test_lists_send_the_collation_of_the_indexes(commands):
    with commands() as seen:
        page(Search(genre=("Drama",)), Cursor(ORDERS["popular"], 20))
        list(catalogue.loosened(Search(genre=("Drama",))))
    assert [command.body["collation"] for command in seen] == [COLLATION.document] * 2


# One film


@pytest.fixture(scope="module")
def discussed(hundreds) -> dict:
    """A film that shares genres, cast and director with many, with hundreds of comments."""
    movie = a_movie(genres=["Drama", "War"], cast=["Actress 3"], directors=["Director 7"])
    comments.insert_many(
        {
            "movie_id": movie["_id"] if n % 2 else ObjectId(),
            "text": "x",
            "date": "odd" if n % 29 == 0 else movie["_id"].generation_time,
        }
        for n in range(600)
    )
    return movie


def test_film_is_found_by_its_id(discussed):
    found = stages(film.pipeline(discussed["_id"]))
    assert "COLLSCAN" not in found
    assert {"IDHACK", "IXSCAN"} & found


def test_comments_and_similar_films_are_found_on_indexes(discussed):
    found = lookups([*film.pipeline(discussed["_id"]), *candidates()])
    assert len(found) == 4
    assert [each for each in found if each["collectionScans"]] == []
    assert [each for each in found if not each["indexesUsed"]] == []


def test_film_page_reads_no_more_comments_and_films_than_it_may_show(discussed):
    for each in lookups([*film.pipeline(discussed["_id"]), *candidates()]):
        assert each["totalDocsExamined"] <= 25, each["$lookup"]


LIKES = [
    {"favorite_genres": ["Drama", "War"]},
    {"favorite_cast": ["actress 3"]},
    {"preferred_ratings": ["PG", "R"]},
    {"favorite_genres": ["War"], "favorite_cast": ["Actor 7"], "preferred_ratings": ["pg"]},
]


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize("preferences", LIKES, ids=" and ".join)
def test_films_for_a_person_are_found_on_indexes_and_are_few(preferences):
    for piece in pieces(for_person(preferences)):
        assert not {"COLLSCAN", "SORT"} & stages(piece)
        assert examined(piece) <= 10 * CANDIDATES


@pytest.fixture
def profiled():
    """What the server examined for each aggregate on films, the latest last."""
    database = movies.database
    database.command("profile", 2)
    yield lambda: [
        each["docsExamined"]
        for each in database["system.profile"].find({"command.aggregate": movies.name}).sort("ts")
    ]
    database.command("profile", 0)
    database["system.profile"].drop()


@pytest.mark.usefixtures("hundreds")
def test_search_that_finds_little_leaves_no_plan_for_one_that_finds_much(profiled):
    narrow, wide = Search(year_to=0), Search(year_to=9999)
    for search in [narrow] * 3 + [wide] * 3:
        cursor = Cursor(ORDERS["popular"], 20)
        list(movies.aggregate(rows(search, cursor), collation=COLLATION))
    assert profiled()[-1] <= 10 * A_PAGE  # of 700


@pytest.mark.usefixtures("hundreds")
def test_numbers_of_several_filters_have_a_plan_of_their_own(profiled):
    """Or one that counts few films early on would leave its plan to those that count many."""
    plans = [
        explained(facets.pipeline(Search(rated="PG", type=kind)))["stages"][0]["$cursor"]
        for kind in ("series", "movie")
    ]
    assert len({plan["queryPlanner"]["queryHash"] for plan in plans}) == 2


@pytest.mark.usefixtures("hundreds")
def test_odd_films_are_not_looked_for_where_the_others_fill_the_page(profiled):
    cursor = Cursor(ORDERS["popular"], catalogue.PER_PAGE)
    page(Search(), cursor)
    list(movies.aggregate(facets.pipeline(Search()), collation=COLLATION))
    together, numbers = profiled()
    assert together == A_PAGE + numbers
