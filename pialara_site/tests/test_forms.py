"""How every form looks, and what a line of text may hold."""

import pytest
from django import forms
from django.utils import translation

from pialara_site.forms import Grouped


class ExampleForm(forms.Form):
    nombre = forms.CharField(help_text="As on the door")
    notes = forms.CharField(widget=forms.Textarea, required=False)
    rol = forms.ChoiceField(choices=[("a", "A")])
    remember = forms.BooleanField(required=False)
    size = forms.ChoiceField(
        choices=[("s", "Small"), ("l", "Large")], widget=forms.RadioSelect, help_text="Of letters"
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def rendered(name: str, data=None) -> str:
    return str(ExampleForm(data)[name].as_field_group())


@pytest.mark.parametrize(("name", "css"), [("nombre", "input"), ("notes", "textarea")])
def test_field_carries_bulmas_class(name, css):
    assert f'class="{css}"' in rendered(name)


def test_wrong_field_is_marked_and_tied_to_its_error():
    html = rendered("nombre", {})
    assert 'class="input is-danger"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_nombre_error"' in html


def test_field_is_tied_to_its_help():
    html = rendered("nombre")
    assert 'aria-describedby="id_nombre_helptext"' in html
    assert 'id="id_nombre_helptext"' in html


def test_select_has_the_class_around_it():
    html = rendered("rol")
    assert 'class="select is-fullwidth"' in html
    assert "<select name" in html


def test_checkbox_stands_in_its_label_without_a_class():
    html = rendered("remember")
    assert '<label class="option"' in html
    assert '<input type="checkbox" name="remember" id="id_remember">' in html


def test_form_shows_hidden_fields_and_errors_of_the_whole():
    form = ExampleForm({"nombre": "a", "rol": "a"})
    form.add_error(None, "All wrong")
    html = str(form)
    assert '<input type="hidden" name="token"' in html
    assert "All wrong" in html


def test_radio_buttons_are_a_group_with_a_legend():
    html = rendered("size", {})
    assert '<fieldset class="field" id="id_size"' in html
    assert '<legend class="label">Size' in html
    assert 'aria-describedby="id_size_helptext id_size_error"' in html


def test_errors_are_summed_up_with_a_way_to_each_field():
    html = str(ExampleForm({"notes": "x"}))
    assert 'role="alert" tabindex="-1" autofocus' in html
    assert '<a href="#id_nombre">Nombre: Falta este dato.</a>' in html
    assert '<a href="#id_size">Size: Falta este dato.</a>' in html


def test_right_form_has_no_summary():
    assert "form-errors" not in str(ExampleForm({"nombre": "a", "rol": "a", "size": "s"}))


class GroupedForm(Grouped):
    street = forms.CharField()
    name = forms.CharField()
    GROUPS = (("Who", ("name",)), ("Where", ("street", "floor")), ("Never", ("moon",)))


def test_groups_have_a_legend_each_and_keep_their_order():
    html = str(GroupedForm())
    places = [
        html.index(part) for part in ("Who</legend>", "id_name", "Where</legend>", "id_street")
    ]
    assert places == sorted(places)


def test_group_without_fields_is_left_out():
    assert "Never" not in str(GroupedForm())


def test_errors_of_groups_are_summed_up_in_their_order():
    html = str(GroupedForm({}))
    assert html.index("#id_name") < html.index("#id_street")


def test_summary_counts_what_is_wrong_and_not_the_fields():
    form = GroupedForm({})
    form.add_error("name", "And another thing")
    with translation.override("en"):
        assert "There are 3 things to correct:" in str(form)


@pytest.mark.parametrize(
    ("role", "path", "name", "token"),
    [
        ("anonymous", "/login/", "email", "username"),
        ("anonymous", "/login/", "password", "current-password"),
        ("anonymous", "/register/", "password", "new-password"),
        ("anonymous", "/password/reset/", "email", "email"),
        ("cliente", "/profile/password/", "old_password", "current-password"),
        ("cliente", "/profile/password/", "new_password1", "new-password"),
        ("cliente", "/profile/edit/", "password", "current-password"),
        ("cliente", "/profile/edit/", "fecha_nacimiento", "bday"),
        ("cliente", "/profile/delete/", "password", "current-password"),
        ("admin", "/users/create/", "password", "new-password"),
        ("tecnico", "/clients/create/", "email", "off"),
    ],
)
def test_browser_knows_what_to_fill_in(request, settings, role, path, name, token):
    settings.OPEN_REGISTRATION = True
    form = request.getfixturevalue(role).get(path).context["form"]
    assert form.fields[name].widget.attrs["autocomplete"] == token
