"""The two kinds of mailed links with which a password is set. Both work once: the token holds the
password and the last login, so it dies with either.
"""

from datetime import UTC, datetime

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int

RESET_SECONDS = 60 * 60


class LinkTokenGenerator(PasswordResetTokenGenerator):
    def _now(self):
        # Local time, as Django has it, jumps twice a year.
        return datetime.now(UTC).replace(tzinfo=None)


class ResetTokenGenerator(LinkTokenGenerator):
    key_salt = "accounts.tokens.reset"

    def check_token(self, user, token):
        """As the base class does, but within RESET_SECONDS instead of PASSWORD_RESET_TIMEOUT."""
        if not super().check_token(user, token):
            return False
        made = base36_to_int(token.split("-")[0])
        return self._num_seconds(self._now()) - made <= RESET_SECONDS


class InvitationTokenGenerator(LinkTokenGenerator):
    key_salt = "accounts.tokens.invitation"


reset_tokens = ResetTokenGenerator()
invitation_tokens = InvitationTokenGenerator()
