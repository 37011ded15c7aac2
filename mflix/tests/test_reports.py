"""/mflix/reports/: what administrators read, as a table, a chart and a file."""

import csv
import runpy
from contextlib import ExitStack
from datetime import UTC, datetime
from io import StringIO

import pytest
from bson import ObjectId
from bson.codec_options import CodecOptions
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from pymongo import MongoClient

from mflix import reports
from mflix.comments import comments
from mflix.forms.reports import DirectorsForm
from mflix.movies import movies
from mflix.tables import REPORTS
from mflix.views import reports as views
from pialara_site import changes, embedded
from pialara_site.mongo import COLLATION

from .mothers import a_comment, a_movie

GONE = {"_id": ObjectId()}


def cells(caller, name: str, **query) -> list[tuple]:
    """The rows of the report's page."""
    found = caller.get(f"/mflix/reports/{name}/", query).context["rows"]
    return [row.cells for row, _pairs in found or []]


def table(caller, name: str, language="en", **query) -> list[dict]:
    """The lines of the report's file."""
    response = caller.get(
        f"/mflix/reports/{name}.csv", query, headers={"accept-language": language}
    )
    content = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(StringIO(content, newline="")))


def english(caller, path: str) -> str:
    return caller.get(path, headers={"accept-language": "en"}).content.decode()


def wrote(email: str, times: int, **fields):
    movie = a_movie()
    for _n in range(times):
        a_comment(movie, email=email, **fields)


# Who comments most


def test_those_with_the_most_comments_come_first(admin):
    wrote("ana@example.org", 2, name="Ana")
    wrote("eva@example.org", 3, name="Eva")
    assert cells(admin, "commenters") == [
        ("Eva", "eva@example.org", 3),
        ("Ana", "ana@example.org", 2),
    ]


def test_twenty_people_are_listed_and_equal_ones_by_their_email(admin):
    for n in range(25, 0, -1):
        wrote(f"person{n:02}@example.org", 1)
    emails = [email for _name, email, _n in cells(admin, "commenters")]
    assert emails == [f"person{n:02}@example.org" for n in range(1, 21)]


def test_person_is_called_as_in_their_latest_comment(admin):
    movie = a_movie()
    for day, name in ((2, "New"), (1, "Old")):
        date = datetime(2026, 1, day, tzinfo=UTC)
        a_comment(movie, email="ana@example.org", name=name, date=date)
    assert cells(admin, "commenters") == [("New", "ana@example.org", 2)]


def test_person_without_a_name_is_called_by_their_email(admin):
    wrote("ana@example.org", 1, name=...)
    assert cells(admin, "commenters")[0][0] == "ana@example.org"


@pytest.mark.parametrize("email", [..., None, "", 7])
def test_comments_without_an_email_are_nobodys(admin, email):
    wrote(email, 1)
    assert cells(admin, "commenters") == []


def test_comments_on_films_that_are_gone_count_for_who_wrote_them(admin):
    a_comment(GONE, email="ana@example.org", name="Ana")
    assert cells(admin, "commenters") == [("Ana", "ana@example.org", 1)]


def test_who_comments_most_is_what_a_majority_has_stored(admin, commands):
    with commands() as seen:
        admin.get("/mflix/reports/commenters/")
    assert seen[-1].body["readConcern"]["level"] == "majority"


# Directors


def rated(director, *ratings):
    for rating in ratings:
        a_movie(directors=[director], imdb={"rating": rating})


def test_directors_with_the_best_average_come_first(admin):
    rated("Good", 8.0, 7.0, 7.5)
    rated("Better", 9.0, 8.0, 8.5)
    assert cells(admin, "directors") == [("Better", 3, 8.5), ("Good", 3, 7.5)]


@pytest.mark.parametrize(("films", "names"), [("1", ["One", "Two"]), ("2", ["Two"]), ("3", [])])
def test_only_directors_with_enough_films_are_listed(admin, films, names):
    rated("One", 9)
    rated("Two", 8, 8)
    assert [name for name, *_rest in cells(admin, "directors", films=films)] == names


