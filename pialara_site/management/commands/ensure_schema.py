from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from pialara_site import schema


class Command(BaseCommand):
    @property
    def help(self):
        return _("Bring every collection's indexes and validator to the server. Safe to repeat.")

    def add_arguments(self, parser):
        parser.add_argument(
            "--check",
            action="store_true",
            help=_("only report; exit status 1 when something differs"),
        )

    def handle(self, *, check, **options):
        if not check:
            schema.ensure()
            self.stdout.write(_("The schema is in place."))
        elif found := schema.drift():
            raise CommandError("\n".join(found))
        else:
            self.stdout.write(_("The schema is as declared."))
