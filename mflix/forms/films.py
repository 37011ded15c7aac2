"""Searching the films."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from pialara_site.filters import FilterForm, SearchField

from ..browsing import LABELS, TYPES, Browsing


class NameField(forms.CharField):
    """A text to narrow a search with, which the address gets as it was typed."""

    def __init__(self, name: str, **attributes):
        widget = forms.TextInput(attrs=attributes)
        super().__init__(label=LABELS[name], max_length=100, widget=widget)


NUMBERS = {
    "year_from": _("Type a year, such as 1950."),
    "year_to": _("Type a year, such as 1950."),
    "rating_from": _("Type a number from 0 to 10, such as 7.5."),
}


def typed_numbers(query: QueryDict) -> dict[str, str]:
    """What an address says where numbers belong, whether it is one or not."""
    return {name: query[name] for name in NUMBERS if query.get(name)}


class FilmFilters(FilterForm):
    """Shows a search that search.py has read, and says what made no sense to it."""

    q = SearchField(label=_("Title, actors or story"))
    title = NameField("title")
    cast = NameField("cast")
    director = NameField("director")
    language = NameField("language")
    year_from = NameField("year_from", inputmode="numeric")
    year_to = NameField("year_to", inputmode="numeric")
    rating_from = NameField("rating_from", inputmode="decimal")
    rated = NameField("rated", placeholder="PG")
    type = forms.ChoiceField(label=LABELS["type"], choices=[("", _("All")), *TYPES.items()])

    more_label = _("Search more precisely")

    def __init__(self, browsing: Browsing, typed: dict[str, str]):
        """`typed` is what typed_numbers() found."""
        super().__init__(dict(browsing.entered) | typed)
        self.browsing = browsing

    def clean(self):
        for name, sentence in NUMBERS.items():
            if self.data.get(name) and getattr(self.browsing.search, name) is None:
                self.add_error(name, sentence)

    @property
    def more_key(self) -> tuple:
        return type(self).__name__, {**self.data, "q": None}

    @property
    def tags(self):
        return self.browsing.tags()

    @property
    def kept(self) -> list[tuple[str, str]]:
        return self.browsing.kept