@pytest.mark.parametrize("rating", ["", None, ..., "8.1", -1, 11, float("nan"), [9], {"a": 1}])
def test_films_without_a_rating_do_not_count(admin, rating):
    rated("Ana", 6, 8)
    a_movie(directors=["Ana"], imdb={"rating": rating} if rating is not ... else ...)
    assert cells(admin, "directors", films=2) == [("Ana", 2, 7)]
    assert cells(admin, "directors", films=3) == []


def test_equal_directors_are_listed_by_films_and_then_by_name(admin):
    rated("Berta", 7, 7)
    rated("Ana", 7, 7)
    rated("Carla", 7, 7, 7)
    names = [name for name, *_rest in cells(admin, "directors", films=1)]
    assert names == ["Carla", "Ana", "Berta"]


def test_averages_have_two_digits_each(admin):
    rated("Ana", 9, 9, 9)
    rated("Luz", 8.9, 8.9, 8.9)
    page = english(admin, "/mflix/reports/directors/")
    assert ">9.00<" in page
    assert ">8.90<" in page


def test_film_counts_for_each_of_its_directors(admin):
    a_movie(directors=["Joel", "Ethan"], imdb={"rating": 8})
    assert cells(admin, "directors", films=1) == [("Ethan", 1, 8), ("Joel", 1, 8)]


def test_film_counts_once_for_a_director_whom_it_names_twice(admin):
    a_movie(directors=["Ana", "Ana"], imdb={"rating": 8})
    assert cells(admin, "directors", films=1) == [("Ana", 1, 8)]


@pytest.mark.parametrize("directors", [..., None, [], [""], [None, 7], 7, {"a": 1}])
def test_film_without_directors_is_left_out(admin, directors):
    a_movie(directors=directors)
    assert cells(admin, "directors", films=1) == []


def test_single_name_is_as_good_as_a_list(admin):
    a_movie(directors="Ana", imdb={"rating": 8})
    assert cells(admin, "directors", films=1) == [("Ana", 1, 8)]


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("5", 5),
        (" 5 ", 5),
        ("0", 1),
        ("-7", 1),
        ("101", 100),
        ("9" * 5000, 3),
        ("", 3),
        ("many", 3),
        ("2.5", 3),
        ("$gt", 3),
        ("\x00", 3),
    ],
)
def test_number_of_films_is_the_nearest_sensible_one(typed, taken):
    form = DirectorsForm({"films": typed})
    assert form.is_valid()
    assert form.cleaned_data == {"films": taken}


def test_page_shows_the_number_that_it_took(admin):
    page = admin.get("/mflix/reports/directors/?films=999").content.decode()
    assert '<input type="number" name="films" value="100"' in page


def test_directors_without_the_number_have_three_films(admin):
    rated("Two", 8, 8)
    rated("Three", 7, 7, 7)
    assert cells(admin, "directors") == [("Three", 3, 7)]


# By year


def test_each_year_has_its_films_and_the_comments_on_them(admin):
    a_movie(year=1976)
    film = a_movie(year=1976)
    a_movie(year=1950)
    for _n in range(3):
        a_comment(film, date=datetime(2015, 6, 1, tzinfo=UTC))
    assert cells(admin, "years") == [(1950, 1, 0, 0), (1976, 2, 3, 0), (2015, 0, 0, 3)]


def test_comments_on_films_that_are_gone_count_only_for_when_they_were_written(admin):
    a_comment(GONE, date=datetime(2015, 6, 1, tzinfo=UTC))
    assert cells(admin, "years") == [(2015, 0, 0, 1)]


@pytest.mark.parametrize("year", ["2006è", "", None, ..., [1990], {"a": 1}, float("nan"), 10**15])
def test_film_without_a_year_is_listed_as_unknown(admin, year):
    a_movie(year=year)
    assert cells(admin, "years") == [(None, 1, 0, 0)]
    assert ">Unknown</th>" in english(admin, "/mflix/reports/years/")


@pytest.mark.parametrize("date", [..., None, "2015-06-01", 7, [datetime(2015, 6, 1, tzinfo=UTC)]])
def test_comment_without_a_date_is_listed_as_unknown(admin, date):
    a_comment(GONE, date=date)
    assert cells(admin, "years") == [(None, 0, 0, 1)]


