from contextvars import ContextVar

from bson import ObjectId
from django.contrib.auth.hashers import make_password, verify_password

from . import users
from .models import User

# The stored user who came along with the session, while Django looks for the session's user.
document_of_session: ContextVar[dict | None] = ContextVar("document_of_session", default=None)


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
        if user is None or not isinstance(user.pk, ObjectId):
            # As slow as a wrong password, so that the time tells nothing about the email.
            make_password(password)
            return None

        try:
            correct, outdated = verify_password(password, user.password)
        except ValueError:
            # A stored hash that no hasher can read opens nothing, as slowly as any other.
            make_password(password)
            return None
        if correct and outdated and not users.rehash(user, password):
            # Another login replaced the hash first, and a session has to be made of what is stored.
            return self.authenticate(request, email, password)
        return user if correct else None

    def get_user(self, user_id):
        doc = document_of_session.get()
        came_along = doc is not None and doc["_id"] == user_id
        user = User.from_document(doc) if came_along else users.by_id(user_id)
        return user if user and user.is_active else None
