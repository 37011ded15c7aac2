from django.core.management.base import BaseCommand

from mflix import repairs

LONGEST = 60


class Command(BaseCommand):
    help = "Make dates of the films' lastupdated that are texts. Safe to repeat."

    def handle(self, **options):
        found = repairs.migrate_dates(self.tell)
        self.stdout.write(f"Texts that are dates now: {found.migrated}")
        if found.left:
            self.stdout.write(f"Texts that can't be read as dates and stay: {found.left}")

    def tell(self, film: dict):
        self.stdout.write(f"  {film['_id']}: {film['lastupdated'][:LONGEST]!r}")