def test_years_that_were_stored_as_any_kind_of_number_are_one(admin):
    a_movie(year=1976)
    a_movie(year=1976.0)
    assert cells(admin, "years") == [(1976, 2, 0, 0)]


def test_years_without_films_are_drawn_as_zero(admin):
    a_movie(year=1976)
    a_movie(year=1979)
    films, *_others = admin.get("/mflix/reports/years/").context["charts"]
    assert films.points == [(1976, 1), (1977, 0), (1978, 0), (1979, 1)]


def test_year_that_is_a_typing_error_does_not_stretch_the_drawing(admin):
    for year in (1976, 19766, -3, 0):
        a_movie(year=year)
    (films,) = admin.get("/mflix/reports/years/").context["charts"]
    assert films.points == [(1976, 1)]


def test_years_are_the_same_in_all_drawings(admin):
    a_comment(a_movie(year=1976), date=datetime(1978, 1, 1, tzinfo=UTC))
    charts = admin.get("/mflix/reports/years/").context["charts"]
    assert [[year for year, _n in chart.points] for chart in charts] == [[1976, 1977, 1978]] * 3


# By genre


def test_each_genre_has_its_films_and_the_comments_on_them(admin):
    a_movie(genres=["Drama"])
    a_comment(a_movie(genres=["Drama", "War"]))
    assert cells(admin, "genres") == [("Drama", 2, 1), ("Bélico", 1, 1)]


def test_film_counts_once_in_a_genre_that_it_names_twice(admin):
    a_comment(a_movie(genres=["Drama", "Drama"]))
    assert cells(admin, "genres") == [("Drama", 1, 1)]


def test_film_counts_once_for_all_its_genres_that_are_no_text(admin):
    a_comment(a_movie(genres=["Drama", None, 7, 8]))
    assert cells(admin, "genres") == [(None, 1, 1), ("Drama", 1, 1)]


def test_genres_with_equally_many_films_are_listed_by_name(admin):
    a_movie(genres=["War", "Drama", "Action"])
    assert [genre for genre, *_rest in cells(admin, "genres")] == ["Acción", "Drama", "Bélico"]


@pytest.mark.parametrize("genres", [..., None, [], [7], {"a": 1}])
def test_film_without_genres_is_listed_as_unknown(admin, genres):
    a_movie(genres=genres)
    assert cells(admin, "genres") == [(None, 1, 0)]


@pytest.mark.parametrize("movie_id", [..., None, "573a1390f29313caabcd42e8", 7, ObjectId()])
def test_comment_on_no_film_is_in_no_genre(admin, movie_id):
    a_movie(genres=["Drama"])
    a_comment(GONE, movie_id=movie_id)
    assert cells(admin, "genres") == [("Drama", 1, 0)]


# Most commented films


def test_films_with_the_most_comments_come_first(admin):
    for title, times in (("Second", 1), ("First", 2)):
        movie = a_movie(title=title, year=1976)
        for _n in range(times):
            a_comment(movie)
    found = [row[:3] for row in cells(admin, "discussed")]
    assert found == [("First", "1976", 2), ("Second", "1976", 1)]


def test_films_latest_three_comments_are_listed_newest_first(admin):
    movie = a_movie()
    for day in (3, 1, 5, 4, 2):
        a_comment(movie, text=f"day {day}", date=datetime(2026, 1, day, tzinfo=UTC))
    ((_title, _year, _n, latest),) = cells(admin, "discussed")
    assert [comment.text for comment in latest] == ["day 5", "day 4", "day 3"]


def test_films_that_are_gone_leave_no_hole_among_the_twenty(admin):
    for _n in range(25):
        a_comment(a_movie())
        gone = {"_id": ObjectId()}
        a_comment(gone)
        a_comment(gone)
    assert [row[2] for row in cells(admin, "discussed")] == [1] * 20


def test_film_without_title_and_comments_without_anything_are_listed(admin):
    movie = a_movie(title=..., year=...)
    a_comment(movie, name=..., email=..., text=..., date=...)
    page = english(admin, "/mflix/reports/discussed/")
    assert f'<a href="/mflix/movies/{movie["_id"]}/">Untitled</a>' in page
    assert "<strong>Unknown</strong>" in page


