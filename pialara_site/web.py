"""The web server as a process of its own."""

import contextlib
import gc
import multiprocessing
import os
from select import select

from django.conf import settings
from django.template import engines
from django.urls import get_resolver
from granian import Granian
from jinja2 import TemplateError

from . import cores
from .turns import THREADS


class _Granian(Granian):
    def _spawn_worker(self, idx, target, callback_loader):
        def load():
            cores.keep_to_one(idx, self.workers)
            return callback_loader()

        return super()._spawn_worker(idx, target, load)


class WebServer(multiprocessing.get_context("fork").Process):
    """A fork of this process that prepares itself while the database starts, and serves after go().

    Its workers are forks too, so what it imports is imported once. It has to be started before
    there are threads here, and ends with this process as long as go() was not called.
    """

    def __init__(self, host: str, port: int, workers: int):
        super().__init__()
        self._options = {"address": host, "port": port, "workers": workers}
        self._told, self._tell = os.pipe()

    def go(self):
        os.write(self._tell, b"!")

    def run(self):
        os.setsid()  # Ctrl-C reaches the parent, which then ends this process
        os.close(self._tell)
        os.chdir(settings.BASE_DIR)
        server = _Granian(
            "pialara_site.wsgi:application",
            interface="wsgi",
            blocking_threads=THREADS,
            respawn_failed_workers=True,
            log_level="error",
            workers_kill_timeout=10,
            **self._options,
        )
        import pialara_site.wsgi  # noqa: F401

        _ = get_resolver().url_patterns  # which imports the views
        self._compile_templates()
        # What is there stays; looking through it, the workers would copy all that they share of it.
        gc.freeze()
        if os.read(self._told, 1):
            server.serve()

    def _compile_templates(self):
        """As many as there is time for, those of the films and the parts of all pages first."""
        templates = engines["jinja2"].env
        for name in reversed(templates.list_templates()):
            if select([self._told], [], [], 0)[0]:
                return
            # An editor's file, or one that is broken: the page that needs it will tell.
            with contextlib.suppress(TemplateError, OSError, UnicodeError):
                templates.get_template(name)
