"""Logging in and out."""

from tests.mothers import PASSWORD, a_client, document_of


def test_right_password_leads_home(anonymous):
    a_client(email="ana@example.org")
    response = anonymous.post("/login/", {"email": " Ana@Example.org ", "password": PASSWORD})
    assert response.status_code == 302
    assert response.headers["Location"] == "/"
    assert anonymous.get("/me/").status_code == 200


def test_login_is_counted(anonymous):
    user = a_client(email="ana@example.org", accesos=3)
    anonymous.post("/login/", {"email": "ana@example.org", "password": PASSWORD})
    doc = document_of(user)
    assert doc["accesos"] == 4
    assert doc["ultimo_acceso"] is not None


def test_wrong_password_is_a_sentence(anonymous):
    a_client(email="ana@example.org")
    response = anonymous.post("/login/", {"email": "ana@example.org", "password": "wrong"})
    assert response.status_code == 200
    assert "ana@example.org" in response.content.decode()
