"""Films and what belongs to them, put straight into MongoDB as sample_mflix has them."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count

from bson import ObjectId
from PIL import Image

from mflix import attachments
from mflix.comments import comments
from mflix.movies import movies
from mflix.theaters import theaters

_numbers = count(1)


def a_movie(**fields) -> dict:
    """The stored document of a film; a field given as `...` is left out."""
    movie = a_movie_document(**fields)
    movies.insert_one(movie)
    return movie


def a_movie_document(**fields) -> dict:
    """One that is not stored yet."""
    number = next(_numbers)
    movie = {
        "_id": ObjectId(),
        "title": f"Film {number}",
        "year": 1990,
        "genres": ["Drama"],
        "countries": ["Spain"],
        "languages": ["Spanish"],
        "cast": ["Ana Actriz"],
        "directors": ["Diego Director"],
        "runtime": 100,
        "rated": "PG",
        "type": "movie",
        "plot": "Somebody does something.",
        "fullplot": "Somebody does something, and then something else.",
        "imdb": {"rating": 7.0, "votes": 1000, "id": number},
        "tomatoes": {"viewer": {"rating": 3.5, "numReviews": 100, "meter": 70}},
        "num_mflix_comments": 0,
        **fields,
    }
    return {field: value for field, value in movie.items() if value is not ...}


def a_comment(movie: dict, /, author=None, **fields) -> dict:
    """The stored document of a comment on `movie` by the user `author`."""
    number = next(_numbers)
    comment = {
        "_id": ObjectId(),
        "name": author.nombre if author else "Somebody Else",
        "email": author.email if author else "somebody@example.org",
        "movie_id": movie["_id"],
        "text": f"Comment {number}",
        "date": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        **fields,
    }
    comment = {field: value for field, value in comment.items() if value is not ...}
    comments.insert_one(comment)
    return comment


def a_theater(at=(-3.7038, 40.4168), city="Madrid", zipcode="28013", **fields) -> dict:
    """The stored document of a theater `at` a longitude and latitude; `...` is left out."""
    number = next(_numbers)
    address = {"street1": f"{number} Calle Mayor", "city": city, "state": "MD", "zipcode": zipcode}
    theater = {
        "_id": ObjectId(),
        "theaterId": number,
        "location": {
            "address": {name: value for name, value in address.items() if value is not ...},
            "geo": {"type": "Point", "coordinates": list(at)},
        },
        **fields,
    }
    theater = {field: value for field, value in theater.items() if value is not ...}
    theaters.insert_one(theater)
    return theater


def an_image(kind="PNG", size=(8, 6), mode="RGB", **options) -> bytes:
    """A file that holds an image."""
    out = BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 0).save(out, kind, **options)
    return out.getvalue()


def an_attachment(comment: dict, image: bytes | None = None) -> ObjectId:
    """The id of an image that is stored with `comment`."""
    with attachments.keeping(BytesIO(image or an_image()), comment["_id"]) as attachment_id:
        comments.update_one({"_id": comment["_id"]}, {"$set": {"image": attachment_id}})
    return attachment_id
