"""How every form looks: labels, help, errors and Bulma's classes come from templates/forms."""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .display import FontSize, Theme


class BulmaRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


# Bulma's classes of inputs; where there is none, the element around carries it.
CLASSES = [
    (forms.CheckboxInput, ""),
    (forms.Textarea, "textarea"),
    (forms.Select, ""),
    (forms.Widget, "input"),
]


def widget(field: forms.BoundField) -> SafeString:
    """The input of a field, with the class that Bulma wants on it."""
    css = next(css for kind, css in CLASSES if isinstance(field.field.widget, kind))
    if field.errors and css:
        css += " is-danger"
    return field.as_widget(attrs={"class": css} if css else None)


class Grouped(forms.Form):
    """A form in groups: GROUPS are (legend, names of fields) pairs, in their order."""

    GROUPS = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields([name for _legend, names in self.GROUPS for name in names])

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        found = [
            (legend, [self[name] for name in names if name in self.fields])
            for legend, names in self.GROUPS
        ]
        return [(legend, fields) for legend, fields in found if fields]


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
