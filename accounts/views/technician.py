"""What technicians do for their own clients. Others' clients don't exist for them."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from pialara_site import charts, news
from pialara_site.changes import Topic
from pialara_site.navigation import below
from pialara_site.pages import Page

from .. import audit, caseload, consequences, details, directory, lifecycle, users
from ..access import technician_required
from ..forms.clients import ClientFilters
from ..forms.people import ClientForm, CreateForm
from ..requests import actor
from ..roles import Role
from . import contacts
from .invitations import welcome


@technician_required
def home(request):
    numbers = caseload.overview(request.user)
    context = {
        "caseload": numbers,
        "conditions": charts.bars(_("Conditions"), _with_others(numbers)),
        "ages": charts.bars(_("Ages"), [(_age_group(age), n) for age, n in numbers.ages]),
    }
    return render(request, "accounts/home_technician.html", context)


def _with_others(numbers: caseload.Caseload) -> list[charts.Point]:
    """The most frequent conditions, and how many clients have none of them."""
    others = numbers.total - sum(n for _name, n in numbers.conditions)
    return numbers.conditions + ([(_("Others or none"), others)] if others else [])


def _age_group(first: int) -> str:
    after = [age for age in caseload.AGES if age > first]
    if not after:
        return _("%(age)s years and over") % {"age": first}
    return _("%(first)s to %(last)s years") % {"first": first, "last": after[0] - 1}


@technician_required
@require_safe
def clients(request):
    seen = news.token(Topic.of(users.users, request.user.email))
    form = ClientFilters(request.GET)
    wanted = (form.chosen["q"], form.chosen.get("attention", ""))
    page = Page(
        request.GET.get("page", ""),
        caseload.count(request.user, *wanted),
        directory.PER_PAGE,
    )
    page, rows = caseload.read(page, request.user, *wanted, form.order)
    context = {"form": form, "page": page, "rows": rows, "sort": form.order, "news": seen}
    return render(request, "accounts/clients.html", context)


@technician_required
@sensitive_post_parameters("password")
def create(request):
    form = CreateForm(request.POST or None)
    fixed = {"rol": Role.CLIENTE, "parent": request.user.email}
    if form.is_valid() and (client := form.create(actor(request), **fixed)):
        welcome(request, client, invited=not form.cleaned_data["password"])
        return redirect("client", client.pk)
    context = {"form": form, "title": _("Add a client"), "back": reverse("clients")}
    return render(request, "form.html", context)


@technician_required
@require_safe
def show(request, client_id):
    client = users.client_of(request.user, client_id)
    context = {"client": client, "history": audit.about(client.pk, details.HISTORY)}
    return render(request, "accounts/client.html", context)


@technician_required
def edit(request, client_id):
    client = users.client_of(request.user, client_id)
    form = ClientForm(request.POST or None, user=client)
    if form.is_valid() and form.save(actor(request), owner=request.user):
        messages.success(request, _("The changes are saved."))
        return redirect("client", client_id)
    title = _("Edit %(name)s") % {"name": client}
    context = {"form": form, "title": title, **below(client, "client", client_id)}
    return render(request, "form.html", context)


@technician_required
def delete(request, client_id):
    if request.method == "POST":
        client = lifecycle.delete(client_id, actor(request), owner=request.user)
        messages.success(request, _("%(name)s has been deleted.") % {"name": client})
        return redirect("clients")
    detail = details.of(client_id, owner=request.user)
    context = {
        "title": _("Delete %(name)s?") % {"name": detail.user},
        "consequences": consequences.of_deleting(detail),
        "submit": _("Delete"),
        **below(detail.user, "client", client_id),
    }
    return render(request, "confirm.html", context)


@technician_required
def contact_create(request, client_id):
    client = users.client_of(request.user, client_id)
    page = below(client, "client", client_id)
    return contacts.create(request, client, owner=request.user, **page)


@technician_required
def contact_edit(request, client_id, place):
    client = users.client_of(request.user, client_id)
    page = below(client, "client", client_id)
    return contacts.edit(request, client, place, owner=request.user, **page)


@technician_required
def contact_delete(request, client_id, place):
    client = users.client_of(request.user, client_id)
    page = below(client, "client", client_id)
    return contacts.delete(request, client, place, owner=request.user, **page)
