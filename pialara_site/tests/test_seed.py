"""`manage.py seed`: films, theaters and comments. Its people are in accounts/tests/test_seed.py."""

import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command

from accounts.demo import LOGINS
from accounts.users import users
from mflix import demo, seeding
from mflix.comments import comments
from mflix.movies import movies
from mflix.tests.mothers import a_comment, a_movie
from mflix.theaters import theaters

pytestmark = pytest.mark.usefixtures("english")

TRUE_ONES = len(demo.sample_movies())


@pytest.fixture(autouse=True)
def development(settings):
    settings.DEBUG = True


@pytest.fixture
def run(capsys):
    """Runs the command, with few people, and answers what it printed."""

    def run(**options):
        call_command("seed", **{"users": 3, **options})
        return capsys.readouterr().out

    return run


def assert_counts_agree():
    """Every film tells how many comments it has."""
    ids = [comment["movie_id"] for comment in comments.find()]
    for movie in movies.find():
        assert movie["num_mflix_comments"] == ids.count(movie["_id"]), movie["title"]


# How much


def test_seed_adds_the_true_films_and_some_comments_when_it_is_not_told(run):
    said = run()
    assert f"Sample films: {TRUE_ONES} added, 0 were there." in said
    assert "Sample cinemas: 60 added, 0 were there." in said
    assert "Sample comments: 600 added, 0 were there." in said


def test_seeded_documents_are_stored_as_they_were_made(run):
    run(comments=0)
    assert list(movies.find(sort=[("_id", 1)])) == demo.sample_movies()
    assert list(theaters.find(sort=[("_id", 1)])) == demo.theaters()


def test_seed_adds_as_many_as_it_is_told(run):
    run(movies=1234, comments=2345)
    assert movies.count_documents({}) == 1234
    assert comments.count_documents({}) == 2345


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/mflix/?title=viridiana", "Viridiana"),
        ("/mflix/?cast=Ricardo+Dar%C3%ADn", "Nine Queens"),
        (f"/mflix/movies/{demo.sample_movies()[0]['_id']}/", demo.sample_movies()[0]["title"]),
        ("/mflix/theaters/?city=Madrid", "Cine Doré"),
    ],
)
def test_seeded_documents_are_on_the_pages(run, anonymous, path, shown):
    run()
    assert shown in anonymous.get(path).content.decode()


def test_seed_of_few_films_adds_true_ones(run):
    run(movies=5, comments=10)
    assert list(movies.distinct("_id")) == demo.movie_ids(range(5))


@pytest.mark.parametrize("option", ["movies", "comments", "users"])
def test_seed_refuses_a_negative_number(run, option):
    with pytest.raises(CommandError, match=f"--{option}"):
        run(**{option: -1})


def test_seed_of_no_films_adds_people_only(run):
    run(movies=0)
    assert users.count_documents({}) == 3
    assert not movies.find_one()
    assert not theaters.find_one()


def test_comments_without_films_are_refused(run):
    with pytest.raises(CommandError, match="--comments"):
        run(movies=0, comments=1)


def test_seed_may_take_its_time(run, commands):
    with commands() as seen:
        run(movies=20, comments=20)
    stored = {"users", "theaters", "movies", "comments"}
    sent = [each for each in seen if each.name in ("insert", "aggregate", "update")]
    assert {each.collection for each in sent} >= stored
    assert not any("maxTimeMS" in each.body for each in sent)


# Again


def test_seed_twice_adds_nothing_new(run):
    run(movies=1100, comments=1200)
    before = [list(each.find(sort=[("_id", 1)])) for each in (movies, theaters, comments)]
    said = run(movies=1100, comments=1200)
    assert [list(each.find(sort=[("_id", 1)])) for each in (movies, theaters, comments)] == before
    assert "Sample films: 0 added, 1100 were there." in said


def test_seed_of_more_continues_one_of_less(run):
    run(movies=100, comments=50)
    said = run(movies=1300, comments=1050)
    assert "Sample films: 1200 added, 100 were there." in said
    assert "Sample comments: 1000 added, 50 were there." in said


