"""Films like one, and films for one person: what they share decides, then how popular they are."""

from pymongo import DESCENDING

from .movies import CARD, POPULAR_FIRST, movies

# What a person, a director or a genre in common is worth.
WORTH = {"directors": 3, "cast": 2, "genres": 1}
SHOWN = 10
# The most popular films are candidates, so many for each field. One may be the film itself.
CANDIDATES = SHOWN + 1

MOST_POPULAR = [{"$sort": POPULAR_FIRST}, {"$limit": CANDIDATES}]
RANKED = {"shared": DESCENDING, **POPULAR_FIRST}
CANDIDATE = {**CARD, **dict.fromkeys(WORTH, 1)}


def similar_to_it() -> list[dict]:
    """The stages that add to one film, as `similar`, the films most like it."""
    shared = {field: _list(f"${field}") for field in WORTH}
    others = {"$concatArrays": [f"$_{field}" for field in WORTH]}
    lookups = [
        {
            "$lookup": {
                "from": movies.name,
                "localField": field,
                "foreignField": field,
                "pipeline": [*MOST_POPULAR, {"$project": CANDIDATE}],
                "as": f"_{field}",
            }
        }
        for field in WORTH
    ]
    scored = {"$mergeObjects": ["$$film", {"shared": _score("$$film", shared)}]}
    scored = {"$map": {"input": {"$setUnion": others}, "as": "film", "in": scored}}
    alike = {"$and": [{"$ne": ["$$film._id", "$_id"]}, {"$gt": ["$$film.shared", 0]}]}
    alike = {"$filter": {"input": scored, "as": "film", "cond": alike}}
    ranked = {"$sortArray": {"input": alike, "sortBy": RANKED}}
    return [
        *lookups,
        {"$set": {"similar": {"$slice": [ranked, SHOWN]}}},
        {"$unset": [f"_{field}" for field in WORTH]},
    ]


def for_person(preferences: dict) -> list[dict] | None:
    """The pipeline on movies for what a person likes, or None when they have said nothing."""
    liked = {
        "cast": _texts(preferences.get("favorite_cast")),
        "genres": _texts(preferences.get("favorite_genres")),
    }
    ratings = _texts(preferences.get("preferred_ratings"))
    suitable = {"rated": {"$in": ratings}} if ratings else {}
    branches = [
        [{"$match": {field: {"$in": names}, **suitable}}, *MOST_POPULAR, {"$project": CANDIDATE}]
        for field, names in liked.items()
        if names
    ]
    if not branches:
        branches = [[{"$match": suitable}, *MOST_POPULAR]] if ratings else []
    if not branches:
        return None
    first, *others = branches
    shared = {field: {"$literal": names} for field, names in liked.items()}
    return [
        *first,
        *({"$unionWith": {"coll": movies.name, "pipeline": other}} for other in others),
        {"$group": {"_id": "$_id", "film": {"$first": "$$ROOT"}}},
        {"$replaceWith": "$film"},
        {"$set": {"shared": _score("$$ROOT", shared)}},
        {"$sort": RANKED},
        {"$limit": SHOWN},
        {"$project": CARD},
    ]


def _score(film: str, shared: dict) -> dict:
    """How much a film has of the lists in `shared`."""
    return {
        "$add": [
            {
                "$multiply": [
                    WORTH[field],
                    {"$size": {"$setIntersection": [_list(f"{film}.{field}"), names]}},
                ]
            }
            for field, names in shared.items()
        ]
    }


def _list(path: str) -> dict:
    """The array at this path, whatever others have stored there."""
    return {"$cond": [{"$isArray": path}, path, []]}


def _texts(value) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
