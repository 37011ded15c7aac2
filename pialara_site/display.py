"""How pages look for somebody: colours, text size, simple mode.

It is kept in the profile, and on the device for who is not logged in and for the error pages, which
hold no user.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

COOKIE = "display"


class Theme(TextChoices):
    SYSTEM = "system", _("As my device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
    CONTRAST = "contrast", _("High contrast")


class FontSize(TextChoices):
    NORMAL = "100", _("Normal")
    LARGE = "125", _("Large")
    LARGER = "150", _("Larger")
    DOUBLE = "200", _("Double")


@dataclass(frozen=True)
class Display:
    theme: str = Theme.SYSTEM
    font_size: str = FontSize.NORMAL
    simple: bool = False

    @classmethod
    def read(cls, stored: dict) -> "Display":
        """The display of a user's preferences; what they lack or can't mean is as by default."""
        theme, size = stored.get("theme"), stored.get("font_size")
        return cls(
            theme if theme in Theme.values else Theme.SYSTEM,
            size if size in FontSize.values else FontSize.NORMAL,
            stored.get("simple") is True,
        )

    @property
    def bulma_theme(self) -> str:
        """The value of data-theme; "" follows the device."""
        bases = {Theme.SYSTEM: "", Theme.CONTRAST: Theme.DARK.value}
        return bases.get(self.theme, self.theme)

    @property
    def is_contrast(self) -> bool:
        return self.theme == Theme.CONTRAST


def of_device(request) -> Display:
    parts = request.COOKIES.get(COOKIE, "").split(".")
    if len(parts) != 3:
        return Display()
    theme, font_size, simple = parts
    return Display.read({"theme": theme, "font_size": font_size, "simple": simple == "simple"})


def of(request) -> Display:
    return of_user(request, request.user) if request.user.is_authenticated else of_device(request)


def of_user(request, user) -> Display:
    """As the profile says; what it says nothing of stays as it is on the device."""
    here, stored = vars(of_device(request)), user.preferences
    return Display.read({**here, **stored, "simple": user.is_client and stored.get("simple")})


def remember(response, display: Display):
    """Keep it on the device."""
    response.set_cookie(
        COOKIE,
        f"{display.theme}.{display.font_size}.{'simple' if display.simple else ''}",
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
