import os
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pymongo
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.progress import Progress

from mflix import imports
from pialara_site import progress, schema
from pialara_site.batches import ahead
from pialara_site.dumps import BrokenFile, in_words, keep_rejected, packed, rejects

ACCOUNTS = "accounts"
# What to run after documents of these collections came in.
NEXT_STEPS = {
    "migrate_dates": {"movies"},
    "recount_comments": {"movies", "comments"},
    "import_mflix --users": {"users"},
}


class Command(BaseCommand):
    @property
    def help(self):
        return _(
            "Store the documents of sample_mflix from files or folders that mongoexport or "
            "mongodump wrote. Run it again after an interruption. What can't be stored goes to "
            "FILE.rejected.jsonl."
        )

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="*", type=Path, metavar=_("PATH"))
        parser.add_argument(
            "--collection",
            choices=imports.COLLECTIONS,
            help=_("the collection that the files hold; without it, their names tell"),
        )
        parser.add_argument(
            "--users",
            action="store_true",
            help=_(
                "let users of sample_mflix log in as clients: those of the PATHs, or without one "
                "those of the database; whoever has an account keeps it as it is"
            ),
        )
        parser.add_argument(
            "--rejects",
            type=Path,
            metavar=_("FOLDER"),
            help=_("the folder for what can't be stored (that of FILE)"),
        )

    def handle(self, *, paths, collection, users, rejects, **options):
        if users and collection:
            raise CommandError(_("--users and --collection exclude each other."))
        if not users and not paths:
            raise CommandError(_("Say which files or folders to import."))
        if rejects and not os.access(rejects, os.W_OK | os.X_OK):
            raise CommandError(_("%(folder)s is no folder to write to.") % {"folder": rejects})
        self.filled, self.failures, self.begun = set(), [], set()
        files = self.files(paths, "users" if users else collection)
        with progress.of_bytes() as bar, pymongo.timeout(0):  # as long as it takes, unlike a page
            if not paths:
                kept = (rejects or Path()) / "users"
                self.load("users", imports.commenters(), ACCOUNTS, kept)
            for file, name in files:
                kept = (rejects or file.parent) / file.name
                found = packed(file, partial(self.watch, bar, file))
                self.load(file.name, found, ACCOUNTS if users else name, kept)
        self.say_what_is_next()
        if self.failures:
            raise CommandError(" ".join(dict.fromkeys(self.failures)))

    def files(self, paths: list[Path], collection: str | None) -> list[tuple[Path, str]]:
        """The files to read, each with its collection."""
        try:
            for path in paths:
                if not path.exists():
                    raise CommandError(_("%(file)s: there is no such file.") % {"file": path})
            files = [file for path in paths for file in imports.files_in(path, collection)]
            named = [(file, collection or imports.collection_of(file)) for file in files]
        except imports.UnknownCollection as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            told = {"file": error.filename, "reason": error.strerror}
            raise CommandError(_("%(file)s can't be read: %(reason)s.") % told) from error
        if paths and not named:
            raise CommandError(_("There is no file of a collection here."))
        return named

    def watch(self, bar: Progress, file: Path, opened):
        task = bar.add_task(file.name, total=file.stat().st_size)
        return bar.wrap_file(opened, task_id=task)

    def load(self, source: str, found: Iterable, target: str, kept: Path):
        """Store what was found and say how much; rejects(kept) is for what can't be stored.

        A broken file doesn't keep the others out.
        """
        store = (
            partial(map, imports.admit)
            if target == ACCOUNTS
            else partial(imports.store_all, target)
        )
        counts, are_kept = Counter(new=0, changed=0, same=0, rejected=0), True
        try:
            if kept not in self.begun:
                rejects(kept).unlink(missing_ok=True)  # those of an earlier time
            self.begun.add(kept)
            for counted, rejected in store(ahead(imports.batches(found))):
                counts.update(counted)
                keep_rejected(kept, rejected)
        except BrokenFile as error:
            self.failures.append(str(error))
        except OSError as error:
            told = {"file": error.filename, "reason": error.strerror}
            self.failures.append(_("%(file)s can't be written: %(reason)s.") % told)
            are_kept = False
        told = {"source": source, "collection": target, "counts": in_words(counts)}
        self.stdout.write(_("%(source)s into %(collection)s: %(counts)s") % told)
        if counts["rejected"] and are_kept:
            sentence = _("The rejected documents are in %(file)s, with reasons.")
            self.failures.append(sentence % {"file": rejects(kept)})
        if counts["new"] or counts["changed"]:
            self.filled.add(target)

    def say_what_is_next(self):
        steps = [step for step, after in NEXT_STEPS.items() if after & self.filled]
        if self.filled and schema.drift():
            steps.insert(0, "ensure_schema")
        if steps:
            self.stdout.write(_("Now run: %(commands)s") % {"commands": ", ".join(steps)})
