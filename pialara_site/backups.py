"""Folders of backups: each one is there as a whole or not at all, with its checksums.

A backup is written under a name that begins with a dot and gets its own when all of it is on the
disk, so that the last good one is never touched. What a killed run left is removed by the next one.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from .dumps import private

SUMS = "SHA256SUMS"  # as `sha256sum -c` reads it
MANIFEST = "backup.json"
NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z")
UNFINISHED = ".{}.partial"
CHUNK = 1 << 20


class NotABackup(Exception):
    """What was asked for is no backup, or a damaged one; the text is a sentence."""


class Busy(Exception):
    """Another process writes to this folder of backups; the text is a sentence."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, in its file backup.json."""

    at: str  # the moment that it shows, ISO 8601 in UTC
    databases: dict[str, str]  # the names of our two databases, by what they are: pialara, mflix
    documents: dict[str, int]  # how many, by database.collection


def make(folder: Path, fill: Callable[[Path], Manifest]) -> tuple[Path, Manifest]:
    """Add the backup that `fill` writes into an empty folder. Raises Busy and OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        for left in folder.glob(UNFINISHED.format("*")):
            if NAME.fullmatch(left.name.removeprefix(".").removesuffix(".partial")):
                shutil.rmtree(left)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")
        backup = folder / f"{now[:-3]}Z"
        beside = folder / UNFINISHED.format(backup.name)
        beside.mkdir(mode=0o700)
        try:
            manifest = fill(beside)
            _seal(beside, manifest)
            beside.rename(backup)
            _sync(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return backup, manifest


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all backups but the newest `keep`, and nothing else; returns those that are gone."""
    with _alone(folder):
        old = all_in(folder)[:-keep]
        for backup in old:
            # First its name, so that nobody takes what is left of it for a backup.
            shutil.rmtree(backup.rename(folder / UNFINISHED.format(backup.name)))
    return old


def all_in(folder: Path) -> list[Path]:
    """The backups in the folder, the newest one last."""
    found = (each for each in folder.iterdir() if NAME.fullmatch(each.name))
    return sorted(each for each in found if (each / SUMS).is_file())


def chosen(folder: Path) -> Path:
    """The folder itself when it is a backup, else the newest one in it. Raises NotABackup, and
    OSError when it can't be read.
    """
    if (folder / SUMS).is_file():
        return folder
    if found := all_in(folder):
        return found[-1]
    raise NotABackup(_("%(folder)s is no backup, and holds none.") % {"folder": folder})


def verified(backup: Path, advance: Callable[[int], None]) -> Manifest:
    """What the backup holds, once every file fits its checksum. Raises NotABackup, and OSError when
    one can't be read.

    `advance` is told the bytes that were read.
    """
    sums = _sums(backup / SUMS)
    there = {str(file.relative_to(backup)) for file in _files(backup) if file.name != SUMS}
    if sums.keys() != there:
        sentence = _("%(file)s does not list the files that are there: the backup is not whole.")
        raise NotABackup(sentence % {"file": backup / SUMS})
    for name, wanted in sums.items():
        if _sum(backup / name, advance) != wanted:
            sentence = _("%(file)s is damaged: it does not fit its checksum.")
            raise NotABackup(sentence % {"file": backup / name})
    try:
        return Manifest(**json.loads((backup / MANIFEST).read_text()))
    except (TypeError, ValueError) as error:  # of another version
        sentence = _("%(file)s does not say what this program expects.")
        raise NotABackup(sentence % {"file": backup / MANIFEST}) from error


def size(backup: Path) -> int:
    """Bytes on the disk."""
    return sum(file.stat().st_size for file in _files(backup))


@contextmanager
def new_file(path: Path):
    """A file that only its owner reads; at the end of the block it is on the disk."""
    with open(path, "xb", opener=private) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No two processes in such a block; the lock ends with its process, however that ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        sentence = _("Another backup is being written to %(folder)s.")
        raise Busy(sentence % {"folder": folder}) from error
    finally:
        os.close(handle)


def _seal(backup: Path, manifest: Manifest):
    """Add the manifest and the checksums, and bring the names of all files to the disk."""
    with new_file(backup / MANIFEST) as file:
        file.write(json.dumps(asdict(manifest), indent=1).encode())
    lines = [f"{_sum(file)}  {file.relative_to(backup)}\n" for file in _files(backup)]
    with new_file(backup / SUMS) as file:
        file.write("".join(lines).encode())
    for each in (*backup.glob("*/"), backup):
        _sync(each)


def _files(backup: Path) -> list[Path]:
    return sorted(each for each in backup.rglob("*") if each.is_file())


def _sums(path: Path) -> dict[str, str]:
    """The checksums in a file, by the names of the files; lines that are none have no name."""
    lines = path.read_text(errors="replace").splitlines()
    return {name: found for found, _gap, name in (line.partition("  ") for line in lines)}


def _sum(path: Path, advance: Callable[[int], None] = lambda size: None) -> str:
    total = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            total.update(chunk)
            advance(len(chunk))
    return total.hexdigest()


def _sync(folder: Path):
    """Bring the names in the folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
