"""The file .env: variables for the environment."""

import re
from io import StringIO
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from pialara_site.terminal import gettext as _

# As django-environ reads them
LINE = re.compile(r"(?:export )?[A-Za-z_0-9]+=.*|#.*|")


def read(path: Path):
    """Put what the file says into the environment, where that does not have it already.

    Raises ImproperlyConfigured for what django-environ passes over, a file or a line that it can't
    read: a site whose DEBUG=False is not heard is open to everybody.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        return
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(_("The file %(path)s is not UTF-8.") % {"path": path}) from error
    except OSError as error:
        told = {"path": path, "reason": error.strerror}
        sentence = _("The file %(path)s can't be read: %(reason)s.")
        raise ImproperlyConfigured(sentence % told) from error
    lines = [line.strip() for line in lines]
    for number, line in enumerate(lines, 1):
        if not LINE.fullmatch(line):
            # It may hold a secret, so it is not shown.
            sentence = _(
                "Line %(number)d of %(path)s is neither a comment nor NAME=value, without spaces "
                "around the “=”."
            )
            raise ImproperlyConfigured(sentence % {"number": number, "path": path})
    environ.Env.read_env(StringIO("\n".join(lines)))
