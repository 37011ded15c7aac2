#!/usr/bin/env python
"""The commands. `python manage.py help` lists them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility
from django.utils import translation
from pymongo.errors import PyMongoError

from pialara_site import embedded, terminal


class Commands(ManagementUtility):
    """Django's commands and ours, in the language of the terminal."""

    def fetch_command(self, subcommand):
        # The first moment at which Django can translate.
        translation.activate(terminal.language())
        return super().fetch_command(subcommand)


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pialara_site.settings")
    try:
        with embedded.when_needed(sys.argv):
            Commands(sys.argv).execute()
    except (EOFError, KeyboardInterrupt):  # Ctrl-D and Ctrl-C at a question
        sys.exit(130)
    except (ImproperlyConfigured, embedded.NotStarted) as error:
        sys.exit(str(error))
    except PyMongoError as error:
        from pialara_site import mongo

        sys.exit(mongo.reason(error))


if __name__ == "__main__":
    main()
