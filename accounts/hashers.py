"""Hashes that other programs stored. They verify, and are replaced by argon2 at that login."""

import hmac

import bcrypt
from django.contrib.auth.hashers import BasePasswordHasher, make_password


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


class BcryptHasher(BasePasswordHasher):
    """bcrypt$2b$…: a raw bcrypt hash with the name that accounts.models.django_hash puts first."""

    algorithm = "bcrypt"

    def verify(self, password, encoded):
        stored = encoded[encoded.index("$2") :].encode()
        # Other programs cut the password at bcrypt's 72 bytes; this library refuses longer ones.
        return bcrypt.checkpw(password.encode()[:72], stored)
