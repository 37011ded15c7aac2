"""Roles and states as pages show them."""

import pytest
from django.utils import translation

from accounts import shown as people
from accounts.models import User
from accounts.roles import Role, Status


def shown(tag: str, **fields) -> str:
    with translation.override("en"):
        return getattr(people, tag)(User(**fields))


def drawing(tag: str) -> str:
    return tag[tag.index("<svg") : tag.index("</svg>")]


@pytest.mark.parametrize("rol", Role)
def test_role_is_shown_in_words(rol):
    with translation.override("en"):
        assert str(rol.label) in shown("role", rol=rol.value)


def test_each_role_and_each_state_has_its_own_drawing():
    tags = [shown("role", rol=rol.value) for rol in Role]
    tags += [shown("state", estado=estado.value) for estado in Status]
    assert len(set(map(drawing, tags))) == len(tags)


@pytest.mark.parametrize(
    ("estado", "tone"),
    [("activo", "is-success"), ("inactivo", "is-warning"), ("suspendido", "is-danger")],
)
def test_each_state_has_its_tone(estado, tone):
    assert f'class="tag {tone}"' in shown("state", estado=estado)


@pytest.mark.parametrize("tag", ["role", "state"])
def test_what_another_program_stored_is_shown_in_its_words_without_a_meaning(tag):
    found = shown(tag, rol="Lector <b>", estado="Lector <b>")
    assert "Lector &lt;b&gt;" in found
    assert 'class="tag"' in found
    assert drawing(found) not in [drawing(shown("role", rol=rol.value)) for rol in Role]


def test_missing_role_is_a_dash():
    assert "—" in shown("role", rol="")
