from django.urls import include, path, register_converter

from . import views
from .converters import ObjectIdConverter

register_converter(ObjectIdConverter, "oid")

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("display/", views.show_display, name="display"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("mflix/", include("mflix.urls")),
    path("", include("accounts.urls")),
]

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.not_found
handler500 = views.server_error
