from collections import Counter
from pathlib import Path

import pymongo
from django.core.management.base import BaseCommand, CommandError
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from mflix import imports
from pialara_site.batches import batches
from pialara_site.dumps import BrokenFile, documents, keep_rejected, rejects

BATCH = 1000
COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    DownloadColumn(),
    TransferSpeedColumn(),
    TimeRemainingColumn(),
)


class Command(BaseCommand):
    help = (
        "Store the documents of sample_mflix from files or folders that mongoexport or mongodump "
        "wrote. Run it again after an interruption. What can't be stored goes to "
        "FILE.rejected.jsonl."
    )

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--collection", choices=imports.COLLECTIONS)

    def handle(self, *, paths, collection, **options):
        files = [file for path in paths for file in imports.files_in(path)]
        try:
            named = [(file, collection or imports.collection_of(file)) for file in files]
        except imports.UnknownCollection as error:
            raise CommandError(str(error)) from error
        if not named:
            raise CommandError("There is no file of a collection here.")
        with Progress(*COLUMNS, transient=True) as progress, pymongo.timeout(0):
            # One line a file: a broken one doesn't keep the others out.
            failures = [self.load(file, name, progress) for file, name in named]
        if any(failures):
            raise CommandError(" ".join(filter(None, failures)))

    def load(self, file: Path, name: str, progress: Progress) -> str:
        """Store one file; says what went wrong, or ""."""
        counts = Counter()
        rejects(file).unlink(missing_ok=True)  # those of an earlier time
        failure = ""
        try:
            task = progress.add_task(file.name, total=file.stat().st_size)
            found = documents(file, lambda opened: progress.wrap_file(opened, task_id=task))
            for batch in batches(found, BATCH):
                counted, rejected = imports.store(name, batch)
                counts.update(counted)
                keep_rejected(file, rejected)
        except (BrokenFile, OSError) as error:
            failure = str(error)
        words = ("new", "changed", "same", "rejected")
        told = ", ".join(f"{counts[word]} {word}" for word in words)
        self.stdout.write(f"{file.name} into {name}: {told}")
        if counts["rejected"] and not failure:
            failure = f"The rejected documents are in {rejects(file)}, with reasons."
        return failure
