"""A user's own films."""

from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts import watchlist
from accounts.access import any_role_required
from accounts.requests import is_own_page
from pialara_site.pages import Page

from .. import catalogue, movies


@any_role_required
@require_safe
def show(request):
    """The films on my list, the latest one first."""
    listed = request.user.watchlist[::-1]
    page = Page(request.GET.get("page", ""), len(listed), catalogue.PER_PAGE)
    shown = listed[page.start : page.start + catalogue.PER_PAGE]
    context = {"page": page, "movies": movies.cards(shown)}
    return render(request, "mflix/watchlist.html", context)


@any_role_required
@require_POST
def watch(request, movie_id):
    """Put a film on my list, or with an empty `listed` take it off."""
    [movie] = movies.cards([movie_id])
    wanted = bool(request.POST.get("listed"))
    if wanted and "is_gone" in movie:
        raise Http404("No such film")
    back = request.POST.get("next", "")
    if not (back.startswith("/") and is_own_page(request, back)):
        back = reverse("watchlist")
    try:
        (watchlist.add if wanted else watchlist.remove)(request.user, movie_id)
    except watchlist.WatchlistFull:
        messages.error(
            request,
            _("There is no room for more than %(n)d films in your list. Remove one first.")
            % {"n": watchlist.MOST},
        )
        return HttpResponseClientRedirect(back) if request.htmx else HttpResponseRedirect(back)
    if request.htmx:
        context = {"movie": movie, "place": request.POST.get("place"), "back": back}
        return render(request, "mflix/watch.html", context)
    place = quote(request.POST.get("place", ""), safe="")
    return HttpResponseRedirect(f"{back}#watch-{place}{movie_id}")
