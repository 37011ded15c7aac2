"""What people keep about themselves."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mflix import genres
from pialara_site.forms import DisplayForm, Grouped
from pialara_site.stored import text

from .. import lifecycle
from ..audit import Actor
from .fields import NewPasswordForm, Whose, check_own_password, own_password

MOST_NAMES = 50


class NamesField(forms.CharField):
    """A list of names, typed one per line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value):
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value):
        names = [" ".join(name.split()) for name in super().clean(value).splitlines()]
        names = list(dict.fromkeys(filter(None, names)))
        if len(names) > MOST_NAMES:
            words = _("Write %(n)d names at most. Here are %(there)d.")
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


class PasswordChangeForm(NewPasswordForm):
    old_password = own_password(_("Current password"))
    field_order = ("old_password", "new_password1", "new_password2")

    def clean_old_password(self):
        check_own_password(self.user, self.cleaned_data["old_password"])
        return self.cleaned_data["old_password"]

    def save(self, by: Actor, keep: str):
        lifecycle.set_password(self.user, self.cleaned_data["new_password1"], by, keep)


class DeleteAccountForm(Whose, forms.Form):
    password = own_password()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self):
        check_own_password(self.user, self.cleaned_data["password"])
        return self.cleaned_data["password"]
