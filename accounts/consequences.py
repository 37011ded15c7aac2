"""What a deletion will do, in sentences with numbers, for the page that asks for it."""

from django.utils.translation import ngettext_lazy

from mflix import comments

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


def of_deleting(
    user: User, *, clients: int = 0, sessions: int = 0, has_choice: bool = False
) -> list[str]:
    """What users.delete() will do; `has_choice` if the page asks who takes the clients over."""
    numbers = (
        (_CLIENTS_OR_HEIR if has_choice else _CLIENTS, clients),
        (_CONTACTS, len(user.contactos)),
        (_COMMENTS, comments.count_by_author(user.email)),
        (_SESSIONS, sessions),
    )
    return [sentence % {"n": n} for sentence, n in numbers if n]
