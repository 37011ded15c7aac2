from django.urls import path

from . import views

urlpatterns = [
    path("empty/", views.empty),
    path("movies/", views.movies, name="movies"),
    path("facets/", views.facets, name="facets"),
    path("search/", views.search, name="search"),
    path("movies/<str:movie_id>/", views.movie, name="movie"),
    path("movies/<str:movie_id>/whole/", views.whole_movie),
    path("users/", views.users, name="users"),
    path("login/", views.log_in, name="login"),
]
