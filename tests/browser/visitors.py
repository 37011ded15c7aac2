"""Who visits: people of every role, logged in once, and what they leave behind to be seen."""

import email
import io
import re
from datetime import UTC, datetime, timedelta
from email.policy import default

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page
from pymongo import DESCENDING, MongoClient

from accounts.demo import PASSWORD
from pialara_site.tests.processes import wait_until

from .server import Site

LANGUAGES = ("es", "en")
MILLISECONDS = 10_000  # what nothing should ever take
LOGINS = {role: f"{role}@pialara.example" for role in ("cliente", "tecnico", "admin")}

# Sends a form past the browser's own checks, by the button of that name and value if it has one. A
# value for a field that it has not is added, and `true` ticks a box, the first of several.
SEND = """(form, values) => {
  form.noValidate = true
  let pressed
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name]
    const isButton = (each) => each.type === "submit" && each.name === name && each.value === value
    const button = [...form.elements].find(isButton)
    if (button) {
      pressed = button
    } else if (!field) {
      const added = document.createElement("input")
      Object.assign(added, { type: "hidden", name, value })
      form.append(added)
    } else if (value === true) (field.type ? field : field[0]).checked = true
    else if (field instanceof RadioNodeList && !value) field.forEach((each) => each.checked = false)
    else field.value = value
  }
  form.requestSubmit(pressed)
}"""


def send(page: Page, form: str = "main form[method=post]", **values):
    """Fill a form, send it, and return the answer."""
    with page.expect_navigation() as answer:
        page.locator(form).first.evaluate(SEND, values)
    return answer.value


class Visitors:
    """Browser contexts for people of every role, in every language."""

    def __init__(self, browser: Browser, site: Site):
        self.browser, self.site = browser, site
        self.states = {"anonymous": None}

    def context(self, role: str, language: str, site: Site | None = None) -> BrowserContext:
        """A context on the site, or on another one: cookies don't tell ports apart."""
        address = (site or self.site).address
        context = self.browser.new_context(base_url=address, storage_state=self._state(role))
        context.set_default_timeout(MILLISECONDS)
        context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        return context

    def _state(self, role: str):
        """Cookies of somebody who is logged in. Once for all, as logins are counted."""
        if role not in self.states:
            with self.browser.new_context(base_url=self.site.address) as context:
                page = context.new_page()
                page.goto("/login/")
                send(page, email=LOGINS[role], password=PASSWORD)
                assert page.url == f"{self.site.address}/", page.content()
                self.states[role] = context.storage_state()
        return self.states[role]


class Stage:
    """The site's things that paths name, with those that the sample data lacks put in place."""

    def __init__(self, visitors: Visitors, mongodb: MongoClient):
        self.visitors, self.site, self.mongodb = visitors, visitors.site, mongodb
        people, films = self.mongodb.pialara.users, self.mongodb.sample_mflix
        wanted = {"parent": LOGINS["tecnico"], "estado": "activo", "contactos.0": {"$exists": True}}
        client = people.find_one({**wanted, "email": {"$ne": LOGINS["cliente"]}}, sort=["_id"])
        movie = films.movies.find_one(sort=[("num_mflix_comments", DESCENDING)])
        self.names = {
            "cliente": client["_id"],
            "tecnico": people.find_one({"email": LOGINS["tecnico"]})["_id"],
            "movie": movie["_id"],
        }
        self._dress(client["email"])
        for role, address in LOGINS.items():
            self.names[f"comment_{role}"] = films.comments.find_one({"email": address})["_id"]

    def _dress(self, client_email: str):
        with self.visitors.context("cliente", "es") as context:
            page = context.new_page()
            page.goto("/profile/contacts/create/")
            send(page, nombre="Eva Luna", relacion="hermana", telefono="600 000 000")
            page.goto(f"/mflix/movies/{self.names['movie']}/")
            image = {"name": "a.png", "mimeType": "image/png", "buffer": picture()}
            page.locator("#comments input[type=file]").set_input_files(image)
            send(page, "#comments form", text="La vi con mi hermana.\n\nVolveremos.")
            with page.expect_response("**/watch/"):
                page.locator("form[action$='/watch/'] button").first.click()
        with self.visitors.context("tecnico", "es") as context:
            page = context.new_page()
            page.goto("/clients/create/")
            send(page, nombre="Ana Nueva", email="invited@pialara.example")
        with self.visitors.context("anonymous", "es") as context:
            page = context.new_page()
            page.goto("/password/reset/")
            send(page, email=client_email)
        self.names["invitation"] = mailed_link(self.site, "invited@pialara.example")
        self.names["reset"] = mailed_link(self.site, client_email)

    def path(self, path: str, role: str) -> str:
        own = self.names[f"comment_{role}"] if role in LOGINS else ""
        return path.format(**self.names, comment=own)

    def throttle(self, address: str):
        """Too many logins of this address alone have failed; those of other tests don't count."""
        attempts, now = self.mongodb.pialara.login_attempts, datetime.now(UTC)
        attempts.delete_many({})
        later = now + timedelta(minutes=5)
        attempts.insert_one({"_id": f"email:{address}", "times": [now] * 5, "expires": later})


def mailed_link(site: Site, address: str) -> str:
    """The path of the link in the mail to this address, which may still be on its way."""
    found = []

    def is_there():
        for file in site.mails.glob("*.log"):
            mail = email.message_from_bytes(file.read_bytes(), policy=default)
            if mail["To"] == address:
                text = mail.get_body(("plain",)).get_content()
                found.extend(re.findall(rf"{site.address}(/password/\S+)", text))
        return found

    wait_until(is_there)
    return found[0]


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 360), "seagreen").save(file, "png")
    return file.getvalue()
