from django.core.management.base import BaseCommand

from mflix import repairs


class Command(BaseCommand):
    help = "Give each film the number of its comments. Safe to repeat."

    def handle(self, **options):
        counts = repairs.recount_comments()
        self.stdout.write(f"Films with a wrong number of comments, corrected: {counts.wrong}")
        if counts.missing:
            self.stdout.write(f"Films without comments and number, now 0: {counts.missing}")
