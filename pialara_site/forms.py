"""How every form looks: labels, help, errors and Bulma's classes come from templates/forms."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from .display import FontSize, Theme


class BulmaRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


def no_control_characters(value: str):
    """A validator for texts of one line: no line breaks, tabs, escapes or other invisible codes."""
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValidationError(_("Please use only letters, digits and signs that can be seen."))


class DisplayForm(forms.Form):
    theme = forms.ChoiceField(label=_("Colours"), choices=Theme.choices, widget=forms.RadioSelect)
    font_size = forms.ChoiceField(
        label=_("Text size"), choices=FontSize.choices, widget=forms.RadioSelect
    )
    simple = forms.BooleanField(
        label=_("Simple mode"),
        required=False,
        help_text=_("One column, big buttons and fewer words."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.is_authenticated or not user.is_client:
            del self.fields["simple"]
