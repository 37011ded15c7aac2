#!/usr/bin/env python
"""The commands. `python manage.py help` lists them."""

import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pialara_site.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from pymongo.errors import PyMongoError

    from pialara_site import embedded

    try:
        with embedded.when_needed(sys.argv):
            execute_from_command_line(sys.argv)
    except (EOFError, KeyboardInterrupt):  # Ctrl-D and Ctrl-C at a question
        sys.exit(130)
    except (ImproperlyConfigured, embedded.NotStarted) as error:
        sys.exit(str(error))
    except PyMongoError as error:
        from pialara_site import mongo

        sys.exit(mongo.reason(error))


if __name__ == "__main__":
    main()
