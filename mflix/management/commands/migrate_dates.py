from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from mflix import repairs

LONGEST = 60


class Command(BaseCommand):
    @property
    def help(self):
        return _("Turn texts in the films' lastupdated into dates. Safe to repeat.")

    def handle(self, **options):
        found = repairs.migrate_dates(self.tell)
        self.stdout.write(_("Texts that are dates now: %(n)d") % {"n": found.migrated})
        if found.left:
            sentence = _("Texts that can't be read as dates and stay: %(n)d")
            self.stdout.write(sentence % {"n": found.left})

    def tell(self, film: dict):
        self.stdout.write(f"  {film['_id']}: {film['lastupdated'][:LONGEST]!r}")
