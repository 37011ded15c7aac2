"""What no line of the log may hold, looked for in all that is logged while the tests run."""

import logging
import re

from pialara_site.logs import Json
from tests.mothers import PASSWORD

# What the tests' people are called, have and type
SECRETS = {
    "an email": re.compile(r"[^\s\"'(<:/]+@[\w-]+\.\w+"),
    "a name": re.compile(r"\bPerson \d+"),
    "a password": re.compile(re.escape(PASSWORD)),
    "a pathology": re.compile(r"Afasia|Dislalia|illness"),
    "a link's token": re.compile(r"\b[0-9a-z]{6,7}-[0-9a-f]{32}\b"),
    "a session or CSRF token": re.compile(r"\b(?=\w*\d)(?:[0-9A-Za-z]{32}){1,2}\b"),
}


def secrets_in(text: str) -> list[str]:
    return [kind for kind, pattern in SECRETS.items() if pattern.search(text)]


class Listener(logging.Handler):
    """Hears all that is logged, as a centre's log has it; `told` are lines that tell a secret."""

    def __init__(self):
        super().__init__()
        self.setFormatter(Json())
        self.told = []

    def emit(self, record):
        line = self.format(record)
        if secrets_in(line):
            self.told.append(line)
