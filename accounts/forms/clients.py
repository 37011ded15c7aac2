"""The filters of a technician's list of clients."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pialara_site.filters import SearchField, SortedFilters

from ..caseload import SORTS, Attention


class ClientFilters(SortedFilters):
    SORTS = SORTS

    q = SearchField(label=_("Name"))
    attention = forms.ChoiceField(
        label=_("Who needs attention"), choices=[("", _("All")), *Attention.choices]
    )
