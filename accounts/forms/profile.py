"""What people keep about themselves."""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mflix import genres
from pialara_site.forms import DisplayForm, Grouped, visible_line

from .. import contacts, users
from ..audit import Actor
from ..models import text
from .fields import IdField, Whose, check_own_password, own_password

MOST_NAMES = 50

# Who has one of these in common with what was typed is taken for the same person. Of a household
# all have one telephone.
SAME = ("nombre", "email")
GONE = _(
    "This contact was changed or removed in the meantime, so nothing was saved. "
    "To keep what you see here, add it as a new contact."
)
CHANGED = _(
    "This contact was changed in the meantime, so nothing was saved. "
    "Compare the fields below, then save again to keep what you see here."
)


class NamesField(forms.CharField):
    """A list of names, typed one per line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value):
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value):
        names = [" ".join(name.split()) for name in super().clean(value).splitlines()]
        names = list(dict.fromkeys(filter(None, names)))
        if len(names) > MOST_NAMES:
            words = _("There is room for %(n)d names, and here are %(there)d.")
            raise ValidationError(words % {"n": MOST_NAMES, "there": len(names)})
        return names


class PreferencesForm(Grouped, DisplayForm):
    GROUPS = (
        (_("How pages are shown"), ("language", "theme", "font_size", "simple")),
        (_("Films"), ("favorite_genres", "favorite_cast", "preferred_ratings")),
    )

    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
    favorite_genres = forms.MultipleChoiceField(
        label=_("Favourite film genres"), required=False, widget=forms.CheckboxSelectMultiple
    )
    favorite_cast = NamesField(
        label=_("Favourite actors and actresses"),
        required=False,
        max_length=5000,
        help_text=_("One per line, the whole name with its accents."),
    )
    preferred_ratings = NamesField(
        label=_("Age ratings of films"),
        required=False,
        max_length=500,
        help_text=_("One per line, such as G or PG-13. Only such films are suggested to you."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        liked = self.initial.get("favorite_genres")
        liked = map(text, liked) if isinstance(liked, list) else []
        # Those that are stored and unknown can be kept.
        others = {genre: genre for genre in liked if genre not in genres.NAMES}
        self.fields["favorite_genres"].choices = dict(genres.choices()) | others


class RemoveContactForm(forms.Form):
    """Which contact was shown, and the id of the removal: sent twice, it removes one."""

    id = IdField()
    version = forms.CharField(required=False, widget=forms.HiddenInput)


class ContactForm(forms.Form):
    nombre = forms.CharField(label=_("Name"), max_length=150, validators=[visible_line])
    relacion = forms.CharField(
        label=_("Relation"),
        required=False,
        max_length=100,
        validators=[visible_line],
        help_text=_("For example mother, brother, neighbour."),
    )
    telefono = forms.RegexField(
        r"^\+?[0-9][0-9 ().-]{2,28}$",
        label=_("Telephone"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
        error_messages={"invalid": _("Use digits and spaces, with + first for another country.")},
    )
    email = forms.EmailField(label=_("Email"), required=False, max_length=254)
    principal = forms.BooleanField(label=_("This is the first person to call"), required=False)
    id = IdField()
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, contact: dict | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = contacts.version(contact) if contact else ""
        shown = {field: contact[field] for field in contacts.FIELDS if field in (contact or {})}
        self.initial |= {**shown, "version": self.seen}

    def contact(self) -> dict:
        return {field: self.cleaned_data[field] for field in contacts.FIELDS}

    def show_both(self, there: list[dict], place: int):
        """Keep what was typed and say what is stored; sending the form again overwrites it.

        Of those who are `there` that is who seems to be meant, first of all at the same place:
        places move when one is removed. Where it is none of them, nothing is overwritten.
        """
        typed = self.contact()
        nearest = there[place : place + 1] + there
        meant = (c for c in nearest if any(typed[n] and c.get(n) == typed[n] for n in SAME))
        stored = next(meant, None)
        if stored is None:
            self.add_error(None, GONE)
            return
        self.add_error(None, CHANGED)
        for field, value in typed.items():
            if stored.get(field) != value:
                shown = "✓" if stored.get(field) is True else stored.get(field) or "—"
                self.add_error(field, _("Stored now: “%(value)s”.") % {"value": shown})
        self.data = self.data.copy()
        self.data["version"] = contacts.version(stored)


class PasswordChangeForm(Whose, SetPasswordForm):
    old_password = own_password(_("Current password"))
    field_order = ("old_password", "new_password1", "new_password2")

    def clean_old_password(self):
        check_own_password(self.user, self.cleaned_data["old_password"])
        return self.cleaned_data["old_password"]

    def save(self, by: Actor, keep: str):
        users.set_password(self.user, self.cleaned_data["new_password1"], by, keep)


class DeleteAccountForm(Whose, forms.Form):
    password = own_password()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self):
        check_own_password(self.user, self.cleaned_data["password"])
        return self.cleaned_data["password"]
