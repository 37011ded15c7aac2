#!/usr/bin/env python
"""The commands. `python manage.py help` lists them."""

import os
import sys

from pialara_site import malloc


def main():
    if sys.argv[1:2] == ["start"]:
        malloc.tell()
    try:
        _run()
    except (EOFError, KeyboardInterrupt):  # Ctrl-D and Ctrl-C at a question
        sys.exit(130)


def _run():
    # Imported now, as `start` may have begun anew.
    from django.core.exceptions import ImproperlyConfigured

    from pialara_site import embedded, interrupts

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pialara_site.settings")
    interrupts.hear_all()
    try:
        with embedded.when_needed(sys.argv):
            # Imported here, as the embedded server starts meanwhile.
            from pialara_site.commands import Commands

            Commands(sys.argv).execute()
    except (ImproperlyConfigured, embedded.NotStarted) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
