"""People for the tests, put straight into MongoDB, with whatever a test cares about as keywords."""

from datetime import UTC, datetime
from itertools import count

from bson import ObjectId
from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.roles import Role
from accounts.users import users

PASSWORD = "a good password"

_numbers = count(1)


def a_document(**fields) -> dict:
    number = next(_numbers)
    return {
        "_id": ObjectId(),
        "email": f"person{number}@example.org",
        "nombre": f"Person {number}",
        "password": make_password(fields.pop("password", PASSWORD)),
        "rol": Role.CLIENTE.value,
        "parent": None,
        "estado": "activo",
        "creado": datetime(2026, 1, 1, tzinfo=UTC),
        "modificado": datetime(2026, 1, 1, tzinfo=UTC),
        "accesos": 0,
        **fields,
    }


def stored(**document) -> User:
    """The user of exactly this document."""
    document.setdefault("_id", ObjectId())
    users.insert_one(document, bypass_document_validation=True)
    return User.from_document(document)


def a_client(**fields) -> User:
    return stored(**a_document(**fields))


def a_technician(**fields) -> User:
    return stored(**a_document(rol=Role.TECNICO.value, **fields))


def an_administrator(**fields) -> User:
    return stored(**a_document(rol=Role.ADMINISTRADOR.value, **fields))


def document_of(user: User) -> dict | None:
    """What MongoDB holds of the user now."""
    return users.find_one({"_id": user.pk})
