"""Every page, with who sees it, and the states that it can be brought to. Names in braces are the
ids of the things that visitors.Stage knows.
"""

from collections.abc import Callable
from typing import NamedTuple

from .visitors import send

EVERYBODY = ("anonymous", "cliente", "tecnico", "admin")
PEOPLE = ("cliente", "tecnico", "admin")
ANONYMOUS, CLIENTE, TECNICO, ADMIN = (("anonymous",), ("cliente",), ("tecnico",), ("admin",))


class Page(NamedTuple):
    path: str
    roles: tuple[str, ...]
    state: str = ""
    reach: Callable | None = None  # brings a browser's page at `path` to the state
    status: int = 200
    site: str = "site"  # the fixture of the site that has it

    def __str__(self):
        return f"{self.path} {self.state}".strip()


def sent(form: str = "main form[method=post]", **values):
    """The state after this form was sent with these values."""
    return lambda page: send(page, form, **values)


def _sent_from_elsewhere(page):
    page.context.clear_cookies(name="csrftoken")
    return send(page)


def _confirmed(page):
    for action in ("suspend", "activate"):  # so that there is somebody to activate
        page.goto("/users/")
        send(page, BULK, ids=True, action=action)
        answer = send(page)
    return answer


def _assigned_to_nobody(page):
    send(page, BULK, ids=True, action="assign")
    return send(page, parent="")


BULK = "form:has([name=ids])"
WRONG = {"email": "nobody@pialara.example", "password": "wrong"}
THROTTLED = "throttled@pialara.example"  # has failed to log in too often
TOO_LONG = "x" * 3_000_000
TOO_MANY = {f"field{number}": "" for number in range(1001)}
NOT_THERE = "0" * 24

