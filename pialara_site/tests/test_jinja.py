"""What templates may call."""

import pytest
from bson import ObjectId
from django.template import engines
from django.urls import reverse
from django.utils import translation

from pialara_site.links import url_for


def rendered(source: str, **context) -> str:
    return engines["jinja2"].from_string(source).render(context)


# Texts


@pytest.mark.parametrize(("language", "said"), [("en", "Edit"), ("es", "Editar")])
def test_text_is_in_the_language_of_now(language, said):
    with translation.override(language):
        assert rendered('{{ _("Edit") }}') == said


def test_value_in_a_text_is_escaped_once():
    with translation.override("en"):
        shown = rendered('{{ _("Hello, %(name)s", name=name) }}', name="<b> & co")
    assert shown == "Hello, &lt;b&gt; &amp; co"


def test_value_in_a_mail_of_text_is_as_it_is():
    source = '{% autoescape false %}{{ _("Hello, %(name)s", name=name) }}{% endautoescape %}'
    with translation.override("en"):
        assert rendered(source, name="<b> & co") == "Hello, <b> & co"


@pytest.mark.parametrize(("n", "said"), [(1, "1 film"), (2, "2 films")])
def test_plural_is_that_of_the_number(n, said):
    with translation.override("en"):
        source = '{{ ngettext("%(number)s film", "%(number)s films", n, number=n) }}'
        assert rendered(source, n=n) == said


def test_what_templates_are_given_is_escaped():
    assert rendered("{{ name }}", name="<b>") == "&lt;b&gt;"


def test_rules_for_passwords_are_a_list_as_django_makes_them(cliente):
    page = cliente.get("/profile/password/").text
    assert "<ul><li>" in page
    assert "&lt;li" not in page


# Links


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("movies", []),
        ("user", [ObjectId()]),
        ("movie_comments", [ObjectId()]),
        ("own_contact_edit", [1]),
        ("contact_edit", [ObjectId(), 2]),
        ("report", ["genres"]),
    ],
)
def test_link_is_that_of_reverse(name, args):
    for _time in range(2):
        assert url_for(name, *args) == reverse(name, args=args)


# Parts that are kept

PART = '{% call kept("part", name) %}{{ name }}{{ counted() }}{% endcall %}'


def test_part_is_rendered_once_for_all_that_it_shows():
    names, times = [str(ObjectId()) for _name in range(2)], []

    def show(name: str) -> str:
        return rendered(PART, name=name, counted=lambda: times.append(name) or "")

    assert [show(name) for name in (*names, *names)] == [*names, *names]
    assert times == names


def test_part_is_that_of_the_language():
    source = '{% call kept("edit") %}{{ _("Edit") }}{% endcall %}'
    for language, said in [("en", "Edit"), ("es", "Editar")] * 2:
        with translation.override(language):
            assert rendered(source) == said


def test_part_that_was_kept_is_not_escaped_again():
    for _time in range(2):
        assert rendered(PART, name="a < b", counted=str) == "a &lt; b"
