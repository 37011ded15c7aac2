"""Theaters, wherever they are looked for."""

from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pialara_site import cache
from pialara_site.changes import Topic
from pialara_site.pages import Page
from pialara_site.public_pages import public

from .. import maps, theaters
from ..forms.theaters import TheaterSearchForm

NOT_INDEXED = _(
    "Distances can't be searched for now, as the list of cinemas has no index for them. "
    "Please tell the administrator."
)


@public(lambda request: [Topic.of(theaters.theaters)], cache.SECONDS)
@login_not_required
@require_safe
def theaters_list(request):
    form = TheaterSearchForm(request.GET)
    search = form.search()
    try:
        total = theaters.count(search)
    except theaters.NotIndexed:
        form.add_error(None, NOT_INDEXED)
        request.page_seconds = 0  # nobody tells when the index is there
        search = replace(search, point=None)
        total = theaters.count(search)
    page = Page(request.GET.get("page", ""), min(total, theaters.MOST), theaters.PER_PAGE)
    rows = theaters.rows(search, page.start) if total else []
    context = {
        "form": form,
        "search": search,
        "page": page,
        "is_more": total > theaters.MOST,
        "most_km": theaters.MOST_KM,
        "rows": list(zip(rows, maps.LETTERS, strict=False)),
        "map": maps.plain([(row.point, str(row)) for row in rows], search.point),
    }
    return render(request, "mflix/theaters.html", context)
