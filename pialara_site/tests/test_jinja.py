"""What templates may call."""

import html
import re
from datetime import UTC, datetime

import pytest
from bson import ObjectId
from django.conf import settings
from django.template import engines
from django.template.defaultfilters import date, floatformat, linebreaks_filter
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.timezone import template_localtime
from django.utils.translation import gettext_lazy
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from accounts.models import User
from mflix.tests.mothers import a_movie
from pialara_site.links import url_for


def rendered(source: str, **context) -> str:
    return engines["jinja2"].from_string(source).render(context)


# Texts


@pytest.mark.parametrize(
    "words", ["", "one", "<b>'a' & \"b\"</b>", "<i>\n<b>", "a\r\n\r\n<b>", "a\r<b>"]
)
def test_paragraphs_are_those_of_django(words):
    shown = rendered("{{ words|linebreaks }}", words=words)
    # Quotes have two names.
    assert html.unescape(shown) == html.unescape(linebreaks_filter(words))
    assert "<b>" not in shown
    assert "<i>" not in shown


@pytest.mark.parametrize(("language", "said"), [("en", "Edit"), ("es", "Editar")])
def test_text_is_in_the_language_of_now(language, said):
    with translation.override(language):
        assert rendered('{{ _("Edit") }}') == said


def test_value_in_a_text_is_escaped_once():
    with translation.override("en"):
        shown = rendered('{{ _("Hello, %(name)s", name=name) }}', name="<b> & co")
    assert shown == "Hello, &lt;b&gt; &amp; co"


def test_user_named_in_a_text_is_escaped():
    with translation.override("en"):
        shown = rendered('{{ _("Select %(name)s", name=user) }}', user=User(nombre="<i>Ana"))
    assert shown == "Select &lt;i&gt;Ana"


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


@pytest.mark.parametrize(
    ("value", "page", "mail"),
    [
        ("'a' & \"b\" <i>", "&#39;a&#39; &amp; &#34;b&#34; &lt;i&gt;", "'a' & \"b\" <i>"),
        (Markup("<b>&amp;"), "<b>&amp;", "<b>&amp;"),
        (mark_safe("<b>"), "<b>", "<b>"),
        (gettext_lazy("Edit"), "Edit", "Edit"),
        (User(nombre="<i>Ana"), "&lt;i&gt;Ana", "<i>Ana"),
        (["<i>"], "[&#39;&lt;i&gt;&#39;]", "['<i>']"),
        (1.5, "1.5", "1.5"),
        (None, "None", "None"),
    ],
    ids=repr,
)
def test_value_is_escaped_on_pages_unless_it_is_markup(value, page, mail):
    source = "{{ value }}|{% autoescape false %}{{ value }}{% endautoescape %}|{{ unknown }}"
    with translation.override("en"):
        assert rendered(source, value=value) == f"{page}|{mail}|"


def test_what_a_macro_makes_is_markup_where_values_are_escaped():
    macro = "{% macro bold(text) %}<b>{{ text }}</b>{{ caller() if caller }}{% endmacro %}"
    source = f'{macro}{{{{ bold(name) }}}}{{% call bold(text="x") %}}<i>{{% endcall %}}'
    assert rendered(source, name="<&") == "<b>&lt;&amp;</b><b>x</b><i>"


def test_macro_may_name_its_values_as_it_likes():
    macro = "{% macro bold(self, called) %}<b>{{ called }}</b>{% endmacro %}"
    assert rendered(macro + "{{ bold(1, called=name) }}", name="<") == "<b>&lt;</b>"


def test_rules_for_passwords_are_a_list_as_django_makes_them(cliente):
    page = cliente.get("/profile/password/").text
    assert "<ul><li>" in page
    assert "&lt;li" not in page


def test_icon_is_drawn_when_the_template_is_compiled():
    compiled = engines["jinja2"].env.compile('{{ "star"|icon }}', raw=True)
    assert "<svg" in compiled


# Documents


def test_field_of_a_document_comes_before_a_method():
    assert rendered("{{ film.items }}", film={"items": "three"}) == "three"


def test_document_without_such_a_field_has_its_methods():
    source = "{% for name, value in film.items() %}{{ name }} {{ value }}{% endfor %}"
    assert rendered(source, film={"title": "Up"}) == "title Up"


def test_missing_field_shows_nothing():
    assert rendered("{{ film.title }}|{{ film.imdb.rating }}", film={"imdb": None}) == "|"


@pytest.mark.parametrize("loads", [0, 1], ids=["not loaded yet", "loaded"])
def test_attribute_of_a_lazy_object_is_that_of_what_it_stands_for(loads):
    lazy = SimpleLazyObject(lambda: User(nombre="Ana"))
    for _time in range(loads):
        str(lazy)
    assert rendered("{{ user.nombre }}{{ user.nothing }}", user=lazy) == "Ana"


def test_field_of_a_lazy_document_comes_before_a_method():
    assert rendered("{{ it.items }}", it=SimpleLazyObject(lambda: {"items": 3})) == "3"


def test_error_of_what_a_lazy_object_asks_is_no_missing_field():
    def fail():
        raise AttributeError("ours")

    with pytest.raises(AttributeError, match="ours"):
        rendered("{{ user.nombre }}", user=SimpleLazyObject(fail))


# Loops

