"""The frame of the pages, and the small things that it is made of."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.template import engines
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.timesince import timesince

from mflix.tests.mothers import a_movie
from pialara_site.markup import icon, initials, relative

AGO = '{% from "macros.html" import ago %}{{ ago(moment) }}'
AGO_ALONE = AGO.replace("(moment)", "(moment, alone=true)")


def rendered(source: str, **context) -> str:
    with translation.override("en"):
        return engines["jinja2"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ana", "A"),
        ("ana gil", "AG"),
        ("María José Gil Ñúñez", "MÑ"),
        ("", ""),
        ("  ", ""),
        ("eva@x.example", "E"),
    ],
)
def test_initials_are_of_the_first_and_the_last_name(name, expected):
    assert initials(name) == expected


def test_icon_is_drawn_inline_and_silent():
    drawn = icon("user", 16)
    assert drawn.startswith('<svg width="1.0em" height="1.0em"')
    assert 'aria-hidden="true"' in drawn


def test_time_is_relative_with_the_exact_one_at_hand():
    moment = datetime.now(UTC) - timedelta(days=3, hours=2)
    html = rendered(AGO, moment=moment)
    assert "3\xa0days ago" in html
    assert f'<time class="ago" datetime="{moment.isoformat()[:10]}' in html
    assert f"{timezone.localtime(moment).year}" in html.split("ago-exact")[1]


@pytest.mark.parametrize(
    "now", ["2026-11-27 21:30", "2024-02-29 00:00", "2025-03-01 23:59", "2026-12-31 12:00"]
)
def test_time_is_as_long_ago_as_django_says_of_whole_days_and_hours_and_minutes(now):
    now = datetime.fromisoformat(f"{now}:00+00:00")
    whole = {"days": range(1, 1500), "hours": range(1, 24), "minutes": range(1, 60)}
    for unit, numbers in whole.items():
        for n in numbers:
            moment = now - timedelta(**{unit: n})
            with translation.override("en"):
                expected = f"{timesince(moment, now, depth=1)} ago"
                assert relative(moment, now) == expected
                assert relative(moment - timedelta(seconds=59), now) == expected


@pytest.mark.parametrize("seconds", [-3600, 0, 59])
def test_time_of_this_minute_or_ahead_is_just_now(seconds):
    with translation.override("en"):
        assert relative(datetime.now(UTC) - timedelta(seconds=seconds)) == "just now"


def test_first_moment_of_the_calendar_is_long_ago():
    with translation.override("en"):
        assert relative(datetime(1, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 5, tzinfo=UTC)) == (
            "2025\xa0years ago"
        )


def test_time_on_its_own_takes_the_focus():
    assert 'tabindex="0"' in rendered(AGO_ALONE, moment=datetime.now(UTC))


def test_no_time_is_a_dash():
    assert rendered(AGO, moment=None).strip() == "—"


PAGES = {
    "anonymous": ["/login/", "/password/reset/", "/mflix/", "/mflix/theaters/", "/display/"],
    "cliente": ["/me/", "/profile/", "/profile/edit/", "/profile/delete/", "/mflix/watchlist/"],
    "tecnico": ["/clients/", "/clients/create/", "/profile/preferences/", "/mflix/my-comments/"],
    "admin": ["/users/", "/users/create/", "/dashboard/", "/audit/", "/mflix/reports/"],
}
EVERY = [(role, path) for role, paths in PAGES.items() for path in paths]
# Their title tells them apart from other sites' pages, or their heading greets.
HOMES = [(role, "/") for role in PAGES]


def page_of(request, role: str, path: str) -> str:
    return request.getfixturevalue(role).get(path).content.decode()


@pytest.mark.parametrize(("role", "path"), EVERY)
def test_page_has_one_heading_which_is_its_title(request, role, path):
    page = page_of(request, role, path)
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]
    [heading] = re.findall(r"<h1\b[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert title.removesuffix(" · PIA Lara").strip() == heading.strip() != ""


@pytest.mark.parametrize(("role", "path"), HOMES)
def test_home_has_one_heading(request, role, path):
    assert page_of(request, role, path).count("<h1") == 1


def test_page_says_where_it_stands(admin):
    page = admin.get("/users/create/").content.decode()
    crumbs = page[page.index('<nav class="breadcrumb"') :]
    assert '<a href="/">Inicio</a>' in crumbs


@pytest.mark.parametrize(("role", "path"), EVERY + HOMES)
def test_page_names_no_outside_host(request, role, path):
    page = page_of(request, role, path)
    assert "http://" not in page
    assert "https://" not in page


PARTIALS = {
    f"partials/{path.name}" for path in (settings.BASE_DIR / "templates").glob("partials/*")
}
FILM_PARTS = {f"mflix/{name}.html" for name in ("films", "film_row", "facets", "theater_map")}


def test_style_guide_shows_every_partial_to_developers(anonymous, settings):
    settings.STYLEGUIDE = True
    response = anonymous.get("/styleguide/")
    assert (PARTIALS | FILM_PARTS) - {template.name for template in response.templates} == set()


def test_style_guide_is_not_there_for_people(admin, settings):
    settings.STYLEGUIDE = False
    assert admin.get("/styleguide/").status_code == 404


@pytest.mark.parametrize("path", ["/", "/mflix/", "/mflix/theaters/", "/password/reset/"])
def test_page_of_somebody_is_not_found_again_by_whoever_comes_next(cliente, path):
    assert "no-store" in cliente.get(path).headers["Cache-Control"]


def test_own_page_is_kept_by_nobody_as_django_says_it(cliente):
    """The middleware has the header ready, which Django would put together for each page."""
    expected = HttpResponse()
    add_never_cache_headers(expected)
    assert cliente.get("/mflix/").headers["Cache-Control"] == expected["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/profile/", "/mflix/", "/mflix/movies/{}/"])
def test_each_form_that_changes_something_holds_its_token(cliente, path):
    page = cliente.get(path.format(a_movie()["_id"])).text
    forms = re.findall(r'<form[^>]* method="post".*?</form>', page, re.DOTALL)
    assert len(forms) > 1
    assert [form for form in forms if 'name="csrfmiddlewaretoken"' not in form] == []
