"""A plain map of a few places: pure numbers, from which a template draws an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, dist, floor, log10, radians
from string import ascii_uppercase

Point = tuple[float, float]  # longitude, latitude

# In the units of the drawing
WIDTH, HEIGHT, MARGIN = 480, 320, 40
RADIUS = 16
LONGEST_SCALE = WIDTH / 4

KM_PER_DEGREE = 111.32
# A map of one place shows that much around it.
SMALLEST_KM = 1

# What a place is called on the map and in the list beside it
LETTERS = ascii_uppercase


@dataclass
class Mark:
    """A circle for one place, or for several that would cover each other."""

    x: int
    y: int
    label: str
    title: str

    def add(self, title: str):
        self.label = f"{self.label[0]}+"
        self.title = f"{self.title}; {title}"


@dataclass(frozen=True)
class Scale:
    """A line of `width` that is so many metres long on the ground."""

    width: int
    metres: int

    def __str__(self):
        return f"{self.metres // 1000} km" if self.metres >= 1000 else f"{self.metres} m"


@dataclass(frozen=True)
class Map:
    marks: list[Mark]
    searched: tuple[int, int] | None
    scale: Scale
    width: int = WIDTH
    height: int = HEIGHT
    radius: int = RADIUS


def plain(places: Sequence[tuple[Point | None, str]], searched: Point | None = None) -> Map | None:
    """A map of places with their titles, north up, and of the point that was searched for.

    Of up to 26 places each has its letter; those without a point keep theirs but are not drawn.
    Nothing to draw is no map.
    """
    shown = [
        (point, letter, title)
        for letter, (point, title) in zip(LETTERS, places, strict=False)
        if point
    ]
    if not shown:
        return None
    points = [point for point, *_rest in shown] + ([searched] if searched else [])
    drawn, per_km = _fitted(_flat(points))
    return Map(
        marks=_marks(drawn, shown),
        searched=drawn[-1] if searched else None,
        scale=_scale(per_km),
    )


def _flat(points: list[Point]) -> list[tuple[float, float]]:
    """Kilometres to the east and south, true along the middle parallel."""
    longitudes, latitudes = zip(*points, strict=True)
    north = max(latitudes)
    narrowing = cos(radians((north + min(latitudes)) / 2))
    return [
        (east * narrowing * KM_PER_DEGREE, (north - latitude) * KM_PER_DEGREE)
        for east, latitude in zip(_eastwards(longitudes), latitudes, strict=True)
    ]


def _eastwards(longitudes: Sequence[float]) -> list[float]:
    """Degrees from the westernmost one; the widest gap between neighbours is what is left out.

    So neighbours on both sides of the meridian of 180 degrees stay neighbours.
    """
    ordered = sorted(longitudes)
    gaps = [right - left for left, right in pairwise([*ordered, ordered[0] + 360])]
    west = ordered[(gaps.index(max(gaps)) + 1) % len(ordered)]
    return [(longitude - west) % 360 for longitude in longitudes]


def _fitted(flat: list[tuple[float, float]]) -> tuple[list[tuple[int, int]], float]:
    """The places in the middle of the drawing, as large as fits, and its units per kilometre."""
    wide, high = (max(axis) for axis in zip(*flat, strict=True))
    per_km = min(
        (WIDTH - 2 * MARGIN) / max(wide, SMALLEST_KM),
        (HEIGHT - 2 * MARGIN) / max(high, SMALLEST_KM),
    )
    left, top = (WIDTH - wide * per_km) / 2, (HEIGHT - high * per_km) / 2
    return [(round(left + x * per_km), round(top + y * per_km)) for x, y in flat], per_km


def _marks(drawn, shown) -> list[Mark]:
    marks = []
    for place, (_point, letter, title) in zip(drawn, shown, strict=False):
        title = f"{letter}. {title}"
        covered = (mark for mark in marks if dist(place, (mark.x, mark.y)) < 2 * RADIUS)
        if mark := next(covered, None):
            mark.add(title)
        else:
            marks.append(Mark(*place, letter, title))
    return marks


def _scale(per_km: float) -> Scale:
    """The longest line that fits and means 1, 2 or 5 times a power of ten."""
    most = LONGEST_SCALE / per_km * 1000
    power = 10 ** floor(log10(most))
    metres = next(times * power for times in (5, 2, 1) if times * power <= most)
    return Scale(round(metres / 1000 * per_km), metres)
