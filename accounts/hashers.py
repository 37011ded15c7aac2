"""How passwords are hashed, and how other programs did: those hashes end at the next login."""

import hmac
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import bcrypt
from django.contrib.auth.hashers import Argon2PasswordHasher, BasePasswordHasher, make_password

from pialara_site import cores
from pialara_site.turns import Turns

# A hash has eight threads. At 10, all of them together weigh nearly as much as one thread that
# makes a page; at 15, a quarter of it.
NICENESS = 15


def _step_back():
    """Let the threads that make pages go first, and keep out of their way."""
    cores.use_all()
    if sys.platform == "linux":  # where a thread has a niceness of its own
        os.nice(NICENESS)


turns = Turns(50)
_queue = ThreadPoolExecutor(1, "passwords", initializer=_step_back)


def _queued(work, *arguments):
    """One password at a time, on a thread that pages don't wait for.

    A hash takes a core for as long as ten pages do: many people who log in at once would else take
    every core from all others. While too many wait already, it raises Busy.
    """
    with turns.one():
        return _queue.submit(work, *arguments).result()


class Argon2Hasher(Argon2PasswordHasher):
    """Django's, behind the pages."""

    def encode(self, password, salt):
        return _queued(super().encode, password, salt)

    def verify(self, password, encoded):
        return _queued(super().verify, password, encoded)


class WerkzeugSHA256Hasher(BasePasswordHasher):
    """sha256$salt$hex, by Werkzeug's generate_password_hash(p, method="sha256"): an HMAC of the
    password whose key is the salt.
    """

    algorithm = "sha256"

    def verify(self, password, encoded):
        _algorithm, salt, digest = encoded.split("$", 2)
        found = hmac.new(salt.encode(), password.encode(), "sha256").hexdigest()
        correct = hmac.compare_digest(found.encode(), digest.encode())
        if not correct:
            # As slow as elsewhere, or the time would tell that there is such a user.
            make_password(password)
        return correct


# Each doubles the time; this many take some 1.5 s, in which nobody else can log in.
MOST_BCRYPT_ROUNDS = 14


def bcrypt_rounds(stored: str) -> int:
    """The logarithm of how often "$2b$12$…" was hashed. Raises ValueError when it doesn't tell."""
    return int(stored.split("$")[2])


class BcryptHasher(BasePasswordHasher):
    """bcrypt$2b$…: a raw bcrypt hash with the name that accounts.models.django_hash puts first.

    One of more than MOST_BCRYPT_ROUNDS is as good as none that can be read: a ValueError.
    """

    algorithm = "bcrypt"

    def verify(self, password, encoded):
        stored = encoded[encoded.index("$2") :]
        if bcrypt_rounds(stored) > MOST_BCRYPT_ROUNDS:
            raise ValueError("too many rounds")
        # Other programs cut the password at bcrypt's 72 bytes; this library refuses longer ones.
        return _queued(bcrypt.checkpw, password.encode()[:72], stored.encode())
