"""The user as Django's authentication sees it."""

from datetime import UTC, date, datetime

from bson import ObjectId
from bson.errors import InvalidId
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from pialara_site.stored import moment, number, of_kind, text

from .roles import Role, Sex, Status

_ROLES, _STATES, _SEXES = dict(Role.choices), dict(Status.choices), dict(Sex.choices)


class ObjectIdField(models.Field):
    """Lets Django's sessions and reset tokens carry an ObjectId."""

    def to_python(self, value):
        try:
            return ObjectId(value)
        except (InvalidId, TypeError) as error:
            raise ValidationError("Not an ObjectId.") from error

    def value_to_string(self, obj):
        return str(self.value_from_object(obj))


def _label(labels: dict, value: str | None) -> str | None:
    """What is said for a stored value; one that another program made up stands for itself."""
    return str(labels[value]) if value in labels else value


def normal(email: str) -> str:
    """An email as it is stored."""
    return email.strip().lower()


class User(AbstractBaseUser):
    """An inert value, built from a document of the users collection by `from_document`.

    It has no table, and Django's manager has no database; users.py and lifecycle.py read and write.
    The fields are named as they are stored (docs/data.md).
    """

    _id = ObjectIdField(primary_key=True)
    # Named as the sentences about passwords name them.
    email = models.TextField(_("email"), unique=True)
    nombre = models.TextField(_("name"))
    rol = models.TextField(choices=Role)
    parent = models.TextField(null=True)  # noqa: DJ001, null is a stored value here
    estado = models.TextField(choices=Status)
    sexo = models.TextField(choices=Sex, null=True)  # noqa: DJ001
    fecha_nacimiento = models.DateField(null=True)
    patologia = models.TextField()
    contactos = models.JSONField()
    preferences = models.JSONField()
    watchlist = models.JSONField()
    creado = models.DateTimeField(null=True)
    modificado = models.DateTimeField(null=True)
    ultimo_acceso = models.DateTimeField(null=True)
    accesos = models.IntegerField()

    # Not stored under this name; as a property, Django connects no signal that would save() it.
    last_login = property(lambda self: self.ultimo_acceso)

    USERNAME_FIELD = "email"

    class Meta:
        managed = False

    def __str__(self):
        return self.nombre or self.email

    # As Django's own, which read all choices anew for each user of a list.

    def get_rol_display(self) -> str:
        return _label(_ROLES, self.rol)

    def get_estado_display(self) -> str:
        return _label(_STATES, self.estado)

    def get_sexo_display(self) -> str | None:
        return _label(_SEXES, self.sexo)

    @classmethod
    def from_document(cls, doc: dict) -> "User":
        """Read `doc`, whoever wrote it: what is missing or mistyped gets a harmless value."""
        born = moment(doc.get("fecha_nacimiento"))
        contacts = of_kind(doc.get("contactos"), list)
        watchlist = of_kind(doc.get("watchlist"), list)
        return cls(
            _id=doc["_id"],
            email=text(doc.get("email")),
            nombre=text(doc.get("nombre")),
            password=django_hash(text(doc.get("password"))),
            rol=text(doc.get("rol")),
            parent=text(doc.get("parent")) or None,
            estado=text(doc.get("estado")) or Status.ACTIVO,
            sexo=text(doc.get("sexo")) or None,
            fecha_nacimiento=born and born.date(),
            patologia=text(doc.get("patologia")),
            contactos=[c if isinstance(c, dict) else {"nombre": text(c)} for c in contacts],
            preferences=of_kind(doc.get("preferences"), dict),
            watchlist=[each for each in watchlist if isinstance(each, ObjectId)],
            creado=moment(doc.get("creado")),
            modificado=moment(doc.get("modificado")),
            ultimo_acceso=moment(doc.get("ultimo_acceso")),
            accesos=int(number(doc.get("accesos")) or 0),
        )

    @property
    def is_active(self):
        return self.estado == Status.ACTIVO

    @property
    def age(self) -> int | None:
        """Full years today, where the centre is."""
        born, today = self.fecha_nacimiento, timezone.localdate()
        if born is None:
            return None
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    @property
    def is_administrator(self):
        return self.rol == Role.ADMINISTRADOR

    @property
    def is_technician(self):
        return self.rol == Role.TECNICO

    @property
    def is_client(self):
        return self.rol == Role.CLIENTE

    def get_session_auth_hash(self):
        """A session ends when this changes: with the password, and with the role."""
        key = "accounts.models.User.get_session_auth_hash"
        return salted_hmac(key, f"{self.password}{self.rol}", algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self):
        """None: when SECRET_KEY changes, people log in again."""
        return ()

    def check_password(self, raw_password):
        return check_password(raw_password, self.password)

    def save(self, *args, **kwargs):
        raise NotImplementedError("Users are stored by accounts.lifecycle.")

    def delete(self, *args, **kwargs):
        raise NotImplementedError("Users are deleted by accounts.lifecycle.")


def django_hash(stored: str) -> str:
    """`stored` with the algorithm named first, as Django reads it; a raw "$2b$…" has none."""
    return f"bcrypt{stored}" if stored.startswith("$2") else stored


def birthday(born: date | None) -> datetime | None:
    """As a birth date is stored: UTC midnight."""
    return born and datetime(born.year, born.month, born.day, tzinfo=UTC)
