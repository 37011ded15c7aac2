import contextlib
import errno
import os
import signal
import socket
import sys
import time
from http.client import HTTPConnection, HTTPException

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts import users
from accounts.demo import LOGINS, PASSWORD
from pialara_site import embedded, schema, static_files, terminal
from pialara_site.web import WebServer

# After it was asked to end; its requests under way have 10 seconds.
END_SECONDS = 15


class Command(BaseCommand):
    # For the server of our own: it has more to do until that is ready.
    waits_itself = True
    # That is for `check`; here it would make the templates as DEBUG has them.
    requires_system_checks = ()

    @property
    def help(self):
        return _("Bring everything up: the schema, sample data, and the web server.")

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help=_("where to listen (127.0.0.1)"))
        parser.add_argument("--port", type=int, default=8000, help=_("at which port (8000)"))
        parser.add_argument("--workers", type=int, default=2, help=_("web processes (2)"))
        parser.add_argument("--no-seed", action="store_true", help=_("never add sample data"))
        parser.add_argument("--no-input", action="store_true", help=_("never ask, just do"))

    def handle(self, *, host, port, workers, no_seed, no_input, **options):
        if workers < 1:
            raise CommandError(_("--%(option)s has to be 1 or more.") % {"option": "workers"})
        require_free_port(host, port)
        if not settings.DEBUG:
            static_files.collect()
        server = WebServer(host, port, workers)
        try:
            server.start()
            embedded.server().ready()
            schema.ensure()
            if not users.any_exist():
                self.seed(no_seed, no_input)
            self.serve(server, host, port)
        finally:
            # Whatever happened, also to the server itself: no worker is left to keep the port.
            kill_all(server)

    def seed(self, no_seed: bool, no_input: bool):
        if no_seed or not settings.DEBUG:
            self.stdout.write(
                _("There are no users yet. Make the first one: %(command)s")
                % {"command": "manage.py create_user --rol Administrador --email … --nombre …"}
            )
        elif self.may_seed(no_input):
            call_command("seed")

    def may_seed(self, no_input: bool) -> bool:
        """At a terminal, a server of somebody's own gets sample data only when they agree."""
        if no_input or not settings.MONGODB_URI or not sys.stdin.isatty():
            return True
        return terminal.agrees(
            _("The server of MONGODB_URI holds no users. Add sample data? [y/N]")
        )

    def serve(self, server: WebServer, host: str, port: int):
        ended = False

        def end(*_):
            nonlocal ended
            if ended:  # said twice, granian may never end
                return
            ended = True
            signal.alarm(END_SECONDS)
            server.terminate()

        signal.signal(signal.SIGALRM, lambda *_: server.kill())
        signal.signal(signal.SIGINT, end)
        embedded.when_asked_to_end(end)
        server.go()
        if answers(server, host, port):
            self.announce(host, port)
        while (status := status_of(server)) is None:
            if not (settings.MONGODB_URI or ended):
                embedded.server().mend()
        if not ended:
            raise CommandError(_("The web server stopped with status %(n)d.") % {"n": status})

    def announce(self, host: str, port: int):
        """Print where to go."""
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{port}"
        lines = [_("PIA Lara runs at %(address)s (Ctrl-C stops it)") % {"address": address}]
        there = [(role, email) for role, email in LOGINS if users.by_email(email)]
        if settings.DEBUG and there:
            sentence = _("Demo logins, all with the password %(password)s:")
            lines.append(sentence % {"password": PASSWORD})
            lines += [f"  {role.label:15} {email}" for role, email in there]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def answers(server: WebServer, host: str, port: int) -> bool:
    """Wait until the server answers, whatever it says; False when it ended instead.

    It accepts connections before it can answer them, and until then Ctrl-C takes it long.
    """
    while server.exitcode is None:
        with (
            contextlib.suppress(OSError, HTTPException),
            contextlib.closing(HTTPConnection(host, port, timeout=1)) as connection,
        ):
            connection.request("HEAD", "/healthz")
            connection.getresponse()
            return True
        time.sleep(0.05)
    return False


def status_of(server: WebServer) -> int | None:
    """What it ended with, or None if it still runs after a second."""
    server.join(1)
    return server.exitcode


def kill_all(server: WebServer):
    """Kill the server and its workers, and give them a second to be gone."""
    if server.pid is None:  # it was not started
        return
    server.kill()
    server.join()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
        for _n in range(50):
            os.killpg(server.pid, 0)
            time.sleep(0.02)


def require_free_port(host: str, port: int):
    if not 1 <= port <= 65535:
        raise CommandError(
            _("%(port)d is not a port; choose one from 1 to 65535.") % {"port": port}
        )
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, UnicodeError) as error:  # this one of what can be no name
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            sentence = _("The port %(port)d is taken; choose another with --port.")
            raise CommandError(sentence % {"port": port}) from error
        told = {"address": f"{host}:{port}", "reason": getattr(error, "strerror", error)}
        raise CommandError(_("Can't listen on %(address)s: %(reason)s.") % told) from error
