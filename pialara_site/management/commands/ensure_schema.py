from django.core.management.base import BaseCommand, CommandError

from pialara_site import schema


class Command(BaseCommand):
    help = "Bring every collection's indexes and validator to the server. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="only report; exit status 1 when something differs"
        )

    def handle(self, *, check, **options):
        if not check:
            schema.ensure()
            self.stdout.write("The schema is in place.")
        elif found := schema.drift():
            raise CommandError("\n".join(found))
        else:
            self.stdout.write("The schema is as declared.")
