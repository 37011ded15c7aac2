from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from pialara_site import passwords
from pialara_site.mongo import client
from pialara_site.privileges import Account


class Command(BaseCommand):
    @property
    def help(self):
        return _(
            "Make the MongoDB user of the web server, or bring its rights up to date. It needs a "
            "MONGODB_URI that may make users."
        )

    def add_arguments(self, parser):
        parser.add_argument(
            "--operator",
            action="store_true",
            help=_("the user for commands instead: schema, imports, backup and restore"),
        )
        parser.add_argument(
            "--print",
            action="store_true",
            help=_("only print the commands for mongosh, which asks for the password"),
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help=_("read the password from standard input"),
        )

    def handle(self, *, operator, password_stdin, **options):
        account = Account(operator)
        if options["print"]:
            self.stdout.write(account.script())
            return
        # Who is there keeps the password, unless there is a new one.
        password = None
        if password_stdin or not account.exists():
            password = passwords.typed(password_stdin)
            if not password:
                raise CommandError(_("The password is empty."))
        account.grant()
        if password:
            account.admit(password)
        self.stdout.write(_("The rights are in place. Log in with a MONGODB_URI like this one:"))
        self.stdout.write(address(account.name))


def address(name: str) -> str:
    """Everything but the password, which no screen and no log has to show."""
    hello = client.admin.command("hello")
    hosts = ",".join(hello.get("hosts", [f"{host}:{port}" for host, port in client.nodes]))
    return f"mongodb://{name}:PASSWORD@{hosts}/?replicaSet={hello.get('setName', '')}"
