"""The menu of each role: sections, and the pages of the section that one is in."""

from dataclasses import dataclass
from functools import cache

from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    icon: str = ""
    pages: tuple["Entry", ...] = ()
    more: tuple[str, ...] = ()
    """What the addresses begin with that belong to it besides those below its own."""


@dataclass(frozen=True)
class Menu:
    sections: tuple[Entry, ...]
    section: Entry | None
    """The section that the current page belongs to, and the page of it that is nearest."""
    page: Entry | None
    here: str = ""
    """The address of the current page, if it is one of the menu's."""


def menu_of(user, path: str) -> Menu:
    """The menu of `user`, who may be anonymous, at the page `path`."""
    sections = _sections(getattr(user, "rol", None))
    # The longest address that `path` begins with, but for the home's, which all begin with.
    here = [
        (len(start), section, page)
        for section in sections
        for page in section.pages or (section,)
        for start in (page.url, *page.more)
        if path == start or (path.startswith(start) and start != "/")
    ]
    if not here:
        return Menu(sections, None, None)
    _length, section, page = max(here, key=lambda found: found[0])
    return Menu(sections, section, page, path if path in (section.url, page.url) else "")


def below(name, to: str, *args) -> dict:
    """The context of a page that leads back to the one called `name`, at `to` as for redirect()."""
    address = resolve_url(to, *args)
    return {"back": address, "crumbs": [(address, name)]}


@cache
def _sections(role: str | None) -> tuple[Entry, ...]:
    home = _entry(_("Home"), "home", "house")
    films = [_entry(_("All films"), "movies"), _entry(_("Cinemas"), "theaters")]
    if role not in Role.values:
        login = _entry(_("Log in"), "login", "log-in")
        return home, _section(_("Films"), "film", films), login
    films += [_entry(_("My list"), "watchlist"), _entry(_("My comments"), "my_comments")]
    if role == Role.ADMINISTRADOR:
        films.append(_entry(_("Reports"), "reports"))
    profile = [
        _entry(_("My data"), "profile"),
        _entry(_("Preferences"), "profile_preferences"),
        _entry(_("Password"), "profile_password"),
        _entry(_("Sessions"), "profile_sessions"),
    ]
    return (
        home,
        _WORK[role](),
        _section(_("Films"), "film", films),
        _section(_("Profile"), "circle-user-round", profile),
    )


def _users() -> Entry:
    pages = [
        _entry(_("User list"), "users"),
        _entry(_("Add a user"), "user_create"),
        _entry(_("Dashboard"), "dashboard"),
        _entry(_("Audit log"), "audit"),
    ]
    return _section(_("Users"), "users", pages)


def _clients() -> Entry:
    pages = [_entry(_("Client list"), "clients"), _entry(_("Add a client"), "client_create")]
    return _section(_("Clients"), "users", pages)


def _me() -> Entry:
    add = _entry(_("Add a contact"), "own_contact_create")
    contacts = add.url.removesuffix("create/")
    pages = [Entry(_("My page"), reverse("me"), more=(contacts,)), add]
    return _section(_("My page"), "contact", pages)


_WORK = {Role.ADMINISTRADOR: _users, Role.TECNICO: _clients, Role.CLIENTE: _me}


def _entry(label: str, view: str, icon: str = "") -> Entry:
    return Entry(label, reverse(view), icon)


def _section(label: str, icon: str, pages: list[Entry]) -> Entry:
    return Entry(label, pages[0].url, icon, tuple(pages))
