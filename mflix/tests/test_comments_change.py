"""Editing, deleting and moderating comments."""

import re

import pytest
from bson import ObjectId

from accounts import audit
from conftest import logged_in
from mflix import attachments
from mflix.comments import comments
from mflix.movies import movies
from mflix.tests.mothers import a_comment, a_movie, an_attachment
from tests.mothers import a_client


@pytest.fixture
def movie():
    return a_movie(num_mflix_comments=5)


@pytest.fixture
def mine(cliente, movie):
    return a_comment(movie, cliente.user, text="Before")


def edit(browser, comment, text="After", query=""):
    return browser.post(f"/mflix/comments/{comment['_id']}/edit/{query}", {"text": text})


def delete(browser, comment, query=""):
    return browser.post(f"/mflix/comments/{comment['_id']}/delete/{query}")


def stored(comment) -> dict | None:
    return comments.find_one({"_id": comment["_id"]})


def told(movie) -> int:
    return movies.find_one({"_id": movie["_id"]})["num_mflix_comments"]


# Editing


def test_form_shows_the_text(cliente, mine):
    response = cliente.get(f"/mflix/comments/{mine['_id']}/edit/")
    assert response.context["form"]["text"].value() == "Before"


@pytest.mark.parametrize("action", ["edit", "delete"])
def test_page_that_one_came_from_stands_above(cliente, mine, movie, action):
    path = f"/mflix/comments/{mine['_id']}/{action}/"
    assert f'/mflix/movies/{movie["_id"]}/#comments">{movie["title"]}</a>' in cliente.get(path).text
    assert '/mflix/my-comments/">Mis comentarios</a>' in cliente.get(f"{path}?mine").text


def test_only_the_text_is_changed(cliente, mine):
    edit(cliente, mine, " After\r\nthat ")
    assert stored(mine) == mine | {"text": "After\nthat"}


def test_edited_comment_leads_back_to_the_film(cliente, mine, movie):
    response = edit(cliente, mine)
    assert response.headers["Location"] == f"/mflix/movies/{movie['_id']}/#comments"


def test_who_came_from_the_own_comments_goes_back_there(cliente, mine):
    assert edit(cliente, mine, query="?mine").headers["Location"] == "/mflix/my-comments/"
    assert delete(cliente, mine, query="?mine").headers["Location"] == "/mflix/my-comments/"


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001])
def test_bad_text_changes_nothing(cliente, mine, text):
    assert set(edit(cliente, mine, text).context["form"].errors) == {"text"}
    assert stored(mine) == mine


@pytest.mark.parametrize("role", ["tecnico", "admin"])
def test_nobody_else_edits_a_comment(request, mine, role):
    browser = request.getfixturevalue(role)
    assert browser.get(f"/mflix/comments/{mine['_id']}/edit/").status_code == 404
    assert edit(browser, mine).status_code == 404
    assert stored(mine) == mine


def test_email_in_capitals_is_the_same_person(movie):
    browser = logged_in(a_client(email="Eva@Example.org"))
    spelled = [a_comment(movie, email=email) for email in ("eva@example.org", "Eva@Example.org")]
    for comment in spelled:
        edit(browser, comment)
    assert comments.distinct("text") == ["After"]


def test_comment_in_a_strange_spelling_is_offered_to_nobody(cliente, movie):
    comment = a_comment(movie, email=cliente.user.email.upper())
    page = cliente.get(f"/mflix/movies/{movie['_id']}/").text
    assert f"/mflix/comments/{comment['_id']}/" not in page
    assert edit(cliente, comment).status_code == 404


@pytest.mark.parametrize("email", [..., None, "", 7, {"$gt": ""}, []])
def test_comment_without_an_email_is_nobodys(cliente, movie, email):
    comment = a_comment(movie, email=email)
    browsers = (cliente, logged_in(a_client(email="")))
    assert [edit(browser, comment).status_code for browser in browsers] == [404, 404]
    assert [delete(browser, comment).status_code for browser in browsers] == [404, 404]


# Deleting


def test_comment_is_deleted_and_the_film_tells_one_less(cliente, mine, movie):
    response = delete(cliente, mine)
    assert response.headers["Location"] == f"/mflix/movies/{movie['_id']}/#comments"
    assert stored(mine) is None
    assert told(movie) == 4


def test_looking_at_the_page_deletes_nothing(cliente, mine):
    assert cliente.get(f"/mflix/comments/{mine['_id']}/delete/").status_code == 200
    assert stored(mine)


@pytest.mark.parametrize("number", [0, -3, None, "many", ...])
def test_no_film_tells_less_than_no_comments(cliente, number):
    movie = a_movie(num_mflix_comments=number)
    delete(cliente, a_comment(movie, cliente.user))
    assert told(movie) == 0


def test_image_goes_with_its_comment(cliente, mine, movie):
    attachment_id = an_attachment(mine)
    other = an_attachment(a_comment(movie))
    delete(cliente, mine)
    assert attachments.opened(attachment_id) is None
    assert attachments.chunks.distinct("files_id") == [other]


def test_nobody_else_deletes_a_comment(tecnico, mine):
    assert tecnico.get(f"/mflix/comments/{mine['_id']}/delete/").status_code == 404
    assert delete(tecnico, mine).status_code == 404
    assert stored(mine)


