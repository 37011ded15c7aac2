"""Aggregation pipelines of several parts."""


def united(collection: str, *parts: list[dict]) -> list[dict]:
    """The rows of all parts on one collection, where this is to run: one part's after the other's.

    MongoDB reads them in turn and only as far as a $limit needs, but does not promise the order:
    tests walk through all pages of the lists that rely on it.
    """
    first, *others = parts
    return [*first, *({"$unionWith": {"coll": collection, "pipeline": each}} for each in others)]
