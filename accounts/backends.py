from django.contrib.auth.hashers import check_password, make_password

from . import users


class MongoBackend:
    """Checks the password whose hash is stored in the users collection."""

    def authenticate(self, request, email=None, password=None):
        """The user with this email and password, in whatever state, or None.

        Whether the user may log in is the login form's to say, so that the reason is told only to
        somebody who knows the password.
        """
        if email is None or password is None:
            return None
        user = users.by_email(email)
        if user is None:
            # As slow as a wrong password, so that the time tells nothing about the email.
            make_password(password)
            return None

        def rehash(password):
            users.rehash(user, password)

        try:
            correct = check_password(password, user.password, setter=rehash)
        except ValueError:
            # A stored hash that no hasher can read opens nothing.
            correct = False
        return user if correct else None

    def get_user(self, user_id):
        user = users.by_id(user_id)
        return user if user and user.is_active else None
