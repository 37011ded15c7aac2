"""The objects that the tables of paths speak of."""

from string import Formatter

import pytest

from conftest import logged_in
from mflix.tests.mothers import a_comment, a_movie, an_attachment
from tests.mothers import a_client


@pytest.fixture
def cliente(tecnico):
    return logged_in(a_client(parent=tecnico.user.email, contactos=[{"nombre": "Eva"}]))


@pytest.fixture
def address(request):
    """`address(path, caller)` is the path with the ids of things that are made for the caller."""

    def address(path: str, caller=None) -> str:
        author = getattr(caller, "user", None)
        things = {
            "cliente": lambda: request.getfixturevalue("cliente").user.pk,
            "tecnico": lambda: request.getfixturevalue("tecnico").user.pk,
            "movie": lambda: a_movie()["_id"],
            "comment": lambda: a_comment(a_movie(), author)["_id"],
            "attachment": lambda: an_attachment(a_comment(a_movie(), author)),
        }
        named = [name for _text, name, *_rest in Formatter().parse(path) if name]
        return path.format(**{name: things[name]() for name in named})

    return address