def test_what_people_wrote_is_escaped(admin):
    a_comment(a_movie(title="<b>film</b>"), name="<i>Ana</i>", text="<script>alert(1)</script>")
    page = admin.get("/mflix/reports/discussed/").content.decode()
    for raw in ("<b>film", "<i>Ana", "<script>alert"):
        assert raw not in page


# The pages


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_a_table_with_a_drawing_and_a_file(admin, name):
    a_comment(a_movie())
    page = admin.get(f"/mflix/reports/{name}/?films=1").content.decode()
    for part in ("<table", "<svg", "<desc", f'href="/mflix/reports/{name}.csv?films=1"'):
        assert part in page


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("commenters", [("Eva", 2)]),
        ("directors", [("Ana", 8)]),
        ("genres", [("Drama", 1), ("Drama", 2)]),
        ("discussed", [("Amy", 2)]),
    ],
)
def test_drawing_shows_the_numbers_of_its_title(admin, name, drawn):
    film = a_movie(title="Amy", genres=["Drama"], directors=["Ana"], imdb={"rating": 8})
    for _ in range(2):
        a_comment(film, name="Eva", email="eva@example.org")
    charts = admin.get(f"/mflix/reports/{name}/?films=1").context["charts"]
    assert [point for chart in charts for point in chart.points] == drawn


def test_way_to_a_report_shows_that_it_takes_its_time(admin):
    assert admin.get("/mflix/reports/").content.decode().count("data-slow") == len(REPORTS)
    assert b'<form method="get" class="filters" action="/mflix/reports/directors/" data-slow' in (
        admin.get("/mflix/reports/directors/").content
    )


@pytest.mark.parametrize("name", REPORTS)
def test_report_without_data_says_so(admin, name):
    with translation.override("en"):
        nothing = str(REPORTS[name].nothing)
    assert nothing in english(admin, f"/mflix/reports/{name}/")


def test_index_leads_to_every_report_and_its_file(admin):
    page = admin.get("/mflix/reports/").content.decode()
    for name in ("commenters", "directors", "years", "genres", "discussed"):
        assert f'href="/mflix/reports/{name}/"' in page
        assert f'href="/mflix/reports/{name}.csv"' in page


@pytest.mark.parametrize("path", ["nothing/", "nothing.csv", "Years/", "years.txt", "__class__/"])
def test_report_that_is_none_is_not_found(admin, path):
    assert admin.get(f"/mflix/reports/{path}").status_code == 404


def test_first_cells_lead_to_the_films(admin):
    a_movie(year=1976, genres=["Sci-Fi & more"], directors=["Ana Gil"])
    for name, address in (
        ("years", "/mflix/?year_from=1976&amp;year_to=1976"),
        ("genres", "/mflix/?genre=Sci-Fi+%26+more"),
        ("directors", "/mflix/?director=Ana+Gil"),
    ):
        page = admin.get(f"/mflix/reports/{name}/?films=1").content.decode()
        assert f'href="{address}"' in page


def test_year_that_no_search_takes_leads_nowhere(admin):
    for year in (19766, -3):
        a_movie(year=year)
    page = admin.get("/mflix/reports/years/").content.decode()
    assert "19766" in page
    assert "year_from" not in page


@pytest.mark.parametrize("name", REPORTS)
def test_report_costs_one_command_beside_the_session(admin, commands, name):
    a_comment(a_movie())
    with commands() as seen:
        admin.get(f"/mflix/reports/{name}/")
    assert [command.name for command in seen] == ["aggregate", "aggregate"]


# The files


