"""Where theaters are looked for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..theaters import KM, MOST_KM, Box, Search

EDGES = ("west", "south", "east", "north")

LATITUDE = _("A latitude is a number between -90 and 90.")
LONGITUDE = _("A longitude is a number between -180 and 180.")
DISTANCE = _("A distance is a number between 0 and 500 km.")
BOTH = _("A point needs both its latitude and its longitude.")
FROM_WHERE = _("A distance needs a point that it is measured from.")
ALL_EDGES = _("A box needs all four of its edges.")
UPSIDE_DOWN = _("The northern edge can't be south of the southern edge.")


# Typed or copied from somewhere: the comma of many languages, and the minus of books.
AS_PYTHON_WRITES = str.maketrans(",\N{MINUS SIGN}", ".-")


class NumberField(forms.FloatField):
    """A number with a decimal point or comma; all that is none gets the same sentence."""

    # The browser's own number field would take the comma in some languages only.
    widget = forms.TextInput

    def __init__(self, label, lowest, highest, sentence, **options):
        errors = dict.fromkeys(("invalid", "min_value", "max_value"), sentence)
        super().__init__(
            label=label,
            min_value=lowest,
            max_value=highest,
            required=False,
            error_messages=errors,
            **options,
        )

    def to_python(self, value):
        return super().to_python((value or "").strip().translate(AS_PYTHON_WRITES))

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "autocomplete": "off"}


def latitude(label) -> NumberField:
    return NumberField(label, -90, 90, LATITUDE)


def longitude(label) -> NumberField:
    return NumberField(label, -180, 180, LONGITUDE)


class TheaterSearchForm(forms.Form):
    lat = latitude(_("Latitude"))
    lng = longitude(_("Longitude"))
    km = NumberField(_("Distance in km"), 0, MOST_KM, DISTANCE)
    city = forms.CharField(label=_("City"), required=False, max_length=100)
    zip = forms.CharField(label=_("Postcode"), required=False, max_length=20)
    west = longitude(_("West"))
    south = latitude(_("South"))
    east = longitude(_("East"))
    north = latitude(_("North"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["km"].widget.attrs["placeholder"] = KM

    @property
    def point_fields(self):
        return [self[name] for name in ("lat", "lng", "km")]

    @property
    def address_fields(self):
        return [self[name] for name in ("city", "zip")]

    @property
    def box_fields(self):
        return [self[name] for name in EDGES]

    @property
    def has_box(self) -> bool:
        """Whether anything of a box was typed, be it right or wrong."""
        return self._is_typed(EDGES)

    def clean(self):
        if self._is_typed(["km"]) and not self._is_typed(("lat", "lng")):
            self.add_error("km", FROM_WHERE)
        self._require_together(("lat", "lng"), BOTH)
        self._require_together(EDGES, ALL_EDGES)
        edges = self._given(("south", "north"))
        if len(edges) == 2 and edges[0] > edges[1]:
            self.add_error("north", UPSIDE_DOWN)

    def _is_typed(self, names) -> bool:
        return any((self[name].value() or "").strip() for name in names)

    def _given(self, names) -> list[float]:
        """The values of those that were typed, and typed right."""
        values = (self.cleaned_data.get(name) for name in names)
        return [value for value in values if value is not None]

    def _require_together(self, names, sentence):
        if not self._is_typed(names):
            return
        for name in names:
            if name not in self.errors and self.cleaned_data[name] is None:
                self.add_error(name, sentence)

    def search(self) -> Search:
        """What was asked for, without the parts that have an error."""
        self.full_clean()
        point, edges = self._given(("lng", "lat")), self._given(EDGES)
        km = self.cleaned_data.get("km")
        return Search(
            point=tuple(point) if len(point) == 2 else None,
            km=KM if km is None else km,
            city=self.cleaned_data.get("city", ""),
            zipcode=self.cleaned_data.get("zip", ""),
            box=Box(*edges) if len(edges) == len(EDGES) else None,
        )
