"""Language, colours, text size and the favourite films."""

import pytest

from conftest import logged_in
from tests.mothers import PASSWORD, a_client, document_of

FIELDS = {
    "language": "en",
    "theme": "dark",
    "font_size": "150",
    "favorite_genres": ["Drama", "Comedy"],
    "favorite_cast": "Chaplin",
    "preferred_ratings": "G\nPG",
}


def save(browser, **changes):
    return browser.post("/profile/preferences/", FIELDS | changes)


def preferences_of(browser):
    return document_of(browser.user)["preferences"]


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_everybody_keeps_preferences(request, role):
    browser = request.getfixturevalue(role)
    assert save(browser).headers["Location"] == "/profile/"
    kept = preferences_of(browser)
    kept.pop("simple", None)  # only clients are asked
    assert kept == FIELDS | {
        "favorite_cast": ["Chaplin"],
        "preferred_ratings": ["G", "PG"],
    }


def test_pages_come_in_the_chosen_language(cliente):
    save(cliente)
    assert '<html lang="en"' in cliente.get("/profile/").content.decode()
    save(cliente, language="es")
    assert '<html lang="es"' in cliente.get("/profile/").content.decode()


def test_pages_come_in_the_chosen_colours_and_size(cliente):
    save(cliente)
    page = cliente.get("/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'class="text-150"' in page


def test_colours_of_the_device_are_no_theme(cliente):
    save(cliente, theme="system")
    assert "data-theme" not in cliente.get("/").content.decode()


@pytest.mark.parametrize("field", ["language", "theme", "font_size"])
@pytest.mark.parametrize("value", ["", "nonsense"])
def test_unknown_choice_is_a_sentence(cliente, field, value):
    assert set(save(cliente, **{field: value}).context["form"].errors) == {field}


def test_names_are_tidied_and_kept_once(cliente):
    save(cliente, favorite_cast="  Chaplin \r\n\r\nBuster   Keaton\nChaplin")
    assert preferences_of(cliente)["favorite_cast"] == ["Chaplin", "Buster Keaton"]


def test_fifty_names_are_kept(cliente):
    save(cliente, favorite_cast="\n".join(map(str, range(50))))
    assert len(preferences_of(cliente)["favorite_cast"]) == 50


def test_more_names_are_a_sentence_and_stay_typed(cliente):
    typed = "\n".join(map(str, range(60)))
    form = save(cliente, favorite_cast=typed).context["form"]
    assert set(form.errors) == {"favorite_cast"}
    assert form["favorite_cast"].value() == typed


def test_names_may_be_empty(cliente):
    save(cliente, favorite_cast="")
    assert preferences_of(cliente)["favorite_cast"] == []


def test_genres_are_chosen_in_the_language_of_the_page(cliente):
    form = cliente.get("/profile/preferences/").context["form"]
    assert ("War", "Bélico") in list(form["favorite_genres"].field.choices)


def test_no_genre_may_be_chosen(cliente):
    save(cliente, favorite_genres=[])
    assert preferences_of(cliente)["favorite_genres"] == []


def test_genre_that_no_film_has_is_a_sentence(cliente):
    form = save(cliente, favorite_genres=["Nonsense"]).context["form"]
    assert set(form.errors) == {"favorite_genres"}


def test_stored_genre_that_no_film_has_can_be_kept():
    browser = logged_in(a_client(preferences={"favorite_genres": ["Film noir", "Drama", 7]}))
    form = browser.get("/profile/preferences/").context["form"]
    ticked = [option.choice_label for option in form["favorite_genres"] if option.data["selected"]]
    assert ticked == ["Drama", "Film noir", "7"]
    save(browser, favorite_genres=["Film noir", "War"])
    assert preferences_of(browser)["favorite_genres"] == ["Film noir", "War"]


@pytest.mark.parametrize("mistyped", [None, "Drama", 7, {"a": 1}])
def test_genres_that_are_no_list_are_replaced(mistyped):
    browser = logged_in(a_client(preferences={"favorite_genres": mistyped}))
    assert browser.get("/profile/preferences/").status_code == 200
    save(browser)
    assert preferences_of(browser)["favorite_genres"] == ["Drama", "Comedy"]


def test_overlong_names_are_a_sentence(cliente):
    assert set(save(cliente, favorite_cast="x" * 5001).context["form"].errors) == {"favorite_cast"}


@pytest.mark.parametrize("name", ["$$NOW", "$nombre", "\U0001f600", "שלום"])
def test_odd_names_are_stored_as_typed(cliente, name):
    save(cliente, favorite_cast=name)
    assert preferences_of(cliente)["favorite_cast"] == [name]


def test_preferences_of_others_programs_stay():
    browser = logged_in(a_client(preferences={"newsletter": True, "theme": "light"}))
    save(browser)
    assert preferences_of(browser)["newsletter"] is True
    assert preferences_of(browser)["theme"] == "dark"


@pytest.mark.parametrize("mistyped", [None, [], "dark", 7])
def test_mistyped_preferences_are_replaced(mistyped):
    browser = logged_in(a_client(preferences=mistyped))
    assert browser.get("/profile/preferences/").status_code == 200
    save(browser)
    assert preferences_of(browser)["theme"] == "dark"


def test_form_shows_what_is_stored():
    stored = {"theme": "light", "favorite_cast": ["Chaplin", "Keaton"]}
    form = logged_in(a_client(preferences=stored)).get("/profile/preferences/").context["form"]
    assert form["theme"].value() == "light"
    assert form["favorite_cast"].value() == "Chaplin\nKeaton"


def test_language_chosen_at_the_foot_of_a_page_is_kept(cliente):
    cliente.post("/language/", {"language": "en", "next": "/profile/"})
    assert preferences_of(cliente)["language"] == "en"


def test_client_keeps_the_simple_mode(cliente):
    save(cliente, simple="on")
    assert preferences_of(cliente)["simple"] is True
    assert "is-simple" in cliente.get("/").content.decode()


@pytest.mark.parametrize(
    ("language", "other", "said"),
    [
        ("es", "en", "Tus preferencias están guardadas."),
        ("en", "es", "Your preferences are saved."),
    ],
)
def test_saved_preferences_are_told_in_the_language_that_was_chosen(cliente, language, other, said):
    save(cliente, language=other)
    save(cliente, language=language)
    assert said in cliente.get("/profile/").text


def test_chosen_look_stays_on_the_device(cliente):
    save(cliente, theme="dark", font_size="150")
    cliente.post("/logout/")
    page = cliente.get("/").text
    assert 'class="text-150"' in page
    assert 'data-theme="dark"' in page


def test_language_and_look_of_who_logs_in_last_on_the_device(anonymous, settings):
    settings.LANGUAGE_COOKIE_SECURE = True
    user = a_client(preferences={"language": "en"})
    cookies = anonymous.post("/login/", {"email": user.email, "password": PASSWORD}).cookies
    for cookie in (cookies["django_language"], cookies["display"]):
        assert (cookie["max-age"], cookie["secure"]) == (settings.LANGUAGE_COOKIE_AGE, True)
