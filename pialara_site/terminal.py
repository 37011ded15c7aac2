"""The terminal where a command runs: its language, and whether somebody there agrees.

manage.py chooses it for all that Django translates. What goes wrong before Django can translate, in
the settings and on the way to the database, is said with this module's own gettext(), which needs
neither settings nor applications.
"""

import gettext as catalogues
import os
import re
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
LANGUAGES = ("es", "en")  # the first one for a terminal that names none of them, such as LANG=C

YES = ("y", "yes", "s", "si", "sí")


def language() -> str:
    """As the variables say that every terminal sets, in the order of POSIX."""
    told = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    code = re.split(r"[_.@]", told)[0]
    return code if code in LANGUAGES else LANGUAGES[0]


def gettext(text: str) -> str:
    return catalogues.translation("django", LOCALE, [language()], fallback=True).gettext(text)


def not_writable(folder: Path, error: OSError) -> str:
    """The sentence for a folder of VAR_DIR that can't be used."""
    told = {"folder": folder, "reason": error.strerror}
    return (
        gettext("The folder %(folder)s is not writable (%(reason)s); set VAR_DIR to one that is.")
        % told
    )


def agrees(question: str) -> bool:
    """Whether who sits there says yes to the question."""
    return input(f"{question} ").strip().lower() in YES
