"""A few hundred films, the same ones in every run, with all that sample_mflix has of oddities."""

import random
from datetime import UTC, datetime

from bson import ObjectId

# The stemmer leaves these alone, and no other word of the films has one of them as its stem.
WORDS = ("train", "moon", "king", "gold", "desert", "robot", "piano", "window", "garden", "perú")
TITLES = (
    "The {word}",
    "the {word}",
    "El {word}",
    "Él, {word}",
    "El él",
    "Ñandú {word}",
    "Nube {word}",
    "{word}",
    "(500) {word}",
    "[{word}]",
    "{word} $1",
    "$ne",
    "What {word}?",
    "¿Qué {word}?",
    "A*{word}",
    "A+{word}",
    "^{word}$",
    "M*A*S*H",
    "O'Neill's {word}",
    'The "{word}"',
    "«{word}»",
    "a.b {word}",
    "a|b",
    "back\\slash {word}",
    "<script>{word}</script>",
    "2001: {word}",
    "300",
    "Les Misérables",
    "Les Miserables",
    "",
)
GENRES = ("Drama", "Comedy", "War", "Western", "Film-Noir", "Sci-Fi", "Short", "Animation")
COUNTRIES = ("Spain", "España", "Mexico", "México", "France", "Perú", "USA", "Côte d'Ivoire")
LANGUAGES = ("Spanish", "French", "English", "Quechua", "Ancient (to 1453)")
PEOPLE = (
    "Ana Actriz",
    "ANA ACTRIZ",
    "Ana Áctriz",
    "José Ñíguez",
    "Sean O'Casey",
    "J.R. (Jack) Smith",
    "A|B",
    "Zoë",
    "$where",
    *(f"Person {n}" for n in range(40)),
)
NOTHING = ...


def films(number=300) -> list[dict]:
    chance = random.Random(1903)
    ids = [ObjectId(f"{n:024x}") for n in range(1, number + 1)]
    # The order in which they are stored is not that of their ids.
    chance.shuffle(ids)
    return [_film(id_, chance) for id_ in ids]


def _film(id_: ObjectId, chance: random.Random) -> dict:
    def odd(usual, *others, share=0.12):
        return chance.choice(others) if chance.random() < share else usual

    def names(of, most):
        some = chance.choices(of, k=chance.randint(1, most))
        return odd(some, NOTHING, [], None, some[0], [*some, some[0]], [*some, some[0].lower()])

    word = chance.choice(WORDS)
    fullplot = f"Once there was a {chance.choice(WORDS)} and no {chance.choice(WORDS)}."
    year = chance.randint(1893, 2016)
    film = {
        "_id": id_,
        "title": odd(chance.choice(TITLES).format(word=word), NOTHING, None, 1984, share=0.03),
        "year": odd(year, f"{year}è", f"{year}è{year + 2}", NOTHING, None, float(year)),
        "genres": names(GENRES, 3),
        "countries": names(COUNTRIES, 2),
        "languages": names(LANGUAGES, 3),
        "cast": names(PEOPLE, 4),
        "directors": names(PEOPLE, 2),
        "runtime": odd(chance.choice((0, 7, 59, 60, 89, 90, 119, 120, 179, 180, 500)), *_ODD),
        "metacritic": odd(chance.choice((0, 49, 50, 69, 70, 89, 90, 99, 100)), *_ODD, share=0.5),
        "rated": odd(chance.choice(("PG", "R", "APPROVED", "Approved")), NOTHING, None, "", 18),
        "type": odd("movie", "series", "Movie", NOTHING, None),
        "plot": fullplot[:20],
        "fullplot": odd(fullplot, NOTHING, None, ""),
        "released": odd(datetime(year, 5, 17, tzinfo=UTC), NOTHING, None),
        "imdb": odd(
            {"rating": round(chance.uniform(1, 9.9), 1), "votes": chance.randint(1, 10**6)},
            NOTHING,
            {"rating": "", "votes": ""},
            {},
            {"rating": 7},
        ),
        "tomatoes": odd(
            # Few values, many ties.
            {"viewer": {"rating": 3.5, "numReviews": chance.randint(0, 60)}},
            NOTHING,
            {"viewer": {"rating": 3.5}},
            {"viewer": {"numReviews": "12"}},
            {},
        ),
        "num_mflix_comments": 0,
    }
    return {name: value for name, value in film.items() if value is not NOTHING}


_ODD = (NOTHING, None, "", "100 min", -1, 90.5)
