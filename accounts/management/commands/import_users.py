from collections import Counter
from pathlib import Path

import pymongo
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.progress import Progress

from accounts import bulk
from pialara_site.batches import batches
from pialara_site.dumps import BrokenFile, documents, in_words, keep_rejected, rejects

BATCH = 1000


class Command(BaseCommand):
    @property
    def help(self):
        return _(
            "Add or change users by email from files that mongoexport or mongodump wrote, in the "
            "shape %(ours)s, with %(optional)s where they are there, or sample_mflix's %(mflix)s. "
            "Their password hashes are kept, other fields left out. What can't be a user goes to "
            "FILE.rejected.jsonl."
        ) % {
            "ours": "{nombre, email, password, rol, parent}",
            "optional": ", ".join(bulk.OPTIONAL),
            "mflix": "{name, email, password}",
        }

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", type=Path, metavar=_("FILE"))

    def handle(self, *, files, **options):
        try:
            # Read to the end first: a broken file must not be found out half way.
            sizes = [sum(1 for _ in documents(path)) for path in files]
        except BrokenFile as error:
            sentence = _("%(reason)s Nothing was imported.")
            raise CommandError(sentence % {"reason": error}) from error
        try:
            counts = self.load(files, sizes)
        except OSError as error:
            told = {"file": error.filename, "reason": error.strerror}
            raise CommandError(_("%(file)s can't be written: %(reason)s.") % told) from error
        self.stdout.write(in_words(counts))
        if counts["rejected"]:
            kept = ", ".join(str(rejects(path)) for path in files if rejects(path).exists())
            sentence = _("The rejected documents are in %(file)s, with reasons.")
            raise CommandError(sentence % {"file": kept})

    def load(self, files: list[Path], sizes: list[int]) -> Counter:
        counts = Counter()
        # A file takes as long as it takes, unlike a page.
        with Progress(transient=True) as progress, pymongo.timeout(0):
            for path, size in zip(files, sizes, strict=True):
                task = progress.add_task(path.name, total=size)
                rejects(path).unlink(missing_ok=True)  # those of an earlier time
                for batch in batches(documents(path), BATCH):
                    counted, rejected = bulk.upsert(batch)
                    counts.update(counted)
                    keep_rejected(path, rejected)
                    progress.advance(task, len(batch))
        return counts
