import pymongo
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mflix import attachments


class Command(BaseCommand):
    @property
    def help(self):
        return _(
            "Remove the images that belong to no comment, as a crash may leave them. "
            "Safe to repeat."
        )

    def handle(self, **options):
        with pymongo.timeout(0):
            removed = attachments.sweep()
        sentence = ngettext(
            "Images without a comment: %(n)d removed.",
            "Images without a comment: %(n)d removed.",
            removed,
        )
        self.stdout.write(sentence % {"n": removed})
