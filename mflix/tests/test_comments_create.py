"""Writing a comment."""

import threading
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from bson import ObjectId
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.attempts import attempts
from accounts.users import users
from conftest import logged_in
from mflix import attachments, pictures
from mflix.comments import comments
from mflix.movies import movies
from mflix.tests.mothers import a_comment, a_movie, an_image
from tests.mothers import a_client


@pytest.fixture
def movie():
    return a_movie(num_mflix_comments=5)


def send(browser, movie, text="Good", **fields):
    return browser.post(f"/mflix/movies/{movie['_id']}/comments/", {"text": text, **fields})


def a_file(content=None, name="photo.png", kind="image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, an_image() if content is None else content, kind)


def errors(response) -> dict:
    return response.context["comment_form"].errors


def told(movie) -> int:
    """The number of comments that the film tells."""
    return movies.find_one({"_id": movie["_id"]})["num_mflix_comments"]


def nothing_is_stored() -> bool:
    stored = (comments, attachments.files, attachments.chunks)
    return not any(each.count_documents({}) for each in stored)


@pytest.mark.parametrize("text", ["", "x" * 5001])
def test_image_is_asked_for_again_beside_another_mistake(cliente, movie, text):
    asked = "Elige otra vez la imagen."
    assert asked in send(cliente, movie, text, image=a_file()).text
    assert asked not in send(cliente, movie, text).text


# What is stored


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_everybody_who_is_logged_in_may_write(request, movie, role):
    response = send(request.getfixturevalue(role), movie)
    assert response.headers["Location"] == f"/mflix/movies/{movie['_id']}/#comments"
    assert comments.count_documents({"movie_id": movie["_id"]}) == 1


def test_anonymous_is_sent_to_the_login_page_and_told_that_nothing_is_saved(anonymous, movie):
    response = send(anonymous, movie)
    assert response.headers["Location"].startswith("/login/?next=/mflix/movies/")
    assert "no se ha guardado" in anonymous.get(response.headers["Location"]).text
    assert nothing_is_stored()


def test_user_without_a_role_writes_nothing(movie):
    assert send(logged_in(a_client(rol="Jefe")), movie).status_code == 403
    assert nothing_is_stored()


def test_comment_has_the_shape_of_the_data_set(cliente, movie):
    before = datetime.now(UTC) - timedelta(seconds=1)
    send(cliente, movie, "Good")
    stored = comments.find_one()
    assert before < stored.pop("date") <= datetime.now(UTC)
    assert isinstance(stored.pop("_id"), ObjectId)
    assert stored == {
        "name": cliente.user.nombre,
        "email": cliente.user.email,
        "movie_id": movie["_id"],
        "text": "Good",
    }


def test_author_with_an_email_in_capitals_owns_the_comment(movie):
    browser = logged_in(a_client(email="Eva@Example.org"))
    send(browser, movie)
    stored = comments.find_one()
    assert stored["email"] == "eva@example.org"
    assert browser.get(f"/mflix/comments/{stored['_id']}/edit/").status_code == 200


def test_who_has_no_name_is_not_named_by_email(movie):
    send(logged_in(a_client(nombre="")), movie)
    assert comments.find_one()["name"] == ""


@pytest.mark.parametrize("field", ["name", "email", "date", "movie_id", "_id"])
def test_nothing_else_can_be_sent_along(cliente, movie, field):
    send(cliente, movie, **{field: "0" * 24})
    stored = comments.find_one()
    assert stored[field] not in ("0" * 24, ObjectId("0" * 24))


# The text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Good \r\n", "Good"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("a\tb", "a b"),
        ("<b>$gt</b> \U0001f600 مرحبا", "<b>$gt</b> \U0001f600 مرحبا"),
        ("$$NOW", "$$NOW"),
        ("x", "x"),
    ],
)
def test_text_is_trimmed_and_without_control_characters(cliente, movie, typed, stored):
    send(cliente, movie, typed)
    assert comments.find_one()["text"] == stored


def test_five_thousand_characters_fit_with_line_breaks_as_browsers_send_them(cliente, movie):
    send(cliente, movie, "ab\r\n" * 1666 + "xy")
    assert len(comments.find_one()["text"]) == 5000


@pytest.mark.parametrize("text", ["", "  \r\n ", "\x00\x1b", "\u200b\u200d", "x" * 5001])
def test_bad_text_is_a_sentence_at_its_field(cliente, movie, text):
    response = send(cliente, movie, text)
    assert response.status_code == 200
    assert set(errors(response)) == {"text"}
    assert nothing_is_stored()


