from datetime import UTC, datetime

import pymongo
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from rich.progress import track

from accounts import bulk, demo
from pialara_site.batches import batches

BATCH = 1000


class Command(BaseCommand):
    help = "Add sample people. Run twice with the same numbers, it adds nobody new."

    def add_arguments(self, parser):
        parser.add_argument("--users", type=int, default=60, help="how many people (60)")
        parser.add_argument("--seed", type=int, default=1, help="another number, other people (1)")

    def handle(self, *, users, seed, **options):
        if not settings.DEBUG:
            raise CommandError("Sample people have a known password, so they need DEBUG=True.")
        if users < 0:
            raise CommandError("--users has to be 0 or more.")
        people = demo.people(users, seed, make_password(demo.PASSWORD), datetime.now(UTC))
        seen = track(batches(people, BATCH), "Sample people", -(-users // BATCH), transient=True)
        with pymongo.timeout(0):
            added = sum(map(bulk.add_missing, seen))
        self.stdout.write(f"Sample people: {added} added, {users - added} were there.")
