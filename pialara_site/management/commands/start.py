import contextlib
import errno
import signal
import socket
import subprocess
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts import users
from accounts.demo import LOGINS, PASSWORD
from pialara_site import schema

# Threads of a worker; each waits for MongoDB most of its time.
THREADS = 4


class Command(BaseCommand):
    help = "Bring everything up: the schema, sample data, and the web server."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="web processes")
        parser.add_argument("--no-seed", action="store_true", help="never add sample data")
        parser.add_argument("--no-input", action="store_true", help="never ask, just do")

    def handle(self, *, host, port, workers, no_seed, no_input, **options):
        require_free_port(host, port)
        schema.ensure()
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        if not no_seed and not users.any_exist():
            self.seed(no_input)
        self.serve(host, port, workers)

    def seed(self, no_input: bool):
        if not settings.DEBUG:
            self.stdout.write(
                "There are no users yet. Make the first one: manage.py create_user "
                "--rol Administrador --email … --nombre …"
            )
        elif self.may_seed(no_input):
            call_command("seed")

    def may_seed(self, no_input: bool) -> bool:
        """A server of somebody's own gets sample data only when they agree."""
        if no_input or not settings.MONGODB_URI or not sys.stdin.isatty():
            return True
        answer = input("The server of MONGODB_URI holds no users. Add sample data? [y/N] ")
        return answer.strip().lower() in ("y", "yes")

    def serve(self, host: str, port: int, workers: int):
        command = [sys.executable, "-m", "granian", "--interface", "wsgi"]
        command += ["--host", host, "--port", str(port), "--workers", str(workers)]
        command += ["--blocking-threads", str(THREADS), "--respawn-failed-workers"]
        command += ["--log-level", "warning", "--workers-kill-timeout", "10"]
        command += ["pialara_site.wsgi:application"]
        # A session of its own: Ctrl-C reaches this process, which then ends the server.
        server = subprocess.Popen(  # noqa: S603
            command, cwd=settings.BASE_DIR, start_new_session=True
        )
        ended = []

        def end(*_):
            ended.append(True)
            server.terminate()

        signal.signal(signal.SIGINT, end)
        signal.signal(signal.SIGTERM, end)
        self.announce(f"http://{host}:{port}", server)
        status = server.wait()
        if not ended:
            raise CommandError(f"The web server stopped with status {status}.")

    def announce(self, address: str, server: subprocess.Popen):
        """Print where to go, once the server answers there."""
        host, port = address.removeprefix("http://").rsplit(":", 1)
        while server.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
                break
        self.stdout.write(f"PIA Lara runs at {address} (Ctrl-C stops it)")
        if settings.DEBUG and users.by_email(LOGINS[0][1]):
            self.stdout.write(f"Demo logins, all with the password {PASSWORD}:")
            for role, email in LOGINS:
                self.stdout.write(f"  {role:15} {email}")
        self.stdout.flush()


def require_free_port(host: str, port: int):
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(f"The port {port} is taken; choose another with --port.") from error
        raise CommandError(f"Can't listen on {host}:{port}: {error.strerror}.") from error
    except OverflowError as error:
        raise CommandError(f"{port} is no port; choose one from 1 to 65535.") from error
