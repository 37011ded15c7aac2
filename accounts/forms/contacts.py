"""The people to call for a client, as they and their technician fill them in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from pialara_site.typed import visible_line

from .. import contacts
from .fields import IdField

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
    principal = forms.BooleanField(label=_("Call this person first"), required=False)
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
