"""The filters of a list: read from the address, told as tags."""

from django import forms
from django.http import QueryDict

from pialara_site.filters import FilterForm


class PeopleFilters(FilterForm):
    rol = forms.ChoiceField(label="Role", choices=[("", "All"), ("c", "Client")])
    sort = forms.CharField(required=False, widget=forms.HiddenInput)


def filters(query: str) -> PeopleFilters:
    return PeopleFilters(QueryDict(query))


def test_filters_are_what_the_address_says():
    assert filters("q=ana&rol=c").chosen == {"q": "ana", "rol": "c", "sort": ""}


def test_filter_that_makes_no_sense_is_not_applied():
    assert filters("q=ana&rol=king").chosen == {"q": "ana", "sort": ""}


def test_words_lose_what_no_name_holds():
    assert filters("q=+a%00na%0A").chosen["q"] == "ana"


def test_overlong_words_are_cut():
    assert len(filters("q=" + "x" * 500).chosen["q"]) == 100


def test_search_is_in_sight_and_the_others_fold_away():
    assert [field.name for field in filters("").more] == ["rol"]


def test_folded_filters_open_when_one_makes_no_sense():
    assert filters("rol=king").is_detailed
    assert not filters("rol=c").is_detailed


def test_each_chosen_filter_is_a_tag_in_words():
    assert [tag.label for tag in filters("q=ana&rol=c&sort=x").tags][1] == "Role: Client"


def test_tag_leads_to_the_first_page_of_the_list_without_it():
    search, role = filters("q=ana&rol=c&sort=x&page=3").tags
    assert search.url == "?rol=c&sort=x"
    assert role.url == "?q=ana&sort=x"


def test_no_filter_has_no_tag():
    assert filters("q=&rol=&sort=x").tags == []
