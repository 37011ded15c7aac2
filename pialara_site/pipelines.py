"""Aggregation pipelines of several parts."""


def lookup(name: str, collection: str, local: str, foreign: str, *stages: dict) -> dict:
    """The $lookup that gives each document, as a list `name`, those of `collection` whose
    field `foreign` is its own field `local`, each after `stages`.
    """
    return {
        "$lookup": {
            "from": collection,
            "localField": local,
            "foreignField": foreign,
            # Without one, MongoDB 6 compiles the query anew each time: a fifth of what it takes.
            "pipeline": list(stages),
            "as": name,
        }
    }


def united(collection: str, *parts: list[dict]) -> list[dict]:
    """The rows of all parts on one collection, where this is to run: one part's after the other's.

    MongoDB reads them in turn and only as far as a $limit needs, but does not promise the order:
    tests walk through all pages of the lists that rely on it.
    """
    first, *others = parts
    return [*first, *({"$unionWith": {"coll": collection, "pipeline": each}} for each in others)]
