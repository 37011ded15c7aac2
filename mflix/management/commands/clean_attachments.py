import pymongo
from django.core.management.base import BaseCommand

from mflix import attachments


class Command(BaseCommand):
    help = "Remove the images that belong to no comment, as a crash may leave them. Safe to repeat."

    def handle(self, **options):
        with pymongo.timeout(0):
            removed = attachments.sweep()
        self.stdout.write(f"Images without a comment: {removed} removed.")