def test_interrupted_seed_is_completed(run):
    run(movies=300, comments=100)
    movies.delete_many({"year": {"$gte": 2000}})
    comments.delete_many({"date": {"$gte": demo.COMMENTED[8]}})
    run(movies=300, comments=100)
    assert movies.count_documents({}) == 300
    assert comments.count_documents({}) == 100


@pytest.mark.parametrize(
    "numbers",
    [
        [(239, 600)],
        [(50, 300), (239, 500)],
        [(1100, 1500), (20, 2000)],
        [(300, 400), (300, 400)],
        [(300, 400), (200, 0)],
    ],
)
def test_films_tell_how_many_comments_they_have_whatever_was_seeded(run, numbers):
    for films, number in numbers:
        run(movies=films, comments=number)
    assert_counts_agree()


def test_comments_of_people_count_too(run):
    run(movies=5, comments=0)
    a_comment(demo.sample_movies()[0])
    run(movies=5, comments=20)
    assert_counts_agree()


def test_counts_are_right_after_an_interruption_between_comments_and_counting(run):
    sum(seeding.add_movies(10))
    sum(seeding.add_comments(30, 10, [("Eva", "eva@example.org")]))
    run(movies=10, comments=30)
    assert_counts_agree()


def test_batches_tell_how_much_they_added():
    assert list(seeding.add_movies(2500)) == [1000, 1000, 500]
    assert list(seeding.add_movies(2600)) == [0, 0, 100]


def test_batches_are_made_no_faster_than_they_are_stored():
    adding = seeding.add_movies(5000)
    next(adding)
    adding.close()
    assert movies.count_documents({}) == (seeding.WRITERS + 1) * demo.BATCH


# Whose


def test_what_another_seed_adds_meanwhile_is_no_error(run, monkeypatch):
    monkeypatch.setattr(seeding, "_missing", lambda collection, ids: set(ids))
    assert seeding.add_theaters() == len(demo.theaters())
    assert seeding.add_theaters() == 0


def test_demo_people_own_comments(run):
    run(comments=100)
    for _role, email in LOGINS:
        comment = comments.find_one({"email": email})
        assert comment["name"] == users.find_one({"email": email})["nombre"]


def test_comments_are_of_people_who_are_there(run):
    run(users=5, seed=2, comments=100)
    assert set(comments.distinct("email")) <= set(users.distinct("email"))


def test_comments_are_of_sample_people_also_when_none_is_added(run):
    run(users=0, comments=100)
    assert comments.find_one({"email": LOGINS[0][1]})
    assert not users.find_one()


def test_films_of_others_stay_alone(run):
    a_movie()
    assert "left out" in run()
    assert movies.count_documents({}) == 1
    assert not comments.find_one()
    assert users.count_documents({}) == 3


@pytest.mark.parametrize("option", ["movies", "comments"])
def test_seed_refuses_to_mix_with_the_films_of_others(run, option):
    a_movie()
    with pytest.raises(CommandError, match="MFLIX_DB_NAME"):
        run(**{option: 10})
    assert not users.find_one()


@pytest.mark.parametrize("id_", [1, "text", ObjectId("0" * 24), ObjectId("f" * 24), None])
def test_films_of_others_are_seen_among_ours_whatever_their_id(run, id_):
    run(movies=10)
    a_movie(_id=id_)
    assert seeding.others_are_there()


def test_theaters_of_others_keep_the_films_out(run):
    theaters.insert_one({"theaterId": 1000})
    assert "left out" in run()
    assert not movies.find_one()


def test_comments_whose_films_are_still_to_be_imported_keep_the_films_out(run):
    comments.insert_one({"movie_id": ObjectId(), "text": "Rem officiis"})
    assert "left out" in run()
    assert not movies.find_one()


def test_films_of_ours_are_not_those_of_others(run):
    run(movies=1100)
    assert not seeding.others_are_there()


def test_looking_for_others_reads_no_film_of_ours(run):
    run(movies=50)
    plan = movies.find(seeding.NOT_OURS).explain()["executionStats"]
    assert plan["totalDocsExamined"] == 0


def test_seed_refuses_production(run, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        run(movies=5)
    assert not movies.find_one()
