"""Numbers as shapes: charts for templates/partials/chart.html to draw.

All coordinates are whole numbers in the units of the drawing, `width` by `height`: a template would
write fractions in the user's language. Numbers below 0, and what is no number, are drawn as 0.
"""

from dataclasses import dataclass
from math import ceil, floor, log10

from . import stored

Point = tuple[object, float]  # a label and its number

WIDTH = 400  # so that text keeps its size on a phone
# Of bars: how long the longest is, how far one is from the next and how thick; names stand above.
BAR_LENGTH, BAR_STEP, BAR_THICKNESS = 320, 48, 16
MOST_LETTERS = 36  # nearly always fit; the table has all of them
# Of lines: the margins around them.
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 16, 32
LINE_HEIGHT = 240
MOST_TICKS = 5
MOST_LABELS = 5


@dataclass(frozen=True)
class Shape:
    """A bar from (x, y) with its length, or a point of a line; a tick or a label of an axis."""

    label: str
    value: float
    x: int
    y: int
    length: int = 0

    @property
    def end(self) -> int:
        return self.x + self.length


@dataclass(frozen=True)
class Chart:
    """A chart of either kind; `bars` or `line`, `dots` and the axes are what there is to draw."""

    title: str
    points: list[Point]
    height: int
    bars: tuple[Shape, ...] = ()
    line: str = ""
    dots: tuple[Shape, ...] = ()
    ticks: tuple[Shape, ...] = ()
    labels: tuple[Shape, ...] = ()

    width = WIDTH
    bar_thickness = BAR_THICKNESS
    left = LEFT
    right = WIDTH - RIGHT

    @property
    def highest(self) -> Point:
        return max(self.points, key=lambda point: number(point[1]), default=("", 0))


def number(value) -> float:
    return max(stored.number(value) or 0, 0)


def shortened(label) -> str:
    text = str(label)
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def bars(title: str, points: list[Point]) -> Chart:
    """Horizontal bars, one below the other: for names."""
    longest = max((number(value) for _label, value in points), default=0) or 1
    shapes = tuple(
        Shape(
            shortened(label),
            value,
            0,
            place * BAR_STEP,
            round(number(value) / longest * BAR_LENGTH),
        )
        for place, (label, value) in enumerate(points)
    )
    return Chart(title, points, len(points) * BAR_STEP, bars=shapes)


def line(title: str, points: list[Point]) -> Chart:
    """A line from left to right at equal steps: for years and other things in an order."""
    values = [number(value) for _label, value in points]
    steps = ticks(max(values, default=0))
    right, bottom = WIDTH - RIGHT, LINE_HEIGHT - BOTTOM

    def x(place: int) -> int:
        return LEFT + round((right - LEFT) * place / max(len(points) - 1, 1))

    def y(value: float) -> int:
        return bottom - round((bottom - TOP) * value / steps[-1])

    dots = tuple(
        Shape(str(label), value, x(place), y(number(value)))
        for place, (label, value) in enumerate(points)
    )
    every = ceil(len(dots) / MOST_LABELS) or 1
    return Chart(
        title,
        points,
        LINE_HEIGHT,
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        dots=dots,
        ticks=tuple(Shape("", step, LEFT, y(step)) for step in steps),
        labels=dots[::every],
    )


def ticks(highest: float) -> list[float]:
    """Round whole numbers from 0 to `highest` or just above it, MOST_TICKS and 0 at most."""
    if highest <= 0:
        return [0, 1]
    least = max(highest / MOST_TICKS, 1)
    power = floor(log10(least))
    step = next(n * 10**power for n in (1, 2, 5, 10) if n * 10**power >= least)
    return [n * step for n in range(ceil(highest / step) + 1)]
