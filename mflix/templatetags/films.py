"""Reading a film's document in templates, whatever others have stored in it."""

from bson import ObjectId
from django import template
from django.conf import settings
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import text
from pialara_site.templatetags.frame import icon

from .. import details
from ..comments import Comment

register = template.Library()

register.filter("words", text)
register.filter("film_title", details.title)
register.filter(details.number)
register.filter(details.facts)
register.filter(details.details)
register.filter(details.ratings)


@register.filter
def id(document: dict) -> ObjectId | None:  # noqa: A001, the name in templates
    """The `_id`, which templates can't name, or None if it is no ObjectId."""
    return document["_id"] if isinstance(document["_id"], ObjectId) else None


@register.filter
def poster(movie: dict) -> str:
    """The address of its poster, if it is of a host whose images may be shown."""
    address = movie.get("poster")
    hosts = tuple(f"{host.rstrip('/')}/" for host in settings.POSTER_HOSTS)
    is_shown = details.is_text(address) and hosts and address.startswith(hosts)
    return address if is_shown else ""


@register.simple_tag
def card(movie: dict) -> SafeString:
    """What a list shows of a film. In Python, as a page has twenty: a template takes ten times as
    long, which was half of the page.
    """
    title, movie_id = details.title(movie), id(movie)
    image = poster(movie)
    image = image and format_html(
        '<img src="{}" alt="{}" loading="lazy" referrerpolicy="no-referrer" width="200"'
        ' height="300">',
        image,
        _("Poster of %(title)s") % {"title": title},
    )
    shown = format_html(
        '<span class="poster">{}</span> <span class="film-title">{}</span>', image, title
    )
    if movie_id:
        shown = format_html('<a href="{}">{}</a>', reverse("movie", args=[movie_id]), shown)
    else:
        shown = format_html("<div>{}</div>", shown)
    return format_html("{}<p>{}{}</p>", shown, text(movie.get("year")), _rating(movie))


def _rating(movie: dict) -> SafeString | str:
    imdb = movie.get("imdb")
    rating = details.number(imdb.get("rating")) if isinstance(imdb, dict) else None
    if rating is None:
        return ""
    return format_html(
        ' · {} <span class="is-sr-only">{}</span> {}',
        icon("star", 16),
        _("IMDb rating"),
        floatformat(rating, 1),
    )


@register.filter
def is_by(comment: Comment, user) -> bool:
    return user.is_authenticated and comment.is_by(user.email)
