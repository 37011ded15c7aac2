import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts import lifecycle
from accounts.audit import Actor
from accounts.models import User, normal
from accounts.roles import Role
from pialara_site import passwords
from pialara_site.typed import visible_line


class Command(BaseCommand):
    @property
    def help(self):
        return _("Add a user. Asks for what is not given, when there is somebody to ask.")

    def add_arguments(self, parser):
        parser.add_argument("--rol", choices=Role.values)
        parser.add_argument("--email")
        parser.add_argument("--nombre")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help=_("read the password from standard input"),
        )

    def handle(self, *, rol, email, nombre, password_stdin, **options):
        roles = ", ".join(Role.values)
        rol = rol or self.ask("rol", _("Role (%(roles)s)") % {"roles": roles})
        if rol not in Role.values:
            raise CommandError(_("The role has to be one of %(roles)s.") % {"roles": roles})
        email = email or self.ask("email", _("Email"))
        nombre = (nombre or "").strip() or self.ask("nombre", _("Name"))
        password = passwords.typed(password_stdin)
        try:
            visible_line(nombre)
            validate_email(normal(email))
            validate_password(password, User(nombre=nombre, email=email))
            fields = {"rol": rol, "email": email, "nombre": nombre, "password": password}
            user = lifecycle.create(fields, Actor("manage.py create_user"), may_inherit=True)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except lifecycle.EmailTaken as error:
            sentence = _("There is already a user with the email %(email)s.")
            raise CommandError(sentence % {"email": email}) from error
        told = {"name": user.nombre, "email": user.email, "role": Role(user.rol).label}
        self.stdout.write(_("%(name)s (%(email)s) can log in as %(role)s.") % told)

    def ask(self, option: str, question: str) -> str:
        answer = input(f"{question}: ").strip() if sys.stdin.isatty() else ""
        if not answer:
            raise CommandError(_("--%(option)s is missing.") % {"option": option})
        return answer
