"""The objects that the tables of paths speak of."""

import pytest

from conftest import logged_in
from mflix.tests.mothers import a_comment, a_movie, an_attachment
from tests.mothers import a_client


@pytest.fixture
def cliente(tecnico):
    return logged_in(a_client(parent=tecnico.user.email, contactos=[{"nombre": "Eva"}]))


@pytest.fixture
def things(cliente, tecnico):
    """The ids in the paths, by name, for the one who calls."""

    def things(caller=None) -> dict:
        movie = a_movie()
        comment = a_comment(movie, getattr(caller, "user", None))
        return {
            "cliente": cliente.user.pk,
            "tecnico": tecnico.user.pk,
            "movie": movie["_id"],
            "comment": comment["_id"],
            "attachment": an_attachment(comment),
        }

    return things
