"""What technicians do for their own clients. Others' clients don't exist for them."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from pialara_site.pages import Page, search_text, sort_of

from .. import directory, users
from ..access import technician_required
from ..forms.people import ClientForm, CreateForm
from ..requests import actor
from ..roles import Role
from . import contacts
from .invitations import say_added


def client_or_404(request, client_id):
    client = users.client_of(request.user, client_id)
    if client is None:
        raise Http404("No such client")
    return client


@technician_required
@require_safe
def clients(request):
    q = search_text(request.GET)
    sort = sort_of(request.GET.get("sort", ""), directory.CLIENT_SORTS, "nombre")

    total = directory.count_clients(request.user, q)
    page = Page(request.GET.get("page", ""), total, directory.PER_PAGE)
    rows = directory.clients(request.user, q, sort, page.start)
    context = {"page": page, "rows": rows, "q": q, "sort": sort}
    return render(request, "accounts/clients.html", context)


@technician_required
@sensitive_post_parameters("password")
def create(request):
    form = CreateForm(request.POST or None)
    fixed = {"rol": Role.CLIENTE, "parent": request.user.email}
    if form.is_valid() and (client := form.create(actor(request), **fixed)):
        say_added(request, client, invited=not form.cleaned_data["password"])
        return redirect("client", client.pk)
    context = {"form": form, "title": _("Add a client"), "back": "clients"}
    return render(request, "accounts/form.html", context)


@technician_required
@require_safe
def show(request, client_id):
    return render(request, "accounts/client.html", {"client": client_or_404(request, client_id)})


@technician_required
def edit(request, client_id):
    client = client_or_404(request, client_id)
    form = ClientForm(request.POST or None, user=client)
    if form.is_valid() and form.save(actor(request), owner=request.user):
        messages.success(request, _("The changes are saved."))
        return redirect("client", client_id)
    context = {"form": form, "title": _("Edit %(name)s") % {"name": client}, "back": "clients"}
    return render(request, "accounts/form.html", context)


@technician_required
def delete(request, client_id):
    client = client_or_404(request, client_id)
    if request.method == "POST":
        users.delete(client_id, actor(request), owner=request.user)
        messages.success(request, _("%(name)s is deleted.") % {"name": client})
        return redirect("clients")
    context = {
        "title": _("Delete %(name)s?") % {"name": client},
        "warning": _("The client's data and contacts are removed for good."),
        "submit": _("Delete"),
        "back": "clients",
    }
    return render(request, "accounts/form.html", context)


@technician_required
def contact_create(request, client_id):
    client = client_or_404(request, client_id)
    return contacts.create(request, client, reverse("client", args=[client_id]), request.user)


@technician_required
def contact_edit(request, client_id, place):
    client = client_or_404(request, client_id)
    return contacts.edit(request, client, place, reverse("client", args=[client_id]), request.user)


@technician_required
def contact_delete(request, client_id, place):
    client = client_or_404(request, client_id)
    return contacts.delete(
        request, client, place, reverse("client", args=[client_id]), request.user
    )
