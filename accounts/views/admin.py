"""What administrators do: every kind of user, the numbers, and the audit log."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from pialara_site import charts, news
from pialara_site.changes import EVERYTHING, Topic
from pialara_site.navigation import below
from pialara_site.pages import Page
from pialara_site.spreadsheets import download

from .. import audit, consequences, dashboard, details, directory, lifecycle, mail, tables, users
from ..access import administrator_required
from ..forms.bulk import BulkAction, BulkForm
from ..forms.filters import AuditFilters, UserFilters
from ..forms.people import LAST_ADMINISTRATOR, DeleteForm, UserCreateForm, UserEditForm
from ..requests import actor
from ..roles import Role, Status
from .invitations import welcome

LOGINS_TOO = Topic.of(users.users, EVERYTHING)


@administrator_required
def home(request):
    """What administrators see at /."""
    numbers = dashboard.overview()
    context = {
        "numbers": numbers,
        "this_week": dashboard.activity().this_week,
        **_charts(numbers),
    }
    return render(request, "accounts/home_administrator.html", context)


def _charts(numbers) -> dict:
    months = [(date_format(month, "M Y"), n) for month, n in numbers.months]
    return {
        "sign_ups": charts.line(_("Users added by month"), months),
        "clients": charts.bars(_("Clients per technician"), numbers.technicians),
    }


@administrator_required
@require_safe
def users_list(request):
    seen = news.token(LOGINS_TOO)
    form = UserFilters(request.GET)
    numbers = directory.numbers(form.filters)
    form.show(numbers)
    page = Page(request.GET.get("page", ""), numbers.total, directory.PER_PAGE)
    rows = []
    if page.total:  # or a search that finds nobody would look through everybody once more
        page, rows = directory.read(page, form.filters, form.order)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "sort": form.order,
        "numbers": numbers,
        "actions": BulkAction.choices,
        "news": seen,
    }
    return render(request, "accounts/users.html", context)


@administrator_required
@sensitive_post_parameters("password")
def create(request):
    form = UserCreateForm(request.POST or None, technicians=directory.technicians())
    if form.is_valid() and (user := form.create(actor(request))):
        welcome(request, user, invited=not form.cleaned_data["password"])
        return redirect("user", user.pk)
    context = {"form": form, "title": _("Add a user"), "back": reverse("users")}
    return render(request, "form.html", context)


@administrator_required
@require_safe
def show(request, user_id):
    return render(request, "accounts/user.html", {"detail": details.of(user_id)})


@administrator_required
def edit(request, user_id):
    detail = details.of(user_id, with_technicians=True)
    form = UserEditForm(
        request.POST or None,
        user=detail.user,
        technicians=detail.technicians,
        technician=detail.technician,
        clients=detail.clients,
    )
    if form.is_valid() and form.save(actor(request)):
        messages.success(request, _("The changes are saved."))
        return redirect("user", user_id)
    title = _("Edit %(name)s") % {"name": detail.user}
    context = {"form": form, "title": title, **below(detail.user, "user", user_id)}
    return render(request, "form.html", context)


@administrator_required
def delete(request, user_id):
    if user_id == request.user.pk:
        return redirect("profile_delete")  # which asks for the password
    detail = details.of(user_id, with_technicians=True)
    form = DeleteForm(
        request.POST if request.method == "POST" else None,
        technicians=detail.technicians,
        clients=detail.clients,
    )
    if form.is_valid() and _delete(request, user_id, form):
        messages.success(request, _("%(name)s has been deleted.") % {"name": detail.user})
        return redirect("users")
    context = {
        "form": form,
        "title": _("Delete %(name)s?") % {"name": detail.user},
        "consequences": consequences.of_deleting(detail),
        "submit": _("Delete"),
        **below(detail.user, "user", user_id),
    }
    return render(request, "confirm.html", context)


def _delete(request, user_id, form) -> bool:
    try:
        lifecycle.delete(user_id, actor(request), clients_to=form.cleaned_data.get("parent"))
    except lifecycle.LastAdministrator:
        form.add_error(None, LAST_ADMINISTRATOR)
        return False
    except lifecycle.NoSuchTechnician:
        form.add_error("parent", _("That technician is no longer active."))
        return False
    return True


@administrator_required
def password(request, user_id):
    """Mail a link to set a password: an invitation to who has none yet, else a reset."""
    user = details.of(user_id).user
    if not user.is_active:
        messages.error(request, _("This user is not active, so no link can be sent."))
        return redirect("user", user_id)
    kind = "reset" if user.has_usable_password() else "invitation"
    if request.method == "POST":
        if user.email and mail.send_link(request, user, kind):
            lifecycle.record_link(user, actor(request))
            messages.success(request, _("The link is on its way by email."))
        else:
            messages.error(request, _("The mail could not be sent. Please try again later."))
        return redirect("user", user_id)
    context = {
        "title": _("Send %(name)s a link for a new password?") % {"name": user},
        "consequences": [
            _("The mail goes to %(email)s. Its link works once.") % {"email": user.email or "—"}
        ],
        "submit": _("Send the link"),
        "is_safe": True,
        **below(user, "user", user_id),
    }
    return render(request, "confirm.html", context)


@administrator_required
def bulk(request):
    """Change many users at once: first a page to confirm, then what came of it."""
    if request.method != "POST":  # after a login, as the session was over when it was sent
        return redirect("users")
    back = _list_as_it_was(request)
    form = BulkForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.sentences()))
        return HttpResponseRedirect(back)
    people, technicians = directory.chosen(form.cleaned_data["ids"])
    refused = form.refused(people, request.user)
    if len(refused) == len(people):
        return _changed(request, form, 0, refused, back)
    if not form.confirmed(technicians):
        form.offer(technicians)
        return _confirm(request, form, people, back)
    try:
        changed, refused = lifecycle.change_many(
            form.cleaned_data["ids"],
            form.fields_to_set(),
            actor(request),
            refuse=lambda user: form.refuse(user, request.user),
        )
    except lifecycle.NoSuchTechnician:
        messages.error(request, _("That technician is no longer active."))
        return HttpResponseRedirect(back)
    return _changed(request, form, changed, refused, back)


def _list_as_it_was(request) -> str:
    """The list that the form was sent from, with its filters and page."""
    wanted = request.POST.get("back", "")
    return wanted if wanted.startswith("/users/") else reverse("users")


def _confirm(request, form, people, back):
    context = {
        "form": form,
        "people": people,
        "title": form.label,
        "submit": form.label,
        "consequences": consequences.of_changing(people, form, request.user),
        "is_safe": form.is_safe,
        "back": back,
    }
    return render(request, "accounts/bulk_confirm.html", context)


def _changed(request, form, changed: int, refused: list, back: str):
    context = {
        "changed": changed,
        "refused": consequences.by_reason(refused),
        "gone": len(form.cleaned_data["ids"]) - changed - len(refused),
        "back": back,
    }
    return render(request, "accounts/bulk_done.html", context)


@administrator_required
@require_safe
def export(request):
    """The users of the list's filters, as a spreadsheet reads them."""
    form = UserFilters(request.GET)
    found = directory.export(form.filters, form.order)
    return download(_("users.csv"), tables.users(found))


@administrator_required
@require_safe
def show_dashboard(request):
    seen = news.token(LOGINS_TOO)
    numbers = dashboard.overview()
    activity = dashboard.activity()
    roles = [(value, label, numbers.roles[value]) for value, label in Role.choices]
    states = [(value, label, numbers.states[value]) for value, label in Status.choices]
    context = {
        "numbers": numbers,
        "this_week": activity.this_week,
        "kinds": [
            (_bars(_("By role"), roles), "rol", roles),
            (_bars(_("By state"), states), "estado", states),
        ],
        "logins": [
            (_("Last logins"), activity.latest, False),
            (_("Most logins"), activity.busiest, True),
        ],
        **_charts(numbers),
        "news": seen,
    }
    return render(request, "accounts/dashboard.html", context)


def _bars(title: str, rows) -> charts.Chart:
    return charts.bars(title, [(label, n) for _value, label, n in rows])


@administrator_required
@require_safe
def audit_log(request):
    form = AuditFilters(request.GET)
    wanted = form.criteria()
    page = Page(request.GET.get("page", ""), audit.count(wanted), audit.PER_PAGE)
    page, rows = audit.read(page, wanted)
    context = {"form": form, "page": page, "rows": rows}
    return render(request, "accounts/audit.html", context)
