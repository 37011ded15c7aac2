"""The filters of a technician's list of clients."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pialara_site.filters import FilterForm, SearchField
from pialara_site.sorting import sort_of

from ..caseload import SORTS, Attention


class ClientFilters(FilterForm):
    q = SearchField(label=_("Name"))
    attention = forms.ChoiceField(
        label=_("Who needs attention"), choices=[("", _("All")), *Attention.choices]
    )
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def order(self) -> str:
        return sort_of(self.chosen.get("sort", ""), SORTS, "nombre")
