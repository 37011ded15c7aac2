"""The reports as people read them: headings, rows of cells, charts. They are read by reports.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from bson import ObjectId
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pialara_site.charts import Chart, bars, line
from pialara_site.stored import moment, text
from pialara_site.typed import is_visible

from . import genres, reports
from .forms.reports import DirectorsForm

# Years that are drawn; typing errors such as 20015 would stretch the axis without end.
DRAWN_YEARS = range(1850, 2151)
FOUND_YEARS = range(10_000)  # that a search takes


@dataclass(frozen=True)
class Column:
    """`kind` may be "number", "average", or "comments" for lists of Quote."""

    heading: str
    kind: str = "text"

    def plain(self, cell):
        return "\n".join(map(str, cell)) if self.kind == "comments" else cell


@dataclass(frozen=True)
class Quote:
    name: str
    text: str
    date: datetime | None

    def __str__(self):
        date = f"{self.date:%Y-%m-%d} " if self.date else ""
        return f"{date}{self.name}: {self.text}"


@dataclass(frozen=True)
class Row:
    """A cell that is None is unknown; `url` is where the first one leads."""

    cells: tuple
    url: str = ""

    @property
    def label(self):
        return _("Unknown") if self.cells[0] is None else self.cells[0]


@dataclass(frozen=True)
class Report:
    """`read` takes what the cleaned `form`, if there is one, gives and may raise TooSlow."""

    title: str
    about: str
    columns: tuple[Column, ...]
    read: Callable[..., list[Row]]
    draw: Callable[[list[Row]], list[Chart]]
    form: type | None = None
    nothing: str = gettext_lazy("There is nothing to report yet.")

    @property
    def file_name(self) -> str:
        return f"{slugify(self.title)}.csv"

    def lines(self, rows: list[Row]) -> list[list]:
        """As texts and numbers alone, the headings first."""
        return [
            [column.heading for column in self.columns],
            *([column.plain(cell) for column, cell in self.pairs(row)] for row in rows),
        ]

    def pairs(self, row: Row) -> list[tuple[Column, object]]:
        return list(zip(self.columns, row.cells, strict=True))


def _films(**search) -> str:
    """The address of the list of these films."""
    return f"{reverse('movies')}?{urlencode(search)}"


def _commenters() -> list[Row]:
    return [
        Row((text(last.get("name")) or row["_id"], row["_id"], row["comments"]))
        for row in reports.commenters()
        for last in row["latest"] or [{}]
    ]


def _directors(films: int) -> list[Row]:
    return [
        Row(
            (row["_id"], row["films"], round(row["rating"], 2)),
            _films(director=row["_id"]) if is_visible(row["_id"]) else "",
        )
        for row in reports.directors(films)
    ]


def _years() -> list[Row]:
    return [
        Row(
            (row["_id"], row["films"], row["comments"], row["written"]),
            _films(year_from=row["_id"], year_to=row["_id"])
            if row["_id"] in FOUND_YEARS and row["films"]
            else "",
        )
        for row in reports.years()
    ]


def _genres() -> list[Row]:
    return [
        Row(
            (row["_id"] and genres.shown(row["_id"]), row["films"], row["comments"]),
            _films(genre=row["_id"]) if is_visible(row["_id"]) else "",
        )
        for row in reports.genres()
    ]


def _discussed() -> list[Row]:
    return [
        Row(
            (
                text(row["movie"].get("title")) or _("Untitled"),
                text(row["movie"].get("year")),
                row["comments"],
                [_quote(each) for each in row["latest"]],
            ),
            reverse("movie", args=[row["_id"]]) if isinstance(row["_id"], ObjectId) else "",
        )
        for row in reports.discussed()
    ]


def _quote(doc: dict) -> Quote:
    return Quote(text(doc.get("name")), text(doc.get("text")), moment(doc.get("date")))


def _bars(title: str, number: int) -> Callable[[list[Row]], list[Chart]]:
    """Draws the cells `number`."""
    return lambda rows: [bars(str(title), [(row.label, row.cells[number]) for row in rows])]


def _genre_bars(rows: list[Row]) -> list[Chart]:
    return [chart for draw in (_bars(FILMS, 1), _bars(THEIR_COMMENTS, 2)) for chart in draw(rows)]


def _year_lines(rows: list[Row]) -> list[Chart]:
    """A line for each column that has numbers, all of them over the same years."""
    found = {row.cells[0]: row.cells[1:] for row in rows if row.cells[0] in DRAWN_YEARS}
    if not found:
        return []
    years, none = range(min(found), max(found) + 1), (0, 0, 0)
    return [
        line(str(title), [(year, found.get(year, none)[number]) for year in years])
        for number, title in enumerate((FILMS, THEIR_COMMENTS, WRITTEN))
        if any(numbers[number] for numbers in found.values())
    ]


FILMS = gettext_lazy("Films")
COMMENTS = gettext_lazy("Comments")
THEIR_COMMENTS = gettext_lazy("Comments on these films")
WRITTEN = gettext_lazy("Comments written that year")
RATING = gettext_lazy("Average IMDb rating")

REPORTS = {
    "commenters": Report(
        gettext_lazy("Who comments most"),
        gettext_lazy("The 20 people with the most comments, by their email."),
        (
            Column(gettext_lazy("Name")),
            Column(gettext_lazy("Email")),
            Column(COMMENTS, "number"),
        ),
        _commenters,
        _bars(COMMENTS, 2),
    ),
    "directors": Report(
        gettext_lazy("Directors by rating"),
        gettext_lazy("The 50 directors with the best average IMDb rating of their rated films."),
        (
            Column(gettext_lazy("Director")),
            Column(gettext_lazy("Rated films"), "number"),
            Column(RATING, "average"),
        ),
        _directors,
        _bars(RATING, 2),
        DirectorsForm,
        gettext_lazy("No director has so many rated films."),
    ),
    "years": Report(
        gettext_lazy("Films and comments by year"),
        gettext_lazy("How many films each year has, and how many comments."),
        (
            Column(gettext_lazy("Year")),
            Column(FILMS, "number"),
            Column(THEIR_COMMENTS, "number"),
            Column(WRITTEN, "number"),
        ),
        _years,
        _year_lines,
    ),
    "genres": Report(
        gettext_lazy("Films and comments by genre"),
        gettext_lazy("A film counts in each of its genres."),
        (
            Column(gettext_lazy("Genre")),
            Column(FILMS, "number"),
            Column(THEIR_COMMENTS, "number"),
        ),
        _genres,
        _genre_bars,
    ),
    "discussed": Report(
        gettext_lazy("Most commented films"),
        gettext_lazy("The 20 films with the most comments, and their latest comments."),
        (
            Column(gettext_lazy("Film")),
            Column(gettext_lazy("Year")),
            Column(COMMENTS, "number"),
            Column(gettext_lazy("Latest comments"), "comments"),
        ),
        _discussed,
        _bars(COMMENTS, 2),
    ),
}
