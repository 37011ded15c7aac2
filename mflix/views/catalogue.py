"""Browsing the films, and one film."""

import pymongo
from bson import ObjectId
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from pialara_site import cache, news
from pialara_site.changes import Topic
from pialara_site.mongo import client
from pialara_site.public_pages import public

from .. import catalogue, facets, film, popularity, ranking
from ..browsing import Browsing
from ..comments import comments
from ..forms.comments import CommentForm
from ..forms.films import FilmFilters, typed_numbers
from ..keyset import Cursor
from ..movies import movies
from ..search import Search, order_of
from ..suggestions import best, for_person
from .comments import existing

# Views of films tell nobody when they change what is watched most.
FRONT_SECONDS = 1


@public(lambda request: [Topic.of(movies)], cache.SECONDS)
@login_not_required
@require_safe
def browse(request):
    """The films that a search finds; without any, also those that one may like."""
    search = Search.read(request.GET)
    sort, order = order_of(search, request.GET.get("sort", ""))
    cursor = Cursor.read(order, catalogue.PER_PAGE, request.GET)
    beside = None
    if not search.given and not cursor.position:
        beside = _front(request.user)
        request.page_seconds = FRONT_SECONDS
    # All commands of a page share the time of one: a slow search keeps others waiting.
    with pymongo.timeout(client.options.timeout):
        page = catalogue.page(search, cursor, beside)
        browsing = Browsing(search, sort, page.facets)
        loosened = browsing.loosened(catalogue.loosened(search) if not page.facets.total else [])
    typed = typed_numbers(request.GET)
    found = page.beside.get("for_you")
    context = {
        "page": page,
        "for_you": best(found, request.user.preferences) if found else [],
        "search": search,
        "browsing": browsing,
        "typed": typed,
        # Made only where the page has not kept its part.
        "form": SimpleLazyObject(lambda: FilmFilters(browsing, typed)),
        "loosened": loosened,
        "most": facets.most_counted(search),
        "candidates": ranking.CANDIDATES,
    }
    return render(request, "mflix/movies.html", context)


def _front(user) -> dict:
    """The queries for what stands beside the first page."""
    queries = popularity.pipelines()
    if user.is_authenticated and (liked := for_person(user.preferences)):
        queries["for_you"] = (movies, liked)
    return queries


def _topics(request, movie_id) -> list[Topic]:
    return [Topic.of(movies), Topic.of(movies, movie_id), Topic.of(comments, movie_id)]


@public(_topics, seen=popularity.count)
@login_not_required
@require_safe
@existing
def show(request, movie_id):
    seen = news.token(Topic.of(comments, movie_id))
    found = film.by_id(movie_id)
    context = {
        "movie": found.movie,
        "comments": found.comments,
        "similar": found.similar,
        # An empty one, of which all but the id is kept, for those who may write one.
        "comment_form": SimpleLazyObject(CommentForm),
        "comment_id": ObjectId(),
        "news": seen,
    }
    return render(request, "mflix/movie.html", context)