def test_typed_text_stays_beside_the_error(cliente, movie):
    response = send(cliente, movie, "y" * 5001)
    assert "y" * 5001 in response.content.decode()


# The film


def test_film_tells_one_comment_more(cliente, movie):
    send(cliente, movie)
    assert told(movie) == 6


@pytest.mark.parametrize("number", [..., None, "5", [], {"a": 1}])
def test_film_that_told_no_number_tells_one(cliente, number):
    movie = a_movie(num_mflix_comments=number)
    assert send(cliente, movie).status_code == 302
    assert told(movie) == 1


def test_comment_on_a_film_that_is_not_there_is_404(cliente):
    assert send(cliente, {"_id": ObjectId()}, image=a_file()).status_code == 404
    assert nothing_is_stored()


def test_bad_comment_on_a_film_that_is_not_there_is_404(cliente):
    assert send(cliente, {"_id": ObjectId()}, "").status_code == 404


def test_failure_in_the_middle_leaves_nothing(cliente, movie, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("injected")

    monkeypatch.setattr("mflix.comments.comments", Failing(comments, insert_one=fail))
    with pytest.raises(RuntimeError, match="injected"):
        send(cliente, movie, image=a_file())
    assert nothing_is_stored()
    assert told(movie) == 5


class Failing:
    """A collection some of whose methods are others."""

    def __init__(self, collection, **methods):
        self.collection = collection
        self.__dict__.update(methods)

    def __getattr__(self, name):
        return getattr(self.collection, name)


def test_comments_at_the_same_moment_are_all_counted(movie):
    browsers = [logged_in(a_client()) for _ in range(6)]
    at_once([lambda browser=browser: send(browser, movie) for browser in browsers])
    assert told(movie) == 11
    assert comments.count_documents({}) == 6


def at_once(calls):
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        call()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# Twice


def test_form_has_the_id_of_its_comment(cliente, movie):
    page = cliente.get(f"/mflix/movies/{movie['_id']}/comments/")
    shown = page.context["comment_form"]["id"].value()
    send(cliente, movie, id=str(shown))
    assert comments.find_one()["_id"] == shown


def test_form_sent_twice_makes_one_comment_and_answers_the_same(cliente, movie):
    id_ = str(ObjectId())
    first, second = (send(cliente, movie, id=id_, image=a_file()) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert (comments.count_documents({}), told(movie)) == (1, 6)
    assert attachments.files.count_documents({}) == 1


def test_form_sent_twice_at_the_same_moment_makes_one_comment(cliente, movie):
    id_ = str(ObjectId())
    browsers = [logged_in(cliente.user) for _ in range(4)]
    at_once([lambda b=browser: send(b, movie, id=id_, image=a_file()) for browser in browsers])
    assert (comments.count_documents({}), told(movie)) == (1, 6)
    assert attachments.files.count_documents({}) == 1


def test_form_sent_again_with_another_text_makes_another_comment(cliente, movie):
    id_ = str(ObjectId())
    for text in ("one", "two"):
        send(cliente, movie, text, id=id_)
    assert sorted(comments.distinct("text")) == ["one", "two"]


def test_id_of_somebody_elses_comment_neither_shows_nor_changes_it(cliente, movie):
    theirs = a_comment(movie, text="theirs")
    response = send(cliente, movie, "theirs", id=str(theirs["_id"]))
    assert response.status_code == 302
    assert comments.find_one({"_id": theirs["_id"]}) == theirs
    assert comments.count_documents({"email": cliente.user.email}) == 1


@pytest.mark.parametrize("id_", ["nonsense", "0" * 25, "{'$gt': ''}"])
def test_malformed_id_is_a_sentence(cliente, movie, id_):
    assert set(errors(send(cliente, movie, id=id_))) == {"id"}
    assert nothing_is_stored()


# How many


def wrote(browser, times: int, ago=timedelta(0)):
    at = datetime.now(UTC) - ago
    attempts.insert_one(
        {
            "_id": f"comment:{browser.user.pk}",
            "times": [at] * times,
            "expires": at + timedelta(minutes=1),
        }
    )


def test_tenth_comment_within_a_minute_is_published_and_the_next_is_429(cliente, movie):
    statuses = [send(cliente, movie, str(n)).status_code for n in range(11)]
    assert statuses == [302] * 10 + [429]
    assert comments.count_documents({}) == 10


def test_429_says_when_to_come_back_and_keeps_the_text(cliente, movie):
    began = monotonic()
    wrote(cliente, 10, ago=timedelta(seconds=40))
    response = send(cliente, movie, "my long text")
    passed = monotonic() - began
    assert 20 - passed <= int(response.headers["Retry-After"]) <= 20
    assert errors(response)["__all__"]
    assert "my long text" in response.content.decode()


def test_after_a_minute_there_is_room_again(cliente, movie):
    wrote(cliente, 10, ago=timedelta(seconds=61))
    assert send(cliente, movie).status_code == 302


def test_others_may_write_meanwhile(cliente, tecnico, movie):
    wrote(cliente, 10)
    assert send(tecnico, movie).status_code == 302


def test_form_sent_again_is_no_new_comment(cliente, movie):
    id_ = str(ObjectId())
    send(cliente, movie, id=id_)
    attempts.delete_many({})
    wrote(cliente, 10)
    assert send(cliente, movie, id=id_).status_code == 302


def test_refused_text_does_not_count(cliente, movie):
    for _ in range(12):
        assert send(cliente, movie, text="").status_code == 200
    assert send(cliente, movie).status_code == 302


def test_refused_image_counts(cliente, movie):
    """Looking at it is what costs most."""
    for _ in range(10):
        assert send(cliente, movie, image=a_file(b"nonsense")).status_code == 200
    assert send(cliente, movie).status_code == 429


@pytest.fixture
def while_it_is_drawn(monkeypatch):
    """Calls what it is given in the moment between the form and the comment."""

    def happens(change):
        draw = attachments.draw
        monkeypatch.setattr(attachments, "draw", lambda file: (change(), draw(file))[1])

    return happens


def test_comment_of_somebody_who_is_deleted_meanwhile_is_not_stored(
    cliente, movie, while_it_is_drawn
):
    while_it_is_drawn(lambda: users.delete_one({"_id": cliente.user.pk}))
    assert send(cliente, movie, image=a_file()).status_code == 404
    assert nothing_is_stored()
    assert told(movie) == 5


def test_comment_of_somebody_who_is_renamed_meanwhile_has_the_new_name(
    cliente, movie, while_it_is_drawn
):
    renamed = {"nombre": "Eva", "email": "eva@example.org"}
    while_it_is_drawn(lambda: users.update_one({"_id": cliente.user.pk}, {"$set": renamed}))
    send(cliente, movie, image=a_file())
    stored = comments.find_one()
    assert (stored["name"], stored["email"]) == ("Eva", "eva@example.org")


def test_full_queue_of_images_is_a_sentence(cliente, movie, monkeypatch):
    monkeypatch.setattr(pictures, "WAIT_SECONDS", 0)
    with pictures._drawing:
        response = send(cliente, movie, image=a_file())
    assert set(errors(response)) == {"image"}
    assert nothing_is_stored()


def test_comment_on_no_film_does_not_count(cliente, movie):
    for _ in range(12):
        send(cliente, {"_id": ObjectId()})
    assert send(cliente, movie).status_code == 302


# With an image


def test_image_is_kept_with_the_comment(cliente, movie):
    send(cliente, movie, image=a_file())
    stored = comments.find_one()
    assert attachments.opened(stored["image"]).metadata["comment"] == stored["_id"]


def test_comment_without_an_image_has_no_field_for_it(cliente, movie):
    send(cliente, movie)
    assert "image" not in comments.find_one()


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", b"<svg xmlns='http://www.w3.org/2000/svg'/>", an_image("BMP")],
    ids=["empty", "nonsense", "svg", "bmp"],
)
def test_bad_image_is_a_sentence_at_its_field(cliente, movie, content):
    response = send(cliente, movie, "my text", image=a_file(content))
    assert set(errors(response)) == {"image"}
    assert "my text" in response.content.decode()
    assert nothing_is_stored()


def test_image_of_six_megabytes_is_a_sentence_at_its_field(cliente, movie):
    response = send(cliente, movie, image=a_file(an_image() + b"\0" * (6 * 2**20)))
    assert response.status_code == 200
    assert set(errors(response)) == {"image"}


def test_second_try_after_a_bad_image_is_published(cliente, movie):
    id_ = str(ObjectId())
    send(cliente, movie, id=id_, image=a_file(b"nonsense"))
    send(cliente, movie, id=id_, image=a_file())
    assert comments.find_one()["image"]


def test_outcome_is_said_once_and_aloud(cliente, movie):
    send(cliente, movie)
    page = cliente.get(f"/mflix/movies/{movie['_id']}/").text
    assert page.count("notification is-success") == 1
    assert '<div class="block" role="status"><p class="notification is-success' in page


def test_form_holds_the_id_that_the_comment_will_have(cliente, movie):
    page = cliente.get(f"/mflix/movies/{movie['_id']}/")
    assert f'name="id" value="{page.context["comment_id"]}"' in page.text
