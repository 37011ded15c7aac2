import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts import users
from accounts.audit import Actor
from accounts.models import User, normal
from accounts.roles import Role


class Command(BaseCommand):
    help = "Add a user. Asks for what is not given, when there is somebody to ask."

    def add_arguments(self, parser):
        parser.add_argument("--rol", choices=Role.values)
        parser.add_argument("--email")
        parser.add_argument("--nombre")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *, rol, email, nombre, password_stdin, **options):
        rol = rol or self.ask("rol", f"Role ({', '.join(Role.values)}): ")
        if rol not in Role.values:
            raise CommandError(f"The role has to be one of {', '.join(Role.values)}.")
        email = email or self.ask("email", "Email: ")
        nombre = nombre or self.ask("nombre", "Name: ")
        password = self.password(password_stdin)
        try:
            validate_email(normal(email))
            validate_password(password, User(nombre=nombre, email=email))
            fields = {"rol": rol, "email": email, "nombre": nombre, "password": password}
            user = users.create(fields, Actor("manage.py create_user"))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except users.EmailTaken as error:
            raise CommandError(f"There is a user with the email {email} already.") from error
        self.stdout.write(f"{user.nombre} ({user.email}) can log in as {user.rol}.")

    def ask(self, option: str, question: str) -> str:
        if not sys.stdin.isatty():
            raise CommandError(f"--{option} is missing.")
        return input(question).strip()

    def password(self, from_stdin: bool) -> str:
        if from_stdin:
            return sys.stdin.readline().rstrip("\n")
        if not sys.stdin.isatty():
            raise CommandError("--password-stdin is missing.")
        password = getpass.getpass("Password: ")
        if getpass.getpass("The same again: ") != password:
            raise CommandError("The two passwords are not the same.")
        return password
