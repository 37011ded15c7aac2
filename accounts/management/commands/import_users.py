from collections import Counter
from pathlib import Path

import pymongo
from django.core.management.base import BaseCommand, CommandError
from rich.progress import Progress

from accounts import bulk
from pialara_site.batches import batches
from pialara_site.dumps import BrokenFile, documents, keep_rejected, rejects

BATCH = 1000


class Command(BaseCommand):
    help = (
        "Add or change users by email from files that mongoexport or mongodump wrote, in the shape "
        "{nombre, email, password, rol, parent} or sample_mflix's {name, email, password}. Their "
        "password hashes are kept. What can't be a user goes to FILE.rejected.jsonl."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *, files, **options):
        try:
            # Read to the end first: a broken file must not be found out half way.
            sizes = [sum(1 for _ in documents(path)) for path in files]
        except BrokenFile as error:
            raise CommandError(f"{error} Nothing was imported.") from error
        try:
            counts = self.load(files, sizes)
        except OSError as error:
            raise CommandError(f"{error.filename} can't be written: {error.strerror}.") from error
        words = ("new", "changed", "same", "rejected")
        self.stdout.write(", ".join(f"{counts[word]} {word}" for word in words))
        if counts["rejected"]:
            kept = ", ".join(str(rejects(path)) for path in files if rejects(path).exists())
            raise CommandError(f"The rejected documents are in {kept}, with reasons.")

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
