"""The comments collection of sample_mflix.

Only reports, repairs, imports, the seed and the sweep of images touch it besides. A comment and its
film's `num_mflix_comments` change in one transaction. A comment belongs to whoever has its `email`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from bson import ObjectId
from django.utils.translation import gettext as _
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from accounts import audit, users
from accounts.attempts import Limit
from accounts.audit import Action, Actor
from accounts.models import User, normal
from pialara_site.mongo import COLLATION, CONFIRMED, mflix, transaction
from pialara_site.pipelines import lookup
from pialara_site.stored import moment, text

from . import attachments
from .keyset import LOWEST_DATE, Cursor, Order, Phase, Slice
from .movies import movies

comments = mflix.comments

NEWEST = {"date": DESCENDING, "_id": DESCENDING}
INDEXES = [
    # Films are read with that collation, and their comments in the same command.
    IndexModel([("movie_id", ASCENDING), *NEWEST.items()], collation=COLLATION),
    # Without a collation, so that its keys hold the emails: a report reads nothing else.
    IndexModel([("email", ASCENDING), *NEWEST.items()]),
]

ORDER = Order("date", LOWEST_DATE, DESCENDING, ids=DESCENDING)
PER_PAGE = 20
FIRST_PAGE = Cursor(ORDER, PER_PAGE)

PER_AUTHOR = Limit("comment", 10, timedelta(minutes=1))


class NoSuchMovie(Exception):
    """There is no film with this id."""


class NoSuchComment(Exception):
    """The comment is not there (any more), or not the caller's to touch."""


@dataclass(frozen=True)
class Comment:
    """A comment as a page shows it; what others stored in a way that makes no sense is empty."""

    pk: ObjectId | None
    name: str
    email: str
    movie_id: ObjectId | None
    text: str
    date: datetime | None
    image: ObjectId | None
    # Of its film what the query asked for, None when the film is gone.
    movie: dict | None

    @classmethod
    def from_document(cls, doc: dict) -> "Comment":
        found = doc.get("movie") if _id(doc.get("movie_id")) else None
        return cls(
            pk=_id(doc["_id"]),
            name=text(doc.get("name")),
            email=text(doc.get("email")),
            movie_id=_id(doc.get("movie_id")),
            text=text(doc.get("text")),
            date=moment(doc.get("date")),
            image=_id(doc.get("image")),
            movie=found[0] if found and isinstance(found, list) else None,
        )

    @property
    def author(self) -> str:
        """The name to show; who deleted their account left neither name nor email."""
        return self.name or (_("No name") if self.email else _("Somebody who left"))

    def is_by(self, email: str) -> bool:
        return self.email in spellings(email)


def _id(value) -> ObjectId | None:
    """What can stand in a URL."""
    return value if isinstance(value, ObjectId) else None


def spellings(email: str) -> list[str]:
    """How a person's email may stand in their comments: as in their account, and in lower case.

    None for no email: comments without one are nobody's.
    """
    return [each for each in {email, normal(email)} if each]


def _by(email: str) -> dict:
    return {"email": {"$in": spellings(email)}}


def _owned(comment_id: ObjectId, owner: str | None) -> dict:
    """The filter for a comment of `owner`, an email; None means anybody's."""
    return {"_id": comment_id, **({} if owner is None else _by(owner))}


# Pages


def newest() -> dict:
    """The stage that gives films their newest comments, for first_page() to take out.

    The aggregate has to have our collation: with another one, the index gives no order.
    """
    return lookup(
        "comments",
        comments.name,
        "_id",
        "movie_id",
        {"$match": {"$and": ORDER.is_plain()}},
        {"$sort": NEWEST},
        {"$limit": PER_PAGE + 1},
    )


def first_page(movie: dict) -> Slice:
    """The comments that newest() put into a film; the film is left without them."""
    rows = movie.pop("comments")
    for row in rows:
        row["phase"] = _phase(row.get("date"))
    if Phase.ODD in [row["phase"] for row in rows]:
        # MongoDB sorts some odd dates before the others.
        wanted = FIRST_PAGE.pipeline(comments.name, [{"$match": {"movie_id": movie["_id"]}}])
        rows = comments.aggregate(wanted, collation=COLLATION)
    return _page(FIRST_PAGE, rows)


def _phase(date) -> Phase:
    if date is None:
        return Phase.MISSING
    return Phase.KIND if isinstance(date, datetime) else Phase.ODD


def page(movie_id: ObjectId, query: Mapping[str, str]) -> tuple[dict, Slice]:
    """A film by its title, and the page of its comments that a URL asks for. Raises NoSuchMovie."""
    cursor = Cursor.read(ORDER, PER_PAGE, query)
    pipeline = [
        {"$match": {"_id": movie_id}},
        {"$project": {"title": 1}},
        {
            "$lookup": {
                "from": comments.name,
                "pipeline": cursor.pipeline(comments.name, [{"$match": {"movie_id": movie_id}}]),
                "as": "comments",
            }
        },
    ]
    movie = next(movies.aggregate(pipeline, collation=COLLATION), None)
    if movie is None:
        raise NoSuchMovie(movie_id)
    return movie, _page(cursor, movie.pop("comments"))


