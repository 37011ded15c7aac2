"""The films that a user wants to see, in the user's document: `watchlist`, the newest one last.

Both functions change the user in memory too, as the page that follows shows it.
"""

from bson import ObjectId

from .models import User
from .users import users

MOST = 500


class WatchlistFull(Exception):
    """There is no room for another film."""


def add(user: User, movie_id: ObjectId):
    """Put a film on the list, where it stands once. Raises WatchlistFull."""
    if not user.watchlist:
        # There may be something else that others stored.
        no_list = {"_id": user.pk, "watchlist": {"$not": {"$type": "array"}}}
        users.update_one(no_list, {"$set": {"watchlist": []}})
    listed, room = {"watchlist": movie_id}, {f"watchlist.{MOST - 1}": {"$exists": False}}
    wanted = {"_id": user.pk, "$or": [listed, room]}
    if not users.update_one(wanted, {"$addToSet": {"watchlist": movie_id}}).matched_count:
        raise WatchlistFull(user.pk)
    if movie_id not in user.watchlist:
        user.watchlist.append(movie_id)


def remove(user: User, movie_id: ObjectId):
    wanted = {"_id": user.pk, "watchlist": movie_id}
    users.update_one(wanted, {"$pull": {"watchlist": movie_id}})
    user.watchlist = [each for each in user.watchlist if each != movie_id]
