"""How every form looks: labels, help, errors and Bulma's classes come from templates/forms."""

import unicodedata

from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _


class BulmaRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


def no_control_characters(value: str):
    """A validator for texts of one line: no line breaks, tabs, escapes or other invisible codes."""
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValidationError(_("Please use only letters, digits and signs that can be seen."))
