from django import forms
from django.utils.translation import gettext_lazy as _


class NearestIntegerField(forms.IntegerField):
    """A number in a URL: the nearest one that is allowed, or `initial` when it is none."""

    def clean(self, value):
        try:
            wanted = self.to_python(value)
        except forms.ValidationError:
            wanted = None
        if wanted is None:
            return self.initial
        return min(max(wanted, self.min_value), self.max_value)


class DirectorsForm(forms.Form):
    """The report of directors: those with at least so many films."""

    films = NearestIntegerField(
        label=_("Rated films, at least"), required=False, initial=3, min_value=1, max_value=100
    )