PAGES = [
    # Everybody's
    Page("/", EVERYBODY),
    Page("/display/", EVERYBODY),
    Page("/display/", PEOPLE, "sent wrong", sent(theme="", font_size="")),
    Page("/display/", ANONYMOUS, "saved", sent()),
    Page("/styleguide/", ("anonymous", "admin")),
    # Coming in
    Page("/login/", ANONYMOUS),
    Page("/login/", ANONYMOUS, "sent empty", sent()),
    Page("/login/", ANONYMOUS, "sent wrong", sent(**WRONG)),
    Page("/register/", ANONYMOUS),
    Page("/register/", ANONYMOUS, "sent empty", sent()),
    Page("/register/", ANONYMOUS, "sent wrong", sent(nombre="A", email="x", password="12")),
    Page("/password/reset/", ANONYMOUS),
    Page("/password/reset/", ANONYMOUS, "sent wrong", sent(email="x")),
    Page("/password/reset/sent/", ANONYMOUS),
    Page("{reset}", ANONYMOUS),
    Page("{reset}", ANONYMOUS, "sent wrong", sent(new_password1="1", new_password2="2")),
    Page("{invitation}", ANONYMOUS, "of an invitation"),
    Page("{invitation}", ANONYMOUS, "sent empty", sent()),
    Page("/password/reset/dead/link-0/", ANONYMOUS),
    # One's own data
    Page("/profile/", PEOPLE),
    Page("/profile/edit/", PEOPLE),
    Page("/profile/edit/", ("cliente", "admin"), "sent wrong", sent(nombre="", email="x")),
    Page("/profile/edit/", CLIENTE, "saved", sent()),
    Page("/profile/password/", PEOPLE),
    Page("/profile/password/", CLIENTE, "sent empty", sent()),
    Page("/profile/preferences/", PEOPLE),
    Page("/profile/preferences/", CLIENTE, "sent wrong", sent(language="")),
    Page("/profile/sessions/", PEOPLE),
    Page("/profile/delete/", PEOPLE),
    Page("/profile/delete/", PEOPLE, "sent empty", sent()),
    # A client's own
    Page("/me/", CLIENTE),
    Page("/profile/contacts/create/", CLIENTE),
    Page("/profile/contacts/create/", CLIENTE, "sent wrong", sent(telefono="x", email="x")),
    Page("/profile/contacts/0/edit/", CLIENTE),
    Page("/profile/contacts/0/edit/", CLIENTE, "sent wrong", sent(nombre="", telefono="x")),
    Page("/profile/contacts/0/delete/", CLIENTE),
    # Administrators'
    Page("/users/", ADMIN),
    Page("/users/?page=2", ADMIN),
    Page("/users/?q=a&rol=Cliente&estado=activo&sort=-creado", ADMIN),
    Page("/users/?q=nobody+at+all", ADMIN, "without results"),
    Page("/users/", ADMIN, "nobody chosen", sent(BULK, action="suspend")),
    Page("/users/", ADMIN, "suspending", sent(BULK, ids=True, action="suspend")),
    Page("/users/", ADMIN, "assigning", sent(BULK, ids=True, action="assign")),
    Page("/users/", ADMIN, "assigning to nobody", _assigned_to_nobody),
    Page("/users/", ADMIN, "activated", _confirmed),
    Page("/users/create/", ADMIN),
    Page("/users/create/", ADMIN, "sent empty", sent()),
    Page("/users/{cliente}/", ADMIN),
    Page("/users/{tecnico}/", ADMIN),
    Page("/users/{cliente}/edit/", ADMIN),
    Page("/users/{cliente}/edit/", ADMIN, "sent wrong", sent(nombre="", email="x", rol="")),
    Page("/users/{tecnico}/edit/", ADMIN, "sent wrong", sent(nombre="", email="x")),
    Page("/users/{cliente}/delete/", ADMIN),
    Page("/users/{tecnico}/delete/", ADMIN),
    Page("/users/{cliente}/password/", ADMIN),
    Page("/dashboard/", ADMIN),
    Page("/audit/", ADMIN),
    Page("/audit/?action=edit&from=2020-01-01", ADMIN),
    Page("/audit/?target=nobody", ADMIN, "without results"),
    # Technicians'
    Page("/clients/", TECNICO),
    Page("/clients/?q=nobody+at+all", TECNICO, "without results"),
    Page("/clients/create/", TECNICO),
    Page("/clients/create/", TECNICO, "sent empty", sent()),
    Page("/clients/{cliente}/", TECNICO),
    Page("/clients/{cliente}/edit/", TECNICO),
    Page("/clients/{cliente}/edit/", TECNICO, "sent wrong", sent(nombre="", email="x")),
    Page("/clients/{cliente}/delete/", TECNICO),
    Page("/clients/{cliente}/contacts/create/", TECNICO),
    Page("/clients/{cliente}/contacts/create/", TECNICO, "sent empty", sent()),
    Page("/clients/{cliente}/contacts/0/edit/", TECNICO),
    Page("/clients/{cliente}/contacts/0/edit/", TECNICO, "sent wrong", sent(nombre="")),
    Page("/clients/{cliente}/contacts/0/delete/", TECNICO),
    # Films
    Page("/mflix/", ("anonymous", "cliente", "admin")),
    Page("/mflix/?genre=Drama&year_from=1950&sort=rating", ("anonymous", "cliente")),
    Page("/mflix/?q=zzyzx", ANONYMOUS, "without results"),
    Page("/mflix/movies/{movie}/", EVERYBODY),
    Page("/mflix/movies/{movie}/", CLIENTE, "sent empty", sent("#comments form")),
    Page("/mflix/movies/{movie}/comments/", ("anonymous", "cliente")),
    Page("/mflix/comments/{comment}/edit/", PEOPLE),
    Page("/mflix/comments/{comment}/edit/", CLIENTE, "sent empty", sent(text="")),
    Page("/mflix/comments/{comment}/delete/", PEOPLE),
    Page("/mflix/my-comments/", PEOPLE),
    Page("/mflix/watchlist/", ("cliente", "admin")),
    Page("/mflix/theaters/", ("anonymous", "cliente")),
    Page("/mflix/theaters/?page=2", ANONYMOUS),
    Page("/mflix/theaters/?lat=40.7&lng=-74&km=50", ANONYMOUS),
    Page("/mflix/theaters/?lat=95&km=x&west=1", ANONYMOUS, "asked wrong"),
    Page("/mflix/theaters/?city=nowhere", ANONYMOUS, "without results"),
    Page("/mflix/reports/", ADMIN),
    Page("/mflix/reports/commenters/", ADMIN),
    Page("/mflix/reports/directors/", ADMIN),
    Page("/mflix/reports/years/", ADMIN),
    Page("/mflix/reports/genres/", ADMIN),
    Page("/mflix/reports/discussed/", ADMIN),
    # Errors
    Page("/login/", ANONYMOUS, "error 400", sent(**TOO_MANY), 400),
    Page("/users/", CLIENTE, "error 403", status=403),
    Page("/login/", ANONYMOUS, "error 403 without the token", _sent_from_elsewhere, 403),
    Page("/not/there/", ("anonymous", "admin"), "error 404", status=404),
    Page(f"/clients/{NOT_THERE}/", TECNICO, "error 404", status=404),
    Page("/logout/", ADMIN, "error 405", status=405),
    Page("/login/", ANONYMOUS, "error 413", sent(email=TOO_LONG), 413),
    Page("/login/", ANONYMOUS, "error 429", sent(email=THROTTLED, password="x"), 429),
    Page("/mflix/?q=film", ANONYMOUS, "error 500", status=500, site="unprepared"),
    Page("/mflix/", ANONYMOUS, "error 503", status=503, site="without_database"),
]

VISITS = [(page, role) for page in PAGES for role in page.roles]

# What has no page of its own: downloads, images, and what is only posted to.
NO_PAGES = {
    "attachment",
    "attachment_thumbnail",
    "language",
    "logout",
    "profile_data",
    "report_export",
    "users_bulk",
    "users_export",
    "watch",
}