def test_comment_deleted_twice_is_counted_once(cliente, mine, movie):
    assert [delete(cliente, mine).status_code for _ in range(2)] == [302, 404]
    assert told(movie) == 4


@pytest.mark.parametrize("change", [edit, delete])
def test_comment_that_goes_meanwhile_is_404(cliente, mine, movie, monkeypatch, change):
    from mflix import comments as module

    original = getattr(module, change.__name__)

    def gone_first(*args):
        comments.delete_one({"_id": mine["_id"]})
        return original(*args)

    monkeypatch.setattr(module, change.__name__, gone_first)
    assert change(cliente, mine).status_code == 404
    assert told(movie) == 5


@pytest.mark.parametrize("step", ["edit", "delete"])
@pytest.mark.parametrize("id_", ["0" * 24, "nonsense"])
def test_comment_that_is_not_there_is_404(cliente, step, id_):
    path = f"/mflix/comments/{id_}/{step}/"
    assert cliente.get(path).status_code == 404
    assert cliente.post(path, {"text": "x"}).status_code == 404


@pytest.mark.parametrize("movie_id", [ObjectId(), ..., None, "text", {"$gt": ""}, [1]])
def test_comment_on_a_film_that_is_gone_can_be_edited_and_deleted(cliente, movie_id):
    film = a_movie()
    comment = a_comment(film, cliente.user, movie_id=movie_id)
    assert edit(cliente, comment).headers["Location"] == "/mflix/my-comments/"
    assert stored(comment)["text"] == "After"
    assert delete(cliente, comment).status_code == 302
    assert (stored(comment), told(film)) == (None, 0)


def test_own_comment_leaves_no_trace_in_the_audit_log(cliente, admin, mine, movie):
    delete(cliente, mine)
    delete(admin, a_comment(movie, admin.user))
    assert audit.entries.count_documents({}) == 0


# Moderating


def test_administrator_removes_any_comment(admin, mine, movie):
    assert delete(admin, mine).status_code == 302
    assert stored(mine) is None
    assert told(movie) == 4


def test_moderation_is_in_the_audit_log_without_the_text(admin, cliente, mine):
    delete(admin, mine)
    entry = audit.entries.find_one()
    assert (entry["action"], entry["actor"]["email"]) == ("moderate", admin.user.email)
    assert entry["target"]["email"] == cliente.user.email
    assert "Before" not in str(entry)


def test_moderation_reads_as_a_sentence_in_the_log(admin, mine):
    delete(admin, mine)
    page = admin.get("/audit/", headers={"accept-language": "en"}).content.decode()
    assert f"deleted a comment of {mine['name']}." in re.sub("<[^>]+>", "", page)
    assert "<p>Film: " in page


def test_moderation_stands_in_the_history_of_the_author(admin, cliente, mine):
    delete(admin, mine)
    page = admin.get(f"/users/{cliente.user.pk}/", headers={"accept-language": "en"}).text
    assert "deleted a comment of" in page


def test_one_sees_what_one_is_about_to_delete(admin, movie):
    comment = a_comment(movie, text="First line\n\n<Second>")
    page = admin.get(f"/mflix/comments/{comment['_id']}/delete/").text
    assert "<p>First line</p>" in page
    assert "&lt;Second&gt;" in page


def test_one_is_not_asked_about_ones_own_comment_by_name(cliente, admin, mine):
    path, english = f"/mflix/comments/{mine['_id']}/delete/", {"accept-language": "en"}
    assert "Delete your comment?" in cliente.get(path, headers=english).text
    assert "Delete the comment of" in admin.get(path, headers=english).text


def test_image_that_goes_too_is_named(cliente, mine):
    path, english = f"/mflix/comments/{mine['_id']}/delete/", {"Accept-Language": "en"}
    assert "The comment will be deleted for good." in cliente.get(path, headers=english).text
    an_attachment(mine)
    assert "and its image will be deleted for good." in cliente.get(path, headers=english).text


def test_comment_stays_when_the_log_can_not_be_written(admin, mine, movie, monkeypatch):
    def fail(*args):
        raise RuntimeError("injected")

    monkeypatch.setattr("accounts.audit.record", fail)
    with pytest.raises(RuntimeError, match="injected"):
        delete(admin, mine)
    assert stored(mine)
    assert told(movie) == 5


@pytest.mark.parametrize("field", ["name", "email", "movie_id", "image", "text"])
@pytest.mark.parametrize("value", [..., None, 7, {"$gt": ""}, ["a"]])
def test_administrator_removes_a_comment_of_any_shape(admin, movie, field, value):
    comment = a_comment(movie, **{field: value})
    assert delete(admin, comment).status_code == 302
    assert stored(comment) is None


def test_comment_on_a_list_of_films_can_be_edited_and_deleted(cliente, movie):
    comment = a_comment(movie, cliente.user, movie_id=[movie["_id"]])
    assert cliente.get(f"/mflix/comments/{comment['_id']}/edit/").status_code == 200
    assert cliente.get(f"/mflix/comments/{comment['_id']}/delete/").status_code == 200
    assert cliente.get("/mflix/my-comments/").status_code == 200
    assert delete(cliente, comment).headers["Location"] == "/mflix/my-comments/"
    assert stored(comment) is None


def test_own_comment_is_deleted_without_a_look_at_the_users(cliente, mine, commands):
    with commands() as seen:
        delete(cliente, mine)
    assert [str(each) for each in seen if str(each) == "find users"] == []
