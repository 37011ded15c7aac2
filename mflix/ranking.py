"""Which films fit words best.

MongoDB scores every film that says one of the words before it gives out the best one: 7 µs each,
so 0.7 s for a tenth of a million films. Asked for one word and no score, it gives those that say it
most first, and ends when there are enough. So where too many films say the words, the candidates
are those that say each of them most. Who is in more of these lists comes first, then their places
decide.
"""

import re
import unicodedata
from dataclasses import replace

from pialara_site.pipelines import lookup, united

from .movies import CARD, movies
from .search import Search

CANDIDATES = 1_000
# The constant of reciprocal rank fusion in Cormack, Clarke and Büttcher (SIGIR 2009): how little
# the first place of a list counts more than the next ones.
SMOOTHING = 60
# The stages that read the films of fused(): for a page of them, where with all of them in every
# stage it would take a third longer.
CARDS = [
    lookup("film", movies.name, "_id", "_id", {"$project": CARD}),
    {"$unwind": "$film"},
    {"$replaceWith": {"$mergeObjects": ["$film", {"score": "$score"}]}},
]


def scored(search: Search) -> list[dict]:
    """The stages that give each film of a search the `score` that MongoDB has for its words."""
    return [{"$match": search.criteria()}, {"$set": {"score": {"$meta": "textScore"}}}]


def fused(search: Search) -> list[dict]:
    """The stages that find the candidates for the words: of each the `_id`, and by its places a
    `score`.
    """
    words = _words(search.q)
    each = -(-CANDIDATES // len(words))
    placed = (_placed(replace(search, q=word), each) for word in words)
    return [
        *united(movies.name, *placed),
        {
            "$group": {
                "_id": "$film",
                "score": {"$sum": {"$add": [1, {"$divide": [1, {"$add": ["$place", SMOOTHING]}]}]}},
            }
        },
    ]


def _words(q: str) -> list[str]:
    """What is looked for one by one: each word, with those after a minus; a phrase is one whole."""
    if '"' in q:
        return [q]
    avoided = re.findall(r"(?:^|\s)(-\S+)", q)
    words = "".join(map(_in_word, re.sub(r"(^|\s)-\S+", " ", q))).split()
    # As they are typed: of İ, Python's small letter is another one than MongoDB's.
    once = {word.lower(): word for word in words}.values()
    return [" ".join([word, *avoided]) for word in once] or [q]


def _in_word(sign: str) -> str:
    """The sign itself, or a space between words: accents and vowels of their own belong to them."""
    is_part = sign.isalnum() or sign in "_'’" or unicodedata.category(sign).startswith("M")
    return sign if is_part else " "


def _placed(search: Search, most: int) -> list[dict]:
    """The id of each `film` of a search as MongoDB finds them, with its `place` from 0 on."""
    return [
        {"$match": search.criteria()},
        {"$limit": most},
        {"$group": {"_id": None, "film": {"$push": "$_id"}}},
        {"$unwind": {"path": "$film", "includeArrayIndex": "place"}},
    ]
