"""The static files: made ready for a real server, and handed out."""

import hashlib
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError
from django.utils.translation import gettext as _
from whitenoise.middleware import WhiteNoiseMiddleware

from .streams import Stream
from .terminal import not_writable
from .turns import Busy

# More than any file has when it is compressed.
ONE_PIECE = 100 * 2**10


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise, so that slow readers don't hold every thread.

    What is sent in one piece holds none; a larger one, which nobody who takes compression gets, is
    a Stream.
    """

    @staticmethod
    def serve(static_file, request):
        response = WhiteNoiseMiddleware.serve(static_file, request)
        pieces = response.streaming_content
        response.file_to_stream = None
        if int(response.get("Content-Length", 0)) <= ONE_PIECE:
            response.streaming_content = [b"".join(pieces)]
            return response
        try:
            response.streaming_content = Stream(pieces)
        except Busy:
            response.close()
            raise
        return response


def collect():
    """Do what collectstatic does, unless nothing changed since: compressing takes it seconds.

    In a process of its own, as the memory that it takes would stay here.
    """
    state = _state()
    kept = settings.STATIC_ROOT / "collected"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        if kept.exists() and kept.read_text() == state:
            return
        kept.write_text("")  # what is cut off leaves neither these files nor those before
    except OSError as error:
        raise CommandError(not_writable(kept.parent, error)) from error
    command = [sys.executable, settings.BASE_DIR / "manage.py", "collectstatic", "--no-input"]
    if subprocess.run([*command, "--verbosity=0"], check=False).returncode:  # noqa: S603
        raise CommandError(_("The static files can't be collected."))
    kept.write_text(state)


def _state() -> str:
    """Another one when a file is, or who compresses them."""
    found = [
        Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])
    ]
    files = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(found)]
    return hashlib.sha256(repr((version("whitenoise"), files)).encode()).hexdigest()
