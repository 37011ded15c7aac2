from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import pymongo
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.progress import track

import accounts.demo
import mflix.demo
from accounts.users import users
from mflix import repairs, seeding
from pialara_site.batches import batches
from pialara_site.mongo import insert_missing

BATCH = 1000
PEOPLE, COMMENTS = 60, 600
MOST_AUTHORS = 10_000  # the people after them read


class Command(BaseCommand):
    @property
    def help(self):
        return _(
            "Add sample people, films, cinemas and comments. Run twice with the same numbers, it "
            "adds nothing new; a larger number continues a smaller one."
        )

    def add_arguments(self, parser):
        parser.add_argument(
            "--users", type=int, default=PEOPLE, help=_("how many people (%(n)d)") % {"n": PEOPLE}
        )
        parser.add_argument(
            "--movies", type=int, help=_("how many films (all true ones; beyond, they are made up)")
        )
        parser.add_argument(
            "--comments", type=int, help=_("how many comments (%(n)d)") % {"n": COMMENTS}
        )
        parser.add_argument(
            "--seed", type=int, default=1, help=_("another number, other people (1)")
        )

    def handle(self, *, users, movies, comments, seed, **options):
        if not settings.DEBUG:
            raise CommandError(_("Sample people have a known password, so they need DEBUG=True."))
        for name, number in (("users", users), ("movies", movies), ("comments", comments)):
            if number is not None and number < 0:
                raise CommandError(_("--%(option)s has to be 0 or more.") % {"option": name})
        if comments and movies == 0:
            raise CommandError(_("--comments needs films to be about."))
        with pymongo.timeout(0):
            others = seeding.others_are_there()
            if others and (movies or comments):
                raise CommandError(
                    _(
                        "%(database)s holds films, cinemas or comments of others, and sample ones "
                        "would mix with them; set MFLIX_DB_NAME to another database."
                    )
                    % {"database": settings.MFLIX_DB_NAME}
                )
            self.add_people(users, seed)
            if others:
                self.stdout.write(_("Sample films: left out, as there are others."))
            elif movies != 0:
                movies = len(mflix.demo.sample_movies()) if movies is None else movies
                comments = COMMENTS if comments is None else comments
                self.add_films(movies, comments, authors(users, seed))

    def add_people(self, count: int, seed: int):
        password = make_password(accounts.demo.PASSWORD)
        people = accounts.demo.people(count, seed, password, datetime.now(UTC))
        self.add(
            _("Sample people"), count, map(partial(insert_missing, users), batches(people, BATCH))
        )

    def add_films(self, count: int, comments: int, people: list[tuple[str, str]]):
        theaters = mflix.demo.theaters()
        self.add(_("Sample cinemas"), len(theaters), iter([seeding.add_theaters()]))
        self.add(_("Sample films"), count, seeding.add_movies(count))
        self.add(_("Sample comments"), comments, seeding.add_comments(comments, count, people))
        repairs.recount_comments()

    def add(self, what: str, count: int, added: Iterator[int]):
        """Run through the batches of `added`, which tell how many documents were missing."""
        bar = track(
            added, what, -(-count // BATCH), transient=True, disable=not self.stdout.isatty()
        )
        new = sum(bar)
        sentence = ngettext(
            "%(what)s: %(new)d added, %(there)d were there.",
            "%(what)s: %(new)d added, %(there)d were there.",
            new,
        )
        self.stdout.write(sentence % {"what": what, "new": new, "there": count - new})


def authors(users: int, seed: int) -> list[tuple[str, str]]:
    """The names and emails of those people who comment."""
    count = min(users, MOST_AUTHORS) or PEOPLE
    people = accounts.demo.people(count, seed, "", datetime.now(UTC))
    return [(person["nombre"], person["email"]) for person in people]