def test_file_is_a_download_that_begins_with_the_mark_of_utf8(admin):
    a_movie(genres=["Español"])
    response = admin.get("/mflix/reports/genres.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.getvalue() == (
        '\ufeff"Género","Películas","Comentarios sobre estas películas"\r\n'
        '"Español","1","0"\r\n'.encode()
    )


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("es", "peliculas-y-comentarios-por-genero.csv"),
        ("en", "films-and-comments-by-genre.csv"),
    ],
)
def test_file_is_called_as_its_report(admin, language, name):
    response = admin.get("/mflix/reports/genres.csv", headers={"accept-language": language})
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("commenters", ["Nombre", "Correo electrónico", "Comentarios"]),
        ("directors", ["Director", "Películas con nota", "Nota media de IMDb"]),
        (
            "years",
            [
                "Año",
                "Películas",
                "Comentarios sobre estas películas",
                "Comentarios escritos ese año",
            ],
        ),
        ("genres", ["Género", "Películas", "Comentarios sobre estas películas"]),
        ("discussed", ["Película", "Año", "Comentarios", "Últimos comentarios"]),
    ],
)
def test_files_have_the_headings_of_their_pages(admin, name, headings):
    a_comment(a_movie())
    (first, *_rest) = table(admin, name, language="es", films=1)
    assert list(first) == headings


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("es", ["Director", "Películas con nota", "Nota media de IMDb"]),
        ("en", ["Director", "Rated films", "Average IMDb rating"]),
    ],
)
def test_numbers_are_as_programs_read_them_in_every_language(admin, language, headings):
    rated("Ana", 7, 8)
    (line,) = table(admin, "directors", language=language, films=2)
    assert list(line.items()) == list(zip(headings, ["Ana", "2", "7.5"], strict=True))


def test_latest_comments_are_the_lines_of_one_cell(admin):
    movie = a_movie(title="Metropolis", year=1927)
    for day in (1, 2):
        date = datetime(2026, 1, day, tzinfo=UTC)
        a_comment(movie, name="Ana", text=f"day {day}", date=date)
    assert table(admin, "discussed") == [
        {
            "Film": "Metropolis",
            "Year": "1927",
            "Comments": "2",
            "Latest comments": "2026-01-02 Ana: day 2\n2026-01-01 Ana: day 1",
        }
    ]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1+1"])
def test_what_a_spreadsheet_would_run_is_a_text(admin, start):
    a_movie(genres=[start])
    assert table(admin, "genres")[0]["Genre"] == f"'{start}"


def test_unknown_year_is_an_empty_cell(admin):
    a_movie(year="2006è")
    assert table(admin, "years")[0]["Year"] == ""


# How they are read


@pytest.fixture
def replica_set(mongod, monkeypatch):
    """The reports' collections by a connection to a whole replica set, not to one server."""
    uri = f"mongodb://127.0.0.1:{mongod.port}/?replicaSet={embedded.SET_NAME}"
    with MongoClient(uri) as client:
        for name in ("comments", "movies"):
            monkeypatch.setattr(reports, name, client[project.MFLIX_DB_NAME][name])
        yield


@pytest.mark.usefixtures("replica_set")
@pytest.mark.parametrize("name", REPORTS)
def test_report_is_read_from_a_secondary_where_there_is_one(admin, commands, name):
    with commands() as seen:
        admin.get(f"/mflix/reports/{name}/")
    assert seen[-1].body["$readPreference"] == {"mode": "secondaryPreferred"}


@pytest.mark.usefixtures("replica_set")
def test_read_preference_is_a_setting(admin, commands, settings):
    settings.REPORTS_READ_PREFERENCE = "nearest"
    with commands() as seen:
        admin.get("/mflix/reports/years/")
    assert seen[-1].body["$readPreference"] == {"mode": "nearest"}


