from pathlib import Path

import pymongo
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pialara_site import backups, mongo, progress, snapshots


class Command(BaseCommand):
    @property
    def help(self):
        return _(
            "Add a backup of both databases, as they are at one moment, to a folder. It is in "
            "mongodump's layout, with checksums, and there only when it is whole."
        )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar=_("FOLDER"))
        parser.add_argument(
            "--keep",
            type=int,
            metavar=_("N"),
            help=_("then remove all backups in the folder but the newest N"),
        )

    def handle(self, *, folder, keep, **options):
        if keep is not None and keep < 1:
            raise CommandError(_("--%(option)s has to be 1 or more.") % {"option": "keep"})
        mongo.require_replica_set()  # nothing else can show one moment
        mongo.require_finished_restore()
        try:
            self.add(folder)
            if keep:
                self.prune(folder, keep)
        except OSError as error:
            told = {"file": error.filename or folder, "reason": error.strerror}
            raise CommandError(_("%(file)s can't be written: %(reason)s.") % told) from error
        except (backups.Busy, snapshots.NotOneMoment) as error:
            raise CommandError(str(error)) from error

    def add(self, folder: Path):
        with progress.of_bytes() as bar, pymongo.timeout(0):  # it takes as long as it takes
            task = bar.add_task(_("Backup"), total=snapshots.size())
            backup, manifest = backups.make(
                folder, lambda place: snapshots.write(place, lambda n: bar.advance(task, n))
            )
        count = sum(manifest.documents.values())
        sentence = ngettext(
            "%(backup)s holds %(n)d document.", "%(backup)s holds %(n)d documents.", count
        )
        self.stdout.write(sentence % {"backup": backup, "n": count})

    def prune(self, folder: Path, keep: int):
        for backup in backups.prune(folder, keep):
            self.stdout.write(_("%(backup)s is removed.") % {"backup": backup})