def written_by(email: str, query: Mapping[str, str]) -> Slice:
    """The page of a person's comments, with the titles of their films, that a URL asks for."""
    cursor = Cursor.read(ORDER, PER_PAGE, query)
    pipeline = cursor.pipeline(comments.name, [{"$match": _by(email)}], FILM)
    return _page(cursor, comments.aggregate(pipeline))


FILM = lookup("movie", movies.name, "movie_id", "_id", {"$project": {"title": 1}})


def _page(cursor: Cursor, found: Iterable[dict]) -> Slice:
    part = cursor.slice(found)
    return replace(part, rows=[Comment.from_document(row) for row in part.rows])


# One comment


def find(comment_id: ObjectId, owner: str | None) -> Comment:
    """The comment of `owner`, an email, or of anybody, with its film. Raises NoSuchComment."""
    doc = next(comments.aggregate([{"$match": _owned(comment_id, owner)}, FILM]), None)
    if doc is None:
        raise NoSuchComment(comment_id)
    return Comment.from_document(doc)


def create(
    movie_id: ObjectId, author: User, words: str, _id: ObjectId, image: BinaryIO | None = None
) -> ObjectId:
    """Store a new comment and count it at its film; returns its id.

    `_id` is the id that the form was shown with: the same form sent twice makes one comment.

    Raises NoSuchMovie, NoSuchUser, TooManyAttempts and BadImage.
    """
    doc = {
        "_id": _id,
        "name": author.nombre,
        "email": normal(author.email),
        "movie_id": movie_id,
        "text": words,
    }
    if there := comments.with_options(read_concern=CONFIRMED).find_one({"_id": _id}):
        if all(there.get(field) == doc[field] for field in ("email", "movie_id", "text")):
            return _id
        # The browser's Back button brought the form again, or the id is somebody else's.
        doc["_id"] = ObjectId()

    def insert(session):
        # Who is deleted or renamed meanwhile is so in this comment too.
        who = users.held(author.pk, session)
        doc.update(name=who.nombre, email=normal(who.email))
        if not _count(movie_id, 1, session):
            raise NoSuchMovie(movie_id)
        # Only now: comments of a film then become visible in the order of their dates, as of two
        # transactions that count at the same film the later one begins again.
        doc["date"] = datetime.now(UTC)
        comments.insert_one(doc, session=session)

    key = str(author.pk)
    entered = PER_AUTHOR.enter(key)
    try:
        with attachments.keeping(image, doc["_id"]) as attachment:
            if attachment:
                doc["image"] = attachment
            transaction(insert)
    except NoSuchMovie:  # a refused image counts: looking at it costs more than anything else
        PER_AUTHOR.take_back(key, entered)
        raise
    except DuplicateKeyError:  # the same form, sent at the same moment
        PER_AUTHOR.take_back(key, entered)
        return create(movie_id, author, words, _id, image)
    return doc["_id"]


def edit(comment_id: ObjectId, owner: str, words: str):
    """Give a comment of `owner` another text. Raises NoSuchComment."""
    edited = comments.update_one(_owned(comment_id, owner), {"$set": {"text": words}})
    if not edited.matched_count:
        raise NoSuchComment(comment_id)


def delete(comment_id: ObjectId, by: Actor, owner: str | None, author: User | None = None):
    """Remove a comment of `owner`, or of anybody, with its image. Raises NoSuchComment.

    Somebody else's enters the audit log, as a change of its `author` if they have an account.
    """

    def remove(session):
        doc = comments.find_one_and_delete(_owned(comment_id, owner), session=session)
        if doc is None:
            raise NoSuchComment(comment_id)
        comment = Comment.from_document(doc)
        _count(comment.movie_id, -1, session)
        if not comment.is_by(by.email):
            target = {"email": comment.email, "nombre": comment.name, "_id": author and author.pk}
            movie = movies.find_one({"_id": comment.movie_id}, {"title": 1}, session=session)
            told = {"movie": (None, text(movie.get("title")))} if movie else {}
            audit.record([audit.entry(by, Action.MODERATE, target, told)], session)
        return comment

    comment = transaction(remove)
    if comment.image:
        attachments.remove(comment.image)


def _count(movie_id: ObjectId | None, step: int, session: ClientSession) -> bool:
    """Add to the number of comments that a film tells; False if there is no such film."""
    told = {"$cond": [{"$isNumber": "$num_mflix_comments"}, "$num_mflix_comments", 0]}
    number = {"$max": [0, {"$add": [told, step]}]}
    counted = movies.update_one(
        {"_id": movie_id}, [{"$set": {"num_mflix_comments": number}}], session=session
    )
    return counted.matched_count == 1


# Their authors


def by_author(email: str) -> list[dict]:
    """All that a person wrote, newest first."""
    return list(comments.find(_by(email), {"_id": 0}, sort=NEWEST))


def count_by_author(email: str, session: ClientSession | None = None) -> int:
    return comments.count_documents(_by(email), session=session)


def change_author(old: str, email: str, name: str, session: ClientSession):
    """Let the comments of the person with the email `old` follow their email and name."""
    changed = {"email": normal(email), "name": name}
    comments.update_many(_by(old), {"$set": changed}, session=session)


def forget_author(email: str, session: ClientSession):
    """Leave a person's comments to nobody, or they would go to the next owner of that email."""
    comments.update_many(_by(email), {"$unset": {"email": "", "name": ""}}, session=session)
