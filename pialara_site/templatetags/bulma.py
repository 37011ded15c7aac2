from django import forms, template

register = template.Library()

_CLASSES = [
    (forms.CheckboxInput, ""),
    (forms.Textarea, "textarea"),
    (forms.Select, ""),  # the element around it carries the class
    (forms.Widget, "input"),
]


@register.simple_tag
def widget(field):
    """A bound form field's input with the class that Bulma wants on it."""
    css = next(css for kind, css in _CLASSES if isinstance(field.field.widget, kind))
    if field.errors and css:
        css += " is-danger"
    return field.as_widget(attrs={"class": css} if css else None)
