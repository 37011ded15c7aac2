"""The pages as one writes them with Django's ORM."""

from itertools import pairwise

from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt

from .models import Movie, User

BUCKETS = {"runtime": [0, 60, 90, 120, 180], "metacritic": [0, 50, 70, 90, 100]}
# What a film has in common with another one is worth so much.
WORTH = {"directors": 3, "cast": 2, "genres": 1}
CARD = ("title", "year", "poster", "imdb")
SHOWN = 10


def _given(*fields: str) -> dict[str, dict]:
    """These fields, also where a document lacks them: what the first one of a pipeline of one's own
    lacks, the ORM reads by a query for each of them.
    """
    return {field: {"$ifNull": [f"${field}", None]} for field in fields}


def empty(request):
    return HttpResponse()


def movies(request):
    found = Movie.objects.order_by("-tomatoes__viewer__reviews")
    if genre := request.GET.get("genre"):
        found = found.filter(genres__contains=[genre])
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    return render(request, "movies.html", {"page": page})


def facets(request):
    """The films of one who plays in them, and M220P's two facets beside them."""
    found = Movie.objects.filter(cast__contains=[request.GET["cast"]])
    within = {
        f"{field}_{first}_to_{end}": Q(**{f"{field}__gte": first, f"{field}__lt": end})
        for field, bounds in BUCKETS.items()
        for first, end in pairwise(bounds)
    }
    numbers = found.aggregate(**{name: Count("pk", filter=each) for name, each in within.items()})
    by_reviews = found.order_by("-tomatoes__viewer__reviews")
    page = Paginator(by_reviews, 20).get_page(request.GET.get("page"))
    return render(request, "facets.html", {"page": page, "numbers": numbers})


def search(request):
    """The ORM has no $text, so this is its way to a pipeline of one's own."""
    pipeline = [
        {"$match": {"$text": {"$search": request.GET["q"]}}},
        {"$sort": {"score": {"$meta": "textScore"}}},
        {"$limit": 20},
        {"$project": _given(*CARD, "plot", "genres")},
    ]
    return render(request, "movies.html", {"page": list(Movie.objects.raw_aggregate(pipeline))})


def movie(request, movie_id):
    """The film and its comments."""
    return render(request, "movie.html", _film(movie_id))


def whole_movie(request, movie_id):
    """The same with more about it, what reviewers say, and the films like it, as our page has."""
    context = _film(movie_id)
    return render(request, "whole_movie.html", {**context, "similar": _similar(context["movie"])})


def _film(movie_id) -> dict:
    found = get_object_or_404(Movie, pk=movie_id)
    return {"movie": found, "comments": found.comments.order_by("-date")[:20]}


def _similar(movie: Movie) -> list[Movie]:
    """Those that share most with it, of the most popular ones that share a person or a genre.

    By pipelines of one's own, as the ORM's `overlap` uses no index.
    """
    names = {field: set(getattr(movie, field) or ()) for field in WORTH}
    films = {}
    for field in WORTH:
        pipeline = [
            {"$match": {field: {"$in": list(names[field])}, "_id": {"$ne": movie.pk}}},
            {"$sort": {"tomatoes.viewer.numReviews": -1}},
            {"$limit": SHOWN},
            {"$project": _given(*CARD, *WORTH)},
        ]
        films |= {each.pk: each for each in Movie.objects.raw_aggregate(pipeline)}

    def shared(other: Movie) -> int:
        return sum(
            worth * len(names[field] & set(getattr(other, field) or ()))
            for field, worth in WORTH.items()
        )

    return sorted(films.values(), key=shared, reverse=True)[:SHOWN]


@login_required
def users(request):
    page = Paginator(User.objects.order_by("nombre"), 25).get_page(request.GET.get("page"))
    return render(request, "users.html", {"page": page})


@csrf_exempt
def log_in(request):
    user = authenticate(request, email=request.POST["email"], password=request.POST["password"])
    if user is None:
        return HttpResponse(status=401)
    login(request, user)
    return redirect("movies")
