"""The filters of a list, read from its address."""

from dataclasses import dataclass

from django import forms
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from .sorting import sort_of
from .typed import visible


@dataclass(frozen=True)
class Tag:
    """A chosen filter; its `url` is the list without it."""

    label: str
    url: str


class SearchField(forms.CharField):
    """Words to search for. What no name holds is left out, and so is what is too long."""

    def __init__(self, **options):
        widget = forms.TextInput(attrs={"type": "search", "maxlength": 100})
        super().__init__(required=False, widget=widget, **options)

    def to_python(self, value):
        return visible(super().to_python(value))


class FilterForm(forms.Form):
    """Filters that fold away, but for the search `q`. Those that make no sense are not applied."""

    q = SearchField(label=_("Search"))

    kept = ()  # (name, value) pairs to send along that no field shows

    more_label = _("More filters")
    more_key = None  # by what the folded ones may be kept: all that they show but for the language

    def __init__(self, query, *args, **kwargs):
        super().__init__(query, *args, **kwargs)
        # {name: {value: words}} of the fields whose choices say more than the tags do
        self.words = {}
        for name, field in self.fields.items():
            if not field.widget.is_hidden and name != "q":
                field.required = False

    @property
    def chosen(self) -> dict:
        """{name: value} of the filters that make sense."""
        self.is_valid()
        return self.cleaned_data

    @property
    def more(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name != "q"]

    @property
    def is_detailed(self) -> bool:
        """Must the folded ones be seen? What is chosen is told by the tags."""
        return any(field.errors for field in self.more)

    @property
    def tags(self) -> list[Tag]:
        return [
            Tag(f"{field.label}: {self._words(field, value)}", self._without(field.html_name))
            for field in self.visible_fields()
            if (value := self.chosen.get(field.name)) not in ("", None)
        ]

    def _words(self, field, value) -> str:
        words = self.words.get(field.name) or dict(getattr(field.field, "choices", ()))
        return words.get(value, localize(value))

    @property
    def query(self):
        """The address of the list's first page."""
        query = self.data.copy()
        query.pop("page", None)
        return query

    def _without(self, name: str) -> str:
        query = self.query
        del query[name]
        return f"?{query.urlencode()}"


class SortedFilters(FilterForm):
    """Of a list that is sorted by one of SORTS, by name unless the address says otherwise."""

    SORTS = ()

    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def order(self) -> str:
        return sort_of(self.chosen.get("sort", ""), self.SORTS, "nombre")
