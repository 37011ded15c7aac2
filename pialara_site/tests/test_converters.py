"""What is an id in a URL."""

import pytest
from bson import ObjectId
from django.urls import Resolver404, resolve, reverse

ID = "65a1b2c3d4e5f60718293a4b"


def test_id_reaches_the_view_as_an_objectid():
    assert resolve(f"/users/{ID}/").kwargs == {"user_id": ObjectId(ID)}


def test_objectid_becomes_its_text_in_the_url():
    assert reverse("user", args=[ObjectId(ID)]) == f"/users/{ID}/"


@pytest.mark.parametrize(
    "text", ["1", "x" * 24, ID[:-1], f"{ID}0", ID.upper(), f"{ID}%0a", "$ne", "None", "-1"]
)
def test_text_that_is_no_id_is_no_page(text):
    with pytest.raises(Resolver404):
        resolve(f"/users/{text}/edit/")


@pytest.mark.parametrize("role", ["tecnico", "admin"])
def test_malformed_id_is_404(request, role):
    caller = request.getfixturevalue(role)
    section = {"tecnico": "clients", "admin": "users"}[role]
    assert caller.get(f"/{section}/not-an-id/").status_code == 404
