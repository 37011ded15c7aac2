from django.urls import path

from .views import attachments, catalogue, comments, reports, theaters, watchlist

urlpatterns = [
    path("", catalogue.browse, name="movies"),
    path("movies/<oid:movie_id>/", catalogue.show, name="movie"),
    path("movies/<oid:movie_id>/comments/", comments.of_movie, name="movie_comments"),
    path("comments/<oid:comment_id>/edit/", comments.edit, name="comment_edit"),
    path("comments/<oid:comment_id>/delete/", comments.delete, name="comment_delete"),
    path("my-comments/", comments.mine, name="my_comments"),
    path("attachments/<oid:attachment_id>", attachments.show, name="attachment"),
    path(
        "attachments/<oid:attachment_id>/thumb",
        attachments.thumbnail,
        name="attachment_thumbnail",
    ),
    path("movies/<oid:movie_id>/watch/", watchlist.watch, name="watch"),
    path("watchlist/", watchlist.show, name="watchlist"),
    path("reports/", reports.index, name="reports"),
    path("reports/<slug:name>/", reports.show, name="report"),
    path("reports/<slug:name>.csv", reports.export, name="report_export"),
    path("theaters/", theaters.theaters_list, name="theaters"),
]
