"""Searching the films."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pialara_site.filters import FilterForm, SearchField

from ..browsing import LABELS, TYPES, Browsing


class NameField(forms.CharField):
    """A text to narrow a search with, which the address gets as it was typed."""

    def __init__(self, name: str, **attributes):
        widget = forms.TextInput(attrs=attributes)
        super().__init__(label=LABELS[name], max_length=100, widget=widget)


class FilmFilters(FilterForm):
    """Shows a search that search.py has read; what makes no sense is not in it any more."""

    q = SearchField(label=_("Title, people or story"))
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

    def __init__(self, browsing: Browsing):
        super().__init__(None, initial=dict(browsing.entered))
        self.browsing = browsing

    @property
    def is_detailed(self) -> bool:
        return bool(self.initial.keys() - {"q"})

    @property
    def tags(self):
        return self.browsing.tags()

    @property
    def kept(self) -> list[tuple[str, str]]:
        return self.browsing.kept
