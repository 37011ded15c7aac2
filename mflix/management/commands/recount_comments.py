from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from mflix import repairs


class Command(BaseCommand):
    @property
    def help(self):
        return _("Give each film the number of its comments. Safe to repeat.")

    def handle(self, **options):
        counts = repairs.recount_comments()
        sentence = _("Films with a wrong number of comments, corrected: %(n)d")
        self.stdout.write(sentence % {"n": counts.wrong})
        if counts.missing:
            sentence = _("Films without comments and number, now 0: %(n)d")
            self.stdout.write(sentence % {"n": counts.missing})
