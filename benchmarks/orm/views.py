"""The pages as one writes them with Django's ORM."""

from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt

from .models import Movie, User


def empty(request):
    return HttpResponse()


def movies(request):
    found = Movie.objects.order_by("-tomatoes__viewer__reviews")
    for parameter, field in (("genre", "genres"), ("cast", "cast")):
        if value := request.GET.get(parameter):
            found = found.filter(**{f"{field}__contains": [value]})
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    return render(request, "movies.html", {"page": page})


def search(request):
    """The ORM has no $text, so this is its way to a pipeline of one's own."""
    pipeline = [
        {"$match": {"$text": {"$search": request.GET["q"]}}},
        {"$sort": {"score": {"$meta": "textScore"}}},
        {"$limit": 20},
    ]
    return render(request, "movies.html", {"page": list(Movie.objects.raw_aggregate(pipeline))})


def movie(request, movie_id):
    found = get_object_or_404(Movie, pk=movie_id)
    comments = found.comments.order_by("-date")[:20]
    return render(request, "movie.html", {"movie": found, "comments": comments})


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
