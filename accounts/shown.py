"""What pages show of people, wherever they show them."""

from functools import lru_cache

from bson import ObjectId
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from pialara_site import markup
from pialara_site.links import url_for
from pialara_site.stored import text

from .models import User
from .roles import Role, Status

# A tag's drawing, and its tone.
ROLES = {
    Role.ADMINISTRADOR: ("shield", ""),
    Role.TECNICO: ("ear", ""),
    Role.CLIENTE: ("user-round", ""),
}
STATES = {
    Status.ACTIVO: ("circle-check", "is-success"),
    Status.INACTIVO: ("circle-pause", "is-warning"),
    Status.SUSPENDIDO: ("circle-x", "is-danger"),
}
TEXTS = ("nombre", "relacion", "telefono", "email")  # of a contact
UNKNOWN = ("circle-dashed", "")  # another program's


def role(user: User) -> SafeString:
    """Their role as a word with a drawing and perhaps a tone."""
    return _role(get_language(), user.rol)


def state(user: User) -> SafeString:
    """Their state, in the same way."""
    return _state(get_language(), user.estado)


@lru_cache(maxsize=100)
def _role(language: str, rol: str) -> SafeString:
    return _tag(Role(rol).label if rol in ROLES else rol, *ROLES.get(rol, UNKNOWN))


@lru_cache(maxsize=100)
def _state(language: str, estado: str) -> SafeString:
    return _tag(Status(estado).label if estado in STATES else estado, *STATES.get(estado, UNKNOWN))


def _tag(words: str, drawing: str, tone: str) -> SafeString:
    css = " ".join(filter(None, ["tag", tone]))
    drawn = markup.icon(drawing, 16)
    return format_html('<span class="{}">{} {}</span>', css, drawn, words or "—")


def page_of(user: User, name: str) -> str:
    """The address of the page `name` of a user; other programs' ids have none."""
    return url_for(name, user.pk) if isinstance(user.pk, ObjectId) else ""


def listed_contacts(people: list[dict], pages: str = "", *args) -> list[dict]:
    """People to call, who is called first before the others.

    Who may change them does so at the `pages` named "contact" or "own_contact"; `args` are what the
    addresses of these pages begin with.
    """

    def address(action: str, place: int) -> str:
        return url_for(f"{pages}_{action}", *args, place) if pages else ""

    listed = [
        {
            **{field: text(contact.get(field)) for field in TEXTS},
            "principal": contact.get("principal"),
            "edit": address("edit", place),
            "delete": address("delete", place),
        }
        for place, contact in enumerate(people)
    ]
    return sorted(listed, key=lambda contact: not contact["principal"])
