from django.urls import path

from . import views

urlpatterns = [
    path("empty/", views.empty),
    path("movies/", views.movies, name="movies"),
    path("search/", views.search, name="search"),
    path("movies/<str:movie_id>/", views.movie, name="movie"),
    path("users/", views.users, name="users"),
    path("login/", views.log_in, name="login"),
]
