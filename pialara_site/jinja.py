"""What templates may call, beside Jinja's own; everything else comes from the views."""

import hashlib
from functools import cache
from numbers import Number

from django.template import defaultfilters
from django.templatetags.static import static
from django.utils.translation import get_language, gettext, ngettext, override
from django_htmx.jinja import htmx_script
from jinja2 import Environment, Undefined, pass_eval_context
from markupsafe import Markup, escape

from accounts import browsers, history
from accounts import shown as people
from mflix import details
from mflix import shown as films

from . import forms, links, markup, sorting, stored
from .cache import Cache
from .documents import Documents, takes_context

FILTERS = {
    "browser": browsers.browser,
    "capfirst": defaultfilters.capfirst,
    "cut": defaultfilters.cut,
    "date": markup.formatted,
    "default_if_none": defaultfilters.default_if_none,
    "details": details.details,
    "facts": details.facts,
    "film_title": details.title,
    "floatformat": markup.floatformat,
    # As a filter, of a constant name, it is drawn when the template is compiled.
    "icon": markup.icon,
    "imdb_rating": details.imdb_rating,
    "initials": markup.initials,
    "intcomma": markup.intcomma,
    "linebreaks": markup.linebreaks,
    "linebreaksbr": defaultfilters.linebreaksbr,
    "object_id": films.object_id,
    "poster_url": films.poster_url,
    "quoted": markup.quoted,
    "ratings": details.ratings,
    "relative": markup.relative,
    "sentence": history.sentence,
    "set": frozenset,
    "showable": stored.moment,
    "tenths": markup.tenths,
    "sorted_by": sorting.sorted_by,
    "toggled": sorting.toggled,
    "told": history.told,
    "urlencode": defaultfilters.urlencode,
    "words": stored.text,
}
# Parts of pages that are the same for many.
parts = Cache(most_entries=5_000, most_bytes=5 * 2**20)


def kept(*key, caller) -> Markup:
    """What is between `{% call kept(…) %}` and `{% endcall %}`, rendered once for each `key`.

    The key has to be all that is shown there, but for the language: so it never gets old, and is
    nobody's. It consists of plain values and dataclasses; of a user, repr() tells the name alone.
    """
    digest = hashlib.blake2b(repr((get_language(), *key)).encode()).digest()
    return parts.get(digest, caller, of=())


@takes_context
def translated(context, text: str, /, **values) -> str:
    """A text in the language of the page, with `values` filled in; they are escaped, it is not."""
    words = _text(context.get("language") or get_language(), text)
    if not context.eval_ctx.autoescape:
        return str(words) % values if values else str(words)
    if not values:
        return words
    escaped = {name: v if isinstance(v, Number) else escape(v) for name, v in values.items()}
    return Markup(str.__mod__(words, escaped))  # noqa: S704, ours


@cache
def _text(language: str, text: str) -> Markup:
    with override(language):
        return Markup(gettext(text))  # noqa: S704, ours


@pass_eval_context
def translated_plural(eval_ctx, one: str, many: str, number: int, /, **values) -> str:
    text = ngettext(one, many, number)
    return (Markup(text) if eval_ctx.autoescape else text) % values  # noqa: S704, ours


GLOBALS = {
    "_": translated,
    "ngettext": translated_plural,
    "get_language": get_language,
    "htmx_script": cache(htmx_script),
    "kept": kept,
    "languages": markup.languages,
    "listed_contacts": people.listed_contacts,
    "page_of": people.page_of,
    "querystring": markup.querystring,
    "role": people.role,
    "state": people.state,
    "static": cache(static),
    "url_for": links.url_for,
    "watch_forms": films.watch_forms,
    "widget": forms.widget,
}


def environment(**options) -> Environment:
    """As Django's backend asks for it. What is undefined shows nothing, with DEBUG as well."""
    env = Documents(**options | {"autoescape": True, "undefined": Undefined})
    env.filters |= FILTERS
    env.globals |= GLOBALS
    return env
