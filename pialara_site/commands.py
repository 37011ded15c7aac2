"""What manage.py runs."""

import sys

from django.core.management import ManagementUtility
from django.utils import translation
from pymongo.errors import PyMongoError

from . import embedded, terminal


class Commands(ManagementUtility):
    """Django's commands and ours, in the language of the terminal."""

    def fetch_command(self, subcommand):
        # The first moment at which Django can translate.
        translation.activate(terminal.language())
        command = super().fetch_command(subcommand)
        if not getattr(command, "waits_itself", False):
            embedded.server().ready()
        return command

    def execute(self):
        try:
            super().execute()
        except PyMongoError as error:
            from . import mongo  # which needs the settings

            sys.exit(mongo.reason(error))
