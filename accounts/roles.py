"""The values that users' documents hold, as they are stored, with the words to show for them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    ADMINISTRADOR = "Administrador", _("Administrator")
    TECNICO = "Técnico", _("Technician")
    CLIENTE = "Cliente", _("Client")


class Status(TextChoices):
    ACTIVO = "activo", _("Active")
    INACTIVO = "inactivo", _("Inactive")
    SUSPENDIDO = "suspendido", _("Suspended")


class Sex(TextChoices):
    MUJER = "M", _("Woman")
    HOMBRE = "H", _("Man")
    OTRO = "X", _("Other")
