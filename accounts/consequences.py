"""What will happen, in sentences with numbers, for the pages that ask before it does."""

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from mflix import comments

from . import directory, sessions
from .details import Detail
from .forms.bulk import BulkAction, BulkForm, Refusal
from .models import User

_CLIENTS = ngettext_lazy(
    "%(n)s client will be left without a technician.",
    "%(n)s clients will be left without a technician.",
    "n",
)
_CLIENTS_OR_HEIR = ngettext_lazy(
    "%(n)s client will be left without a technician, unless you choose one here.",
    "%(n)s clients will be left without a technician, unless you choose one here.",
    "n",
)
_CONTACTS = ngettext_lazy(
    "%(n)s contact will be deleted too.", "%(n)s contacts will be deleted too.", "n"
)
_COMMENTS = ngettext_lazy(
    "%(n)s comment on a film will stay, without a name.",
    "%(n)s comments on films will stay, without a name.",
    "n",
)
_SESSIONS = ngettext_lazy("%(n)s open session will end.", "%(n)s open sessions will end.", "n")


def of_deleting(detail: Detail, is_own: bool = False) -> list[str]:
    """What lifecycle.delete() will do; a detail with technicians is of a page that offers them."""
    user = detail.user
    numbers = (
        (_CLIENTS_OR_HEIR if detail.technicians else _CLIENTS, detail.clients),
        (_CONTACTS, len(user.contactos)),
        (_COMMENTS, comments.count_by_author(user.email)),
        (_SESSIONS, detail.sessions),
    )
    return [
        _("Your account will be deleted for good. You can download your data first.")
        if is_own
        else _("The account and all data in it will be deleted for good."),
        *(sentence % {"n": n} for sentence, n in numbers if n),
    ]


def of_removing(contact: dict) -> list[str]:
    """What contacts.remove() will do."""
    said = [
        _(
            "The name, the telephone number and everything else about this person will be deleted "
            "for good."
        )
    ]
    if contact.get("principal"):
        said.append(
            _("This is the person to call first. Nobody will be, until you choose somebody.")
        )
    return said


_CHANGE = {
    BulkAction.ACTIVATE: ngettext_lazy(
        "%(n)s user will become active and will be able to log in.",
        "%(n)s users will become active and will be able to log in.",
        "n",
    ),
    BulkAction.SUSPEND: ngettext_lazy(
        "%(n)s user will be suspended and will no longer be able to log in.",
        "%(n)s users will be suspended and will no longer be able to log in.",
        "n",
    ),
    BulkAction.DEACTIVATE: ngettext_lazy(
        "%(n)s user will become inactive and will no longer be able to log in.",
        "%(n)s users will become inactive and will no longer be able to log in.",
        "n",
    ),
    BulkAction.ASSIGN: ngettext_lazy(
        "%(n)s client will go to the technician you choose.",
        "%(n)s clients will go to the technician you choose.",
        "n",
    ),
}
_KEPT = ngettext_lazy(
    "%(n)s client will keep a technician who can't log in.",
    "%(n)s clients will keep a technician who can't log in.",
    "n",
)
_LOGGED_OUT = ngettext_lazy(
    "%(n)s user will be logged out.", "%(n)s users will be logged out.", "n"
)
_GONE = ngettext_lazy("%(n)s user no longer exists.", "%(n)s users no longer exist.", "n")
_STAY = {
    Refusal.NO_CLIENT: ngettext_lazy(
        "%(n)s user is not a client and stays as before.",
        "%(n)s users are not clients and stay as before.",
        "n",
    ),
    Refusal.SAME_TECHNICIAN: ngettext_lazy(
        "%(n)s client already has this technician.",
        "%(n)s clients already have this technician.",
        "n",
    ),
    Refusal.SAME_STATE: ngettext_lazy(
        "%(n)s user is already in this state and stays as before.",
        "%(n)s users are already in this state and stay as before.",
        "n",
    ),
    Refusal.ONESELF: gettext_lazy("You stay as before: you can't do this to yourself."),
}


def of_changing(people: list[User], form: BulkForm, by: User) -> list[str]:
    """What lifecycle.change_many() will do to the `people` who were found of those in the form."""
    refused = form.refused(people, by)
    staying = {user for user, _reason in refused}
    changed = [user for user in people if user not in staying]
    stopped = [] if form.is_safe else changed
    technicians = [user.email for user in stopped if user.is_technician]
    numbers = (
        (_CHANGE[form.cleaned_data["action"]], len(changed)),
        (_LOGGED_OUT, sessions.count_people([user.pk for user in stopped]) if stopped else 0),
        (_KEPT, directory.count_clients(technicians) if technicians else 0),
        (_GONE, len(form.cleaned_data["ids"]) - len(people)),
    )
    return [
        *(sentence % {"n": n} for sentence, n in numbers if n),
        *(sentence for sentence, _people in by_reason(refused)),
    ]


def by_reason(refused: list[tuple[User, Refusal]]) -> list[tuple[str, list[User]]]:
    """A sentence for each reason, with the people whom it is about."""
    people = defaultdict(list)
    for user, reason in refused:
        people[reason].append(user)
    return [(_STAY[reason] % {"n": len(users)}, users) for reason, users in people.items()]
