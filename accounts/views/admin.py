"""What administrators do: every kind of user, the numbers, and the audit log."""

from datetime import datetime, time, timedelta
from itertools import chain

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from pialara_site.pages import Page, one_of, search_text, sort_of
from pialara_site.spreadsheets import download

from .. import audit, directory, mail, users
from ..access import administrator_required
from ..directory import Filters
from ..forms.bulk import BulkForm
from ..forms.people import LAST_ADMINISTRATOR, DeleteForm, UserCreateForm, UserEditForm
from ..models import normal
from ..requests import actor
from ..roles import Role, Status
from .invitations import say_added


def _filters(query) -> Filters:
    return Filters(
        q=search_text(query),
        rol=one_of(query.get("rol", ""), Role.values),
        estado=one_of(query.get("estado", ""), Status.values),
        parent=query.get("parent", "").strip(),
    )


def _sort(query) -> str:
    return sort_of(query.get("sort", ""), directory.SORTS, "nombre")


@administrator_required
@require_safe
def users_list(request):
    filters, sort = _filters(request.GET), _sort(request.GET)
    numbers = directory.numbers(filters)
    page = Page(request.GET.get("page", ""), numbers.total, directory.PER_PAGE)
    context = {
        "page": page,
        # A search that finds nobody would look through everybody once more.
        "rows": directory.rows(filters, sort, page.start) if page.total else [],
        "filters": filters,
        "sort": sort,
        "roles": [(value, label, numbers.roles[value]) for value, label in Role.choices],
        "states": [(value, label, numbers.states[value]) for value, label in Status.choices],
        "names": numbers.technicians,
        "technicians": [
            (email, name, numbers.clients[normal(email)])
            for email, name in numbers.technicians.items()
        ],
        "without_technician": numbers.clients[""],
    }
    return render(request, "accounts/users.html", context)


@administrator_required
@sensitive_post_parameters("password")
def create(request):
    form = UserCreateForm(request.POST or None, technicians=directory.technicians())
    if form.is_valid() and (user := form.create(actor(request))):
        say_added(request, user, invited=not form.cleaned_data["password"])
        return redirect("user", user.pk)
    context = {"form": form, "title": _("Add a user"), "back": "users"}
    return render(request, "accounts/form.html", context)


def detail_or_404(user_id, **options) -> directory.Detail:
    detail = directory.detail(user_id, **options)
    if detail is None:
        raise Http404("No such user")
    return detail


@administrator_required
@require_safe
def show(request, user_id):
    return render(request, "accounts/user.html", {"detail": detail_or_404(user_id)})


@administrator_required
def edit(request, user_id):
    detail = detail_or_404(user_id, with_technicians=True)
    form = UserEditForm(
        request.POST or None,
        user=detail.user,
        technicians=detail.technicians,
        clients=detail.clients,
    )
    if form.is_valid() and form.save(actor(request)):
        messages.success(request, _("The changes are saved."))
        return redirect("user", user_id)
    context = {"form": form, "title": _("Edit %(name)s") % {"name": detail.user}, "back": "users"}
    return render(request, "accounts/form.html", context)


@administrator_required
def delete(request, user_id):
    if user_id == request.user.pk:
        return redirect("profile_delete")  # which asks for the password
    detail = detail_or_404(user_id, with_technicians=True)
    form = DeleteForm(
        request.POST if request.method == "POST" else None,
        technicians=detail.technicians,
        clients=detail.clients,
    )
    if form.is_valid() and _delete(request, user_id, form):
        messages.success(request, _("%(name)s is deleted.") % {"name": detail.user})
        return redirect("users")
    context = {
        "form": form,
        "title": _("Delete %(name)s?") % {"name": detail.user},
        "warning": _("The user's data is removed for good."),
        "clients": detail.clients,
        "submit": _("Delete"),
        "back": "users",
    }
    return render(request, "accounts/form.html", context)


def _delete(request, user_id, form) -> bool:
    try:
        users.delete(user_id, actor(request), clients_to=form.cleaned_data.get("parent"))
    except users.LastAdministrator:
        form.add_error(None, LAST_ADMINISTRATOR)
        return False
    except users.NoSuchTechnician:
        form.add_error("parent", _("That technician is not active any more."))
        return False
    return True