INCLUDED = {"part": "<{{ n }}>"}
LOOPS = [
    "{% for n in rows %}{{ n }},{% endfor %}",
    "{% for n in rows %}{{ loop.index }} of {{ loop.length }}: {{ n }}{% endfor %}",
    "{% for n in nobody %}{{ n }}{% else %}nothing{% endfor %}",
    "{% for n in rows if n > 1 %}{% for m in rows %}{{ n * m }} {% endfor %};{% endfor %}",
    "{% for n in rows %}{% if n > 1 %}{% for m in rows %}{{ m }}{% endfor %}{% endif %}"
    "{% endfor %}",
    "{% if rows %}{% for n in rows %}{{ n }}{% endfor %}{% else %}none{% endif %} then {{ rows }}",
    "{% set said %}{% for n in rows %}<{{ n }}>{% endfor %}{% endset %}{{ said }}",
    "{% for n in tree recursive %}{{ n.name }}({{ loop(n.below) }}){% endfor %}",
    "{% macro all(of) %}{% for n in of %}{{ caller(n) }}{% endfor %}{% endmacro %}"
    "{% call(n) all(rows) %}<b>{{ n }}</b>{% endcall %}",
    '{% for n in rows %}[{{ n }}{% include "part" %}]{% endfor %}',
    '{% for n in rows %}[{{ n }}{% include "part" without context %}]{% endfor %}',
    "{% for n in rows %}{% autoescape false %}{{ tag }}{% endautoescape %}{{ tag }}{% endfor %}",
]
TREE = [{"name": "a", "below": [{"name": "b", "below": []}]}, {"name": "c", "below": []}]


@pytest.mark.parametrize("source", LOOPS)
def test_loop_shows_what_jinjas_own_shows(source):
    context = {"rows": [1, 2, 3], "nobody": [], "tree": TREE, "tag": "<b>"}
    ours = engines["jinja2"].env.overlay(loader=DictLoader(INCLUDED))
    jinjas = Environment(autoescape=True, loader=DictLoader(INCLUDED))
    shown, expected = (env.from_string(source).render(context) for env in (ours, jinjas))
    assert shown == expected


def test_loops_of_a_page_and_of_what_it_extends_stand_where_they_are_written():
    pages = {
        "frame": "<{% for n in rows %}{{ n }}{% block row scoped %}{% endblock %}{% endfor %}>",
        "page": '{% extends "frame" %}{% for n in rows %}lost{% endfor %}'
        "{% block row %}{% for m in rows %}{{ n * m }}.{% endfor %}{% endblock %}",
    }
    ours = engines["jinja2"].env.overlay(loader=DictLoader(pages))
    assert ours.get_template("page").render(rows=[1, 2]) == "<11.2.22.4.>"


def test_loop_hands_its_text_out_in_one_piece():
    template = engines["jinja2"].env.from_string("{% for n in rows %}{{ n }}, {% endfor %}")
    assert list(template.generate(rows=[1, 2, 3])) == ["1, 2, 3, "]


# Numbers and times, which are kept by their language and zone

MOMENT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "english", "spanish"),
    [
        ("{{ 7.5|tenths(get_language()) }}", "7.5", "7,5"),
        ('{{ 1234.5|floatformat("-2g") }}', "1,234.5", "1\xa0234,5"),
        ('{{ moment|date("DATE_FORMAT") }}', "2 March 2026", "2 de marzo de 2026"),
        ("{{ film|details }}", "1 March 2026", "1 de marzo de 2026"),
        ("{{ state(user) }}", "Suspended", "Suspendido"),
    ],
)
def test_what_is_kept_is_in_the_language_of_now(source, english, spanish):
    user = User(estado="suspendido")
    for language, said in [("en", english), ("es", spanish), ("en", english)]:
        with translation.override(language):
            found = rendered(source, moment=MOMENT, film={"released": MOMENT}, user=user)
        assert said in found


def test_time_is_that_of_the_zone_of_now():
    for zone, said in [("Europe/Madrid", "00:30"), ("UTC", "23:30"), ("Europe/Madrid", "00:30")]:
        with timezone.override(zone):
            assert rendered('{{ moment|date("H:i") }}', moment=MOMENT) == said


def test_time_is_written_in_the_formats_of_every_language():
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            written = rendered('{{ moment|date("DATETIME_FORMAT") }}', moment=MOMENT)
            assert written == date(template_localtime(MOMENT), "DATETIME_FORMAT")


def test_number_is_written_as_django_does():
    values = [0, 1, 1234.5, -0.04, True, float("nan"), None, "x", [1]]
    for form in (-1, 1, "-2g"):
        with translation.override("es"):
            shown = [rendered("{{ value|floatformat(form) }}", value=v, form=form) for v in values]
            assert shown == [floatformat(value, form) for value in values]


def test_nothing_and_a_little_less_are_both_zero():
    with translation.override("en"):
        assert rendered('{{ -0.04|tenths("en") }} {{ 0|tenths("en") }}') == "0.0 0.0"


# Forms


def test_all_forms_of_a_page_have_one_token_that_works(cliente):
    movies = [a_movie() for _ in range(3)]
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = cliente.cookies
    pages = [browser.get("/mflix/").text for _ in range(2)]
    tokens = [set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)) for page in pages]
    assert [len(each) for each in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    form = {"csrfmiddlewaretoken": tokens[0].pop(), "listed": "yes"}
    assert browser.post(f"/mflix/movies/{movies[0]['_id']}/watch/", form).status_code == 302


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
