"""The genres of films as people read them. In the store and in addresses they are English names."""

from django.utils.translation import gettext_lazy as _

from pialara_site.letters import place

NAMES = {
    "Action": _("Action"),
    "Adventure": _("Adventure"),
    "Animation": _("Animation"),
    "Biography": _("Biography"),
    "Comedy": _("Comedy"),
    "Crime": _("Crime"),
    "Documentary": _("Documentary"),
    "Drama": _("Drama"),
    "Family": _("Family"),
    "Fantasy": _("Fantasy"),
    "Film-Noir": _("Film-Noir"),
    "History": _("Historical"),  # a user's history is called otherwise in other languages
    "Horror": _("Horror"),
    "Music": _("Music"),
    "Musical": _("Musical"),
    "Mystery": _("Mystery"),
    "News": _("News"),
    "Romance": _("Romance"),
    "Sci-Fi": _("Sci-Fi"),
    "Short": _("Short"),
    "Sport": _("Sport"),
    "Talk-Show": _("Talk-Show"),
    "Thriller": _("Thriller"),
    "War": _("War"),
    "Western": _("Western"),
}


def shown(genre: str) -> str:
    return str(NAMES.get(genre, genre))


def choices() -> list[tuple[str, str]]:
    """All of them in alphabetical order."""
    return sorted(((genre, shown(genre)) for genre in NAMES), key=lambda choice: place(choice[1]))