@administrator_required
def password(request, user_id):
    """Mail a link to set a password: an invitation to who has none yet, else a reset."""
    user = detail_or_404(user_id).user
    kind = "reset" if user.has_usable_password() else "invitation"
    if request.method == "POST":
        if not user.is_active:
            messages.error(request, _("This user is not active, so no link was sent."))
        elif user.email and mail.send_link(request, user, kind):
            users.record_link(user, actor(request))
            messages.success(request, _("The link is on its way by email."))
        else:
            messages.error(request, _("The mail could not be sent. Please try again later."))
        return redirect("user", user_id)
    context = {
        "title": _("Send %(name)s a link for a new password?") % {"name": user},
        "submit": _("Send the link"),
        "back": "users",
    }
    return render(request, "accounts/form.html", context)


@administrator_required
@require_POST
def bulk(request):
    """Change many users at once: first a page to confirm, then what came of it.

    `back` is the list as it was, with its filters and page.
    """
    wanted = request.POST.get("back", "")
    back = wanted if wanted.startswith("/users/") else reverse("users")
    form = BulkForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.sentences()))
        return HttpResponseRedirect(back)
    people, technicians = directory.chosen(form.cleaned_data["ids"])
    if not form.confirmed(technicians):
        context = {"form": form, "people": people, "technicians": technicians, "back": back}
        return render(request, "accounts/bulk_confirm.html", context)
    try:
        changed, refused = users.change_many(
            form.cleaned_data["ids"],
            form.fields_to_set(),
            actor(request),
            refuse=lambda user: form.refuse(user, request.user),
        )
    except users.NoSuchTechnician:
        messages.error(request, _("That technician is not active any more."))
        return HttpResponseRedirect(back)
    gone = len(form.cleaned_data["ids"]) - changed - len(refused)
    context = {"changed": changed, "refused": refused, "gone": gone, "back": back}
    return render(request, "accounts/bulk_done.html", context)


COLUMNS = (
    "nombre",
    "email",
    "rol",
    "estado",
    "parent",
    "sexo",
    "fecha_nacimiento",
    "creado",
    "ultimo_acceso",
    "accesos",
)


@administrator_required
@require_safe
def export(request):
    """The users of the list's filters, as a spreadsheet reads them."""
    found = directory.export(_filters(request.GET), _sort(request.GET))
    rows = ([getattr(user, column) for column in COLUMNS] for user in found)
    return download("users.csv", chain([COLUMNS], rows))


@administrator_required
@require_safe
def dashboard(request):
    numbers = directory.dashboard()
    context = {
        "numbers": numbers,
        "roles": [(value, label, numbers["roles"].get(value, 0)) for value, label in Role.choices],
        "states": [
            (value, label, numbers["states"].get(value, 0)) for value, label in Status.choices
        ],
    }
    return render(request, "accounts/dashboard.html", context)


@administrator_required
@require_safe
def audit_log(request):
    start, end = _day(request.GET.get("from", "")), _day(request.GET.get("to", ""))
    chosen = {
        "actor": search_text(request.GET, "actor").lower(),
        "target": search_text(request.GET, "target").lower(),
        "action": one_of(request.GET.get("action", ""), audit.Action.values),
    }
    wanted = audit.criteria(**chosen, start=start, end=end and end + timedelta(days=1))

    page = Page(request.GET.get("page", ""), audit.count(wanted), audit.PER_PAGE)
    context = {
        "page": page,
        "rows": audit.search(wanted, page.start),
        "chosen": chosen,
        "start": start,
        "end": end,
        "actions": audit.Action.choices,
    }
    return render(request, "accounts/audit.html", context)


def _day(wanted: str) -> datetime | None:
    """The start of the day `wanted` here, or None when it is not a date of our time."""
    try:
        day = parse_date(wanted)
    except ValueError:
        return None
    if day is None or not 1900 <= day.year < 3000:
        return None
    return timezone.make_aware(datetime.combine(day, time.min))
