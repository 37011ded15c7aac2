"""What pages show of people, wherever they show them."""

from bson import ObjectId
from django import template
from django.urls import reverse

from ..models import User, text
from ..roles import Role, Status

register = template.Library()

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


@register.inclusion_tag("partials/tag.html")
def role(user: User) -> dict:
    drawing, tone = ROLES.get(user.rol, UNKNOWN)
    return {"icon": drawing, "tone": tone, "words": user.get_rol_display()}


@register.inclusion_tag("partials/tag.html")
def state(user: User) -> dict:
    drawing, tone = STATES.get(user.estado, UNKNOWN)
    return {"icon": drawing, "tone": tone, "words": user.get_estado_display()}


@register.inclusion_tag("partials/person.html")
def person(user: User, page: str) -> dict:
    """A user with the way to their `page`; other programs' ids have none."""
    url = reverse(page, args=[user.pk]) if isinstance(user.pk, ObjectId) else ""
    return {"person": user, "url": url}


@register.inclusion_tag("partials/contacts.html")
def contacts(people: list[dict], pages: str = "", *args) -> dict:
    """People to call; who may change them does so at the `pages` named "contact" or "own_contact".

    `args` are what the addresses of these pages begin with.
    """

    def address(action: str, *place: int) -> str:
        return reverse(f"{pages}_{action}", args=[*args, *place]) if pages else ""

    listed = [
        {
            **{field: text(contact.get(field)) for field in TEXTS},
            "principal": contact.get("principal"),
            "edit": address("edit", place),
            "delete": address("delete", place),
        }
        for place, contact in enumerate(people)
    ]
    return {"contacts": listed, "create": address("create")}