@pytest.fixture
def read_preference(monkeypatch, tmp_path):
    """The setting that the variable makes."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))

    def read_preference(text: str) -> str:
        monkeypatch.setenv("REPORTS_READ_PREFERENCE", text)
        found = runpy.run_path(str(project.BASE_DIR / "pialara_site" / "settings.py"))
        return found["REPORTS_READ_PREFERENCE"]

    return read_preference


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", "secondaryPreferred"),
        ("primary", "primary"),
        ("primaryPreferred", "primaryPreferred"),
        ("secondary", "secondary"),
        ("nearest", "nearest"),
    ],
)
def test_read_preference_is_named_as_the_driver_does(read_preference, text, value):
    assert read_preference(text) == value


@pytest.mark.parametrize("text", ["tertiary", "SecondaryPreferred", "secondary_preferred", "1"])
def test_read_preference_that_is_none_ends_the_start_with_a_sentence(read_preference, text):
    sentence = "^The setting REPORTS_READ_PREFERENCE is not one of primary, primaryPreferred, "
    with pytest.raises(ImproperlyConfigured, match=sentence):
        read_preference(text)


@pytest.mark.parametrize("name", REPORTS)
def test_server_is_told_to_stop_after_ten_seconds(admin, commands, name):
    with commands() as seen:
        admin.get(f"/mflix/reports/{name}/")
    assert 9_000 < seen[-1].body["maxTimeMS"] <= 10_000


@pytest.mark.parametrize("name", REPORTS)
def test_report_may_use_the_disk(admin, commands, name):
    with commands() as seen:
        admin.get(f"/mflix/reports/{name}/")
    assert seen[-1].body["allowDiskUse"] is True


@pytest.fixture
def endless(monkeypatch):
    """The report of genres never ends on its own, and may take a fifth of a second."""
    many = [{"$set": {"n": {"$range": [0, 10_000]}}}, {"$unwind": "$n"}]
    monkeypatch.setattr(reports, "genres_pipeline", lambda: [*many, *many, *many, {"$count": "n"}])
    monkeypatch.setattr(reports, "SECONDS", 0.2)
    a_comment(a_movie())


@pytest.mark.usefixtures("endless")
@pytest.mark.parametrize("path", ["/mflix/reports/genres/", "/mflix/reports/genres.csv"])
def test_report_that_takes_too_long_is_stopped_and_the_page_says_so(admin, path):
    response = admin.get(path, headers={"accept-language": "en"})
    assert response.status_code == 200
    assert (
        "This report takes longer than 10 seconds, so it was stopped." in response.content.decode()
    )


@pytest.mark.usefixtures("endless")
def test_report_that_takes_too_long_leaves_the_others_working(admin, monkeypatch):
    admin.get("/mflix/reports/genres/")
    monkeypatch.setattr(reports, "SECONDS", 10)
    assert len(cells(admin, "years")) == 2


@pytest.mark.usefixtures("endless")
def test_report_that_takes_too_long_is_an_exception_of_its_own():
    with pytest.raises(reports.TooSlow):
        reports.genres()


# The plans


def plan_of(pipeline: list[dict], **options) -> list[dict]:
    """The stages of a pipeline on comments, as they were run."""
    explained = comments.database.command(
        "explain",
        {"aggregate": comments.name, "pipeline": pipeline, "cursor": {}, **options},
        verbosity="executionStats",
        codec_options=CodecOptions(unicode_decode_error_handler="replace"),
    )
    return explained["stages"]


@pytest.fixture
def hundreds(empty_database):
    films = [a_movie(title=f"Film {n}") for n in range(20)]
    comments.insert_many(
        {
            "email": f"person{n % 30}@example.org",
            "name": "Ana",
            "movie_id": films[n % 20]["_id"],
            "text": "x",
            "date": datetime(2026, 1, 1 + n % 28, tzinfo=UTC),
        }
        for n in range(600)
    )


COLLATED = {"collation": COLLATION.document}
PLANS = [
    (reports.commenters_pipeline, {}),
    (reports.discussed_pipeline, COLLATED),
    (reports.years_pipeline, {}),
    (reports.genres_pipeline, {}),
]


@pytest.mark.usefixtures("fresh_indexes", "hundreds")
@pytest.mark.parametrize(("build", "options"), PLANS)
def test_comments_are_counted_from_the_keys_of_an_index_alone(build, options):
    first = plan_of(build(), **options)[0]["$cursor"]
    assert "PROJECTION_COVERED" in str(first["queryPlanner"]["winningPlan"])
    assert first["executionStats"]["totalDocsExamined"] == 0


@pytest.mark.usefixtures("fresh_indexes", "hundreds")
@pytest.mark.parametrize(("build", "options"), PLANS[:2])
def test_what_is_joined_is_looked_up_by_index(build, options):
    joined = [stage for stage in plan_of(build(), **options) if "$lookup" in stage]
    assert joined
    assert [stage["collectionScans"] for stage in joined] == [0] * len(joined)


@pytest.mark.usefixtures("fresh_indexes", "hundreds")
def test_latest_comments_are_read_and_no_others():
    found = plan_of(reports.discussed_pipeline(), **COLLATED)
    *_rest, latest = (stage for stage in found if "$lookup" in stage)
    assert latest["totalDocsExamined"] == 20 * reports.LATEST


def test_pipelines_are_built_without_mongodb(commands):
    with commands() as seen:
        reports.commenters_pipeline()
        reports.directors_pipeline(3)
        reports.years_pipeline()
        reports.genres_pipeline()
        reports.discussed_pipeline()
    assert seen == []


# Who may


@pytest.mark.parametrize("role", ["cliente", "tecnico"])
@pytest.mark.parametrize("path", ["", "years/", "years.csv", "nothing/"])
def test_only_administrators_read_reports(request, role, path):
    assert request.getfixturevalue(role).get(f"/mflix/reports/{path}").status_code == 403


@pytest.mark.parametrize("path", ["", "years/", "years.csv"])
def test_anonymous_caller_is_sent_to_the_login(anonymous, path):
    response = anonymous.get(f"/mflix/reports/{path}")
    assert response.headers["Location"] == f"/login/?next=/mflix/reports/{path}"


@pytest.mark.parametrize("path", ["", "years/", "years.csv"])
def test_reports_are_only_read(admin, path):
    assert admin.post(f"/mflix/reports/{path}").status_code == 405


def test_reports_change_nothing(admin):
    a_comment(a_movie())
    before = list(movies.find()), list(comments.find())
    for name in REPORTS:
        admin.get(f"/mflix/reports/{name}/")
    assert (list(movies.find()), list(comments.find())) == before


def test_comments_on_lists_of_films_break_no_report(admin):
    movie = a_movie()
    for _ in range(3):
        a_comment(movie, movie_id=[movie["_id"]])
    for name in ("discussed", "years", "genres"):
        assert admin.get(f"/mflix/reports/{name}/").status_code == 200


# Kept until something changes


@pytest.mark.parametrize("name", REPORTS)
def test_report_again_is_not_read_again(caching, admin, commands, name):
    admin.get(f"/mflix/reports/{name}/")
    with commands() as seen:
        admin.get(f"/mflix/reports/{name}.csv")
    assert [str(command) for command in seen] == ["aggregate sessions"]


def test_report_shows_what_was_written_since(caching, admin, heard):
    a_comment(a_movie(title="Amy"))
    table(admin, "discussed")
    a_comment(a_movie(title="Bo"))
    heard()
    assert {row["Film"] for row in table(admin, "discussed")} == {"Amy", "Bo"}


@pytest.mark.parametrize("name", ["directors", "years", "genres", "discussed"])
def test_report_shows_what_became_of_a_film_since(caching, admin, heard, name):
    film = a_movie(title="Amy", year=1976, genres=["War"], directors=["Ana"])
    a_comment(film)
    heard()
    before = table(admin, name, films=1)
    new = {"title": "Bo", "year": 1977, "genres": ["Drama"], "directors": ["Eva"]}
    movies.update_one({"_id": film["_id"]}, {"$set": new})
    heard()
    assert table(admin, name, films=1) != before


@pytest.mark.parametrize("name", ["commenters", "years", "genres", "discussed"])
def test_report_counts_a_comment_that_was_written_since(caching, admin, heard, name):
    film = a_movie(genres=["War"])
    a_comment(film)
    heard()
    before = table(admin, name)
    a_comment(film)
    heard()
    assert table(admin, name) != before


def test_report_is_read_no_earlier_than_what_was_heard(listening, admin, commands):
    known = changes.position()
    with commands() as seen:
        admin.get("/mflix/reports/years/")
    assert seen[-1].body["readConcern"]["afterClusterTime"] >= known


def test_reports_leave_threads_to_other_pages(admin):
    with ExitStack() as turns:
        for _ in range(4):
            turns.enter_context(views.waiting.one())
        assert admin.get("/mflix/reports/genres/").status_code == 503
    assert admin.get("/mflix/reports/genres/").status_code == 200
