"""What pages show of people, wherever they show them."""

from functools import lru_cache

from bson import ObjectId
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pialara_site import markup
from pialara_site.links import url_for

from .models import User, text
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
    words = Role(user.rol).label if user.rol in ROLES else user.rol
    return _tag(str(words), *ROLES.get(user.rol, UNKNOWN))


def state(user: User) -> SafeString:
    """Their state, in the same way."""
    words = Status(user.estado).label if user.estado in STATES else user.estado
    return _tag(str(words), *STATES.get(user.estado, UNKNOWN))


@lru_cache(maxsize=100)
def _tag(words: str, drawing: str, tone: str) -> SafeString:
    css = " ".join(filter(None, ["tag", tone]))
    drawn = markup.icon(drawing, 16)
    return format_html('<span class="{}">{} {}</span>', css, drawn, words or "—")


def page_of(user: User, name: str) -> str:
    """The address of the page `name` of a user; other programs' ids have none."""
    return url_for(name, user.pk) if isinstance(user.pk, ObjectId) else ""


def listed_contacts(people: list[dict], pages: str = "", *args) -> list[dict]:
    """People to call; who may change them does so at the `pages` named "contact" or "own_contact".

    `args` are what the addresses of these pages begin with.
    """

    def address(action: str, place: int) -> str:
        return url_for(f"{pages}_{action}", *args, place) if pages else ""

    return [
        {
            **{field: text(contact.get(field)) for field in TEXTS},
            "principal": contact.get("principal"),
            "edit": address("edit", place),
            "delete": address("delete", place),
        }
        for place, contact in enumerate(people)
    ]
