from mflix.movies import movies
from mflix.tests.mothers import a_comment, a_movie
from mflix.together import together
from pialara_site.mongo import COLLATION


def test_each_query_has_its_rows_in_order():
    for title in "bca":
        a_movie(title=title)
    found = together(
        {
            "up": (movies, [{"$sort": {"title": 1}}]),
            "down": (movies, [{"$sort": {"title": -1}}]),
        }
    )
    titles = {name: [row["title"] for row in rows] for name, rows in found.items()}
    assert titles == {"up": ["a", "b", "c"], "down": ["c", "b", "a"]}


def test_query_without_rows_has_an_empty_list():
    assert together({"none": (movies, []), "neither": (movies, [])}) == {"none": [], "neither": []}


def test_queries_may_be_on_several_collections():
    from mflix.comments import comments

    comment = a_comment(a_movie())
    found = together({1: (movies, [{"$match": {"title": "?"}}]), 2: (comments, [])})
    assert [row["_id"] for row in found[2]] == [comment["_id"]]


def test_collation_holds_for_all():
    a_movie(title="ANA")
    wanted = (movies, [{"$match": {"title": "ana"}}])
    found = together({1: wanted, 2: wanted}, collation=COLLATION)
    assert [len(rows) for rows in found.values()] == [1, 1]


def test_all_is_one_command(commands):
    with commands() as seen:
        together({n: (movies, []) for n in range(5)})
    assert [str(command) for command in seen] == ["aggregate movies"]


def test_one_query_is_sent_as_it_is(commands):
    with commands() as seen:
        together({"only": (movies, [{"$sort": {"title": 1}}])})
    assert [command.body["pipeline"] for command in seen] == [[{"$sort": {"title": 1}}]]
