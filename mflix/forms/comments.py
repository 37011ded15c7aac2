"""Writing and editing a comment."""

import unicodedata

from bson import ObjectId
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.attempts import TooManyAttempts
from accounts.forms.fields import IdField
from accounts.models import User
from pialara_site.typed import visible

from .. import comments, pictures

MOST_CHARACTERS = 5000


class ParagraphsField(forms.CharField):
    """A text of several lines without control characters; if nothing of it is seen, it is empty."""

    def to_python(self, value):
        text = super().to_python(_plain(value or ""))
        return text if visible(text) else ""


def _plain(text: str) -> str:
    """Every kind of line break as "\\n", so that one counts as one character."""
    lines = (line.replace("\t", " ") for line in text.splitlines())
    return "\n".join("".join(c for c in line if unicodedata.category(c) != "Cc") for line in lines)


class EditForm(forms.Form):
    text = ParagraphsField(
        label=_("Your comment"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everybody can read it, with your name."),
    )


class CommentForm(EditForm):
    id = IdField()
    image = forms.FileField(
        label=_("Image"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(pictures.CONTENT_TYPES.values())}),
        help_text=_("JPEG, PNG, GIF or WebP, at most 5 MB. An animation becomes a still picture."),
    )

    # In how many seconds the author may send the form again.
    retry_after = 0

    def add_error(self, field, error):
        """And ask for the image again, as no page holds one."""
        super().add_error(field, error)
        if field != "image" and self.files.get("image"):
            self["image"].help_text = _("Please choose the image again.")

    def create(self, author: User, movie_id: ObjectId) -> ObjectId | None:
        """The id of the new comment, or None with errors at the form. Raises NoSuchMovie."""
        given = self.cleaned_data
        try:
            return comments.create(movie_id, author, given["text"], given["id"], given["image"])
        except pictures.BadImage as error:
            self.add_error("image", str(error))
        except TooManyAttempts as error:
            self.retry_after = error.retry_after
            self.add_error(None, _too_many(error.retry_after))
        return None


def _too_many(seconds: int) -> str:
    return ngettext(
        "You wrote many comments within a minute. You can send this one in %(n)d second.",
        "You wrote many comments within a minute. You can send this one in %(n)d seconds.",
        seconds,
    ) % {"n": seconds}
