import sys
from collections.abc import Iterable
from pathlib import Path

import pymongo
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from pymongo.database import Database

from pialara_site import backups, mongo, progress, restores, schema, terminal


class Command(BaseCommand):
    @property
    def help(self):
        return _(
            "Bring a backup back into both databases, when its checksums fit, and then the schema. "
            "Until all of it is loaded, what is there stays in use."
        )

    def add_arguments(self, parser):
        parser.add_argument(
            "folder",
            type=Path,
            metavar=_("FOLDER"),
            help=_("a backup, or a folder of backups for the newest one"),
        )
        parser.add_argument(
            "--into",
            metavar=_("PREFIX"),
            help=_("restore into databases named PREFIX and our name, to look at it"),
        )
        parser.add_argument(
            "--drop", action="store_true", help=_("replace whatever the databases hold")
        )
        parser.add_argument("--yes", action="store_true", help=_("never ask, just do"))

    def handle(self, *, folder, into, drop, yes, **options):
        if into == "":  # as of a variable that is not set
            raise CommandError(_("--into needs a prefix."))
        mongo.require_replica_set()
        try:
            with pymongo.timeout(0):  # it takes as long as it takes
                backup = backups.chosen(folder)
                self.restore(backup, into or "", drop, yes)
        except OSError as error:
            told = {"file": error.filename or folder, "reason": error.strerror or error}
            raise CommandError(_("%(file)s can't be read: %(reason)s.") % told) from error
        except backups.NotABackup as error:
            raise CommandError(str(error)) from error

    def restore(self, backup: Path, prefix: str, drop: bool, yes: bool):
        with progress.of_bytes() as bar:
            task = bar.add_task(_("Checksums"), total=backups.size(backup))
            manifest = backups.verified(backup, lambda n: bar.advance(task, n))
        into = restores.targets(manifest, prefix)
        self.make_way(into.values(), drop, yes)
        with progress.of_bytes() as bar:
            task = bar.add_task(_("Restore"), total=backups.size(backup))
            restores.run(backup, manifest, into, lambda file: bar.wrap_file(file, task_id=task))
        if not prefix:
            schema.ensure()
        told = {"backup": backup, "databases": names(into.values())}
        self.stdout.write(_("%(backup)s is restored into %(databases)s.") % told)

    def make_way(self, databases: Iterable[Database], drop: bool, yes: bool):
        """Let nobody lose documents who has not said so, at a terminal twice."""
        full = names(each for each in databases if restores.holds_documents(each))
        if not full:
            return
        if not drop:
            sentence = _("%(databases)s: there are documents. --drop replaces them.")
            raise CommandError(sentence % {"databases": full})
        if yes:
            return
        if not sys.stdin.isatty():
            raise CommandError(_("--%(option)s is missing.") % {"option": "yes"})
        question = _("Everything in %(databases)s will be replaced. Go on? [y/N]")
        if not terminal.agrees(question % {"databases": full}):
            raise CommandError(_("Nothing was changed."))


def names(databases: Iterable[Database]) -> str:
    return ", ".join(each.name for each in databases)
