"""What /styleguide/ shows: every partial of the pages in every state."""

from datetime import UTC, date, datetime, timedelta

from django import forms
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import QueryDict

from accounts.audit import Action, Actor, entry
from accounts.models import User
from accounts.roles import Role, Sex, Status
from mflix import maps
from mflix.browsing import Facet, Link
from mflix.comments import Comment

from . import charts
from .filters import FilterForm
from .pages import Page

CONTACT = {
    "nombre": "Eva Luna",
    "relacion": "hermana",
    "telefono": "600 000 000",
    "email": "eva@pialara.example",
    "principal": True,
}


class ExampleForm(forms.Form):
    nombre = forms.CharField(label="Text", help_text="With help.")
    email = forms.EmailField(label="Email", required=False)
    notes = forms.CharField(label="Long text", widget=forms.Textarea(attrs={"rows": 3}))
    rol = forms.ChoiceField(label="Choice", choices=Role.choices)
    sexo = forms.ChoiceField(label="Radio buttons", choices=Sex.choices, widget=forms.RadioSelect)
    born = forms.DateField(label="Date", widget=forms.DateInput(attrs={"type": "date"}))
    image = forms.FileField(label="File", required=False)
    remember = forms.BooleanField(label="Checkbox", help_text="With help.")


class ExampleFilters(FilterForm):
    rol = forms.ChoiceField(label="Role", choices=[("", "All"), *Role.choices])


def examples() -> dict:
    """The context of the page; nothing in it comes from MongoDB."""
    now = datetime.now(UTC)
    people = [
        User(_id=None, nombre=name, rol=rol, estado=estado, ultimo_acceso=now - ago)
        for name, rol, estado, ago in (
            ("Ana Gil", Role.ADMINISTRADOR, Status.ACTIVO, timedelta(minutes=3)),
            ("María José López Ñúñez", Role.TECNICO, Status.SUSPENDIDO, timedelta(days=3)),
            ("Bo", Role.CLIENTE, Status.INACTIVO, timedelta(days=900)),
        )
    ]
    kinds = [Link("Drama", "#", 1234, is_chosen=True), Link("Film-Noir", "#", 5)]
    points = [("January", 3), ("February", 8), ("March", 5.5), ("April", 0)]
    return {
        "fields": ExampleForm(auto_id="free_%s", initial={"sexo": Sex.MUJER}),
        "wrong": ExampleForm({"email": "x"}, auto_id="wrong_%s"),
        "form": ExampleFilters(QueryDict("q=ana&rol=Cliente"), auto_id="filter_%s"),
        "people": people,
        "page": Page("2", 75, 25),
        "slice": {"before": "a", "after": "b"},
        "client": User(
            sexo=Sex.MUJER,
            fecha_nacimiento=date(1960, 3, 23),
            patologia="Afasia",
            contactos=[{**CONTACT, "edit": "#", "delete": "#"}, {"nombre": "Luis"}],
        ),
        "technician": people[1],
        "entries": [entry(Actor("Ana Gil"), Action.EDIT, CONTACT, {"estado": ("activo", None)})],
        "told": [
            Message(messages.SUCCESS, "It worked.", extra_tags=""),
            Message(messages.ERROR, "It did not work.", extra_tags=""),
        ],
        "bars": charts.bars("Bars", points),
        "line": charts.line("Line", points),
        "actions": [("activate", "Activate"), ("suspend", "Suspend")],
        "consequences": ["7 clients will be left without a technician.", "This can't be undone."],
        "movies": [
            {"_id": None, "title": "A Film", "year": 1968, "imdb": {"rating": 7.5}},
            {"_id": None, "title": "A film with a long name and nothing else known of it"},
            {"_id": None, "is_gone": True},
        ],
        "most": 10_000,
        "browsing": {
            "numbers": {"total": 5},
            "facets": lambda: [Facet("Genre", kinds), Facet("Country", kinds)],
        },
        "comments": [
            Comment(None, "Eva Luna", "eva@pialara.example", None, "Very good.", now, None, None),
            Comment(None, "", "", None, "By somebody who left.", now, None, None),
        ],
        "map": maps.plain([((-74.0, 40.7), "Odeon"), ((-74.2, 40.8), "Rex")], (-74.1, 40.7)),
        "now": now,
    }
