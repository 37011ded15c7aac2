"""The theaters collection: near a point, in a city or zip code, in a box. Only read.

Places are GeoJSON, longitude before latitude, and so are points here. Distances are MongoDB's, on
a sphere with a radius of 6,378.1 km.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from math import atan, ceil, copysign, cos, degrees, isfinite, radians, tan

from bson import ObjectId
from pymongo import ASCENDING, GEOSPHERE, IndexModel
from pymongo.errors import OperationFailure

from pialara_site.mongo import COLLATION, mflix
from pialara_site.stored import of_kind
from pialara_site.typed import is_visible

theaters = mflix.theaters

GEO, CITY, ZIP = "location.geo", "location.address.city", "location.address.zipcode"
LONGITUDE, LATITUDE = 0, 1  # their places in a point

INDEXES = [
    # As sample_mflix on Atlas has it: with a second one MongoDB can't tell which to use.
    IndexModel([(GEO, GEOSPHERE)]),
    IndexModel([(CITY, ASCENDING), ("_id", ASCENDING)], collation=COLLATION),
    IndexModel([(ZIP, ASCENDING), ("_id", ASCENDING)], collation=COLLATION),
]

PER_PAGE = 20
# No list goes beyond, so that the last page costs a bounded amount too.
MOST = 10_000
KM, MOST_KM = 50, 500

BY_CITY = {CITY: ASCENDING, "_id": ASCENDING}
BY_DISTANCE = {"metres": ASCENDING, "_id": ASCENDING}

NO_INDEX_FITS = 291

# Of a box's outline, in degrees.
WIDEST = 90  # MongoDB takes a polygon that is larger than a hemisphere for the rest of the globe
STEP = 10
MARGIN = 0.01
POLAR = 89.9  # beyond, a parallel is a point

Point = tuple[float, float]  # longitude, latitude


class NotIndexed(Exception):
    """The collection lacks its 2dsphere index, without which no distance can be searched."""


@dataclass(frozen=True)
class Box:
    """All between two parallels and two meridians; from `west` it goes eastwards to `east`."""

    west: float
    south: float
    east: float
    north: float

    def criteria(self) -> list[dict]:
        """Filters that hold together. The outline is for the index; the numbers decide."""
        beyond_west, before_east = (
            _within(LONGITUDE, {"$gte": self.west}),
            _within(LONGITUDE, {"$lte": self.east}),
        )
        crosses = self.west > self.east  # the meridian of 180 degrees
        return [
            {GEO: {"$geoWithin": {"$geometry": self.outline()}}},
            _within(LATITUDE, {"$gte": self.south, "$lte": self.north}),
            *([{"$or": [beyond_west, before_east]}] if crosses else [beyond_west, before_east]),
        ]

    def outline(self) -> dict:
        """A GeoJSON shape that holds all of the box, and little else."""
        width = self.east - self.west + (360 if self.west > self.east else 0)
        count = max(1, ceil(width / WIDEST))
        meridians = [self.west + width * n / count for n in range(count + 1)]
        polygons = [
            [_ring(west - MARGIN, east + MARGIN, self.south - MARGIN, self.north + MARGIN)]
            for west, east in pairwise(meridians)
        ]
        return {"type": "MultiPolygon", "coordinates": polygons}


def _within(place: int, bounds: dict) -> dict:
    """A filter for one number of a GeoJSON Point or, as MongoDB indexes that too, of a list."""
    return {"$or": [{f"{GEO}.coordinates.{place}": bounds}, {f"{GEO}.{place}": bounds}]}


def _ring(west: float, east: float, south: float, north: float) -> list[list[float]]:
    """The corners around a box that is narrower than a hemisphere."""
    steps = ceil((east - west) / STEP)
    meridians = [west + (east - west) * n / steps for n in range(steps + 1)]
    south, north = max(-90, min(south, POLAR)), min(90, max(north, -POLAR))
    middle = (south + north) / 2  # from pole to pole there are many ways
    corners = [
        *_parallel(meridians, south, min),
        (east, middle),
        *_parallel(meridians[::-1], north, max),
        (west, middle),
    ]
    return [[(x + 180) % 360 - 180, y] for x, y in (*corners, corners[0])]


def _parallel(meridians: list[float], latitude: float, outer: Callable) -> list[Point]:
    """Corners whose edges stay on the `outer` side of a parallel, min being south, max north.

    An edge is a great circle, which leaves the parallel of its ends towards the pole. Where that
    is inwards, the ends move outwards until the edge's middle touches the parallel.
    """
    if abs(latitude) > POLAR:
        return [(meridians[0], copysign(90, latitude))]
    bend = cos(radians(meridians[1] - meridians[0]) / 2)
    moved = degrees(atan(tan(radians(latitude)) * bend))
    return [(x, outer(latitude, moved)) for x in meridians]


@dataclass(frozen=True)
class Search:
    """What theaters are looked for; what is not given does not narrow it."""

    point: Point | None = None
    km: float = KM
    city: str = ""
    zipcode: str = ""
    box: Box | None = None

    def criteria(self) -> dict:
        """The filter without the point, which is no filter but a stage."""
        wanted = [{CITY: self.city}] if self.city else []
        if self.zipcode:
            wanted.append({"$or": _zipcodes(self.zipcode)})
        if self.box:
            wanted += self.box.criteria()
        return {"$and": wanted} if wanted else {}

    def found(self) -> list[dict]:
        """The stages that find the theaters, the nearest first if there is a point."""
        if not self.point:
            return [{"$match": self.criteria()}]
        near = {
            "near": {"type": "Point", "coordinates": list(self.point)},
            "key": GEO,
            "spherical": True,
            "maxDistance": self.km * 1000,
            "distanceField": "metres",
            "query": self.criteria(),
        }
        return [{"$geoNear": near}, {"$limit": MOST + 1}]

    def rows_pipeline(self, start: int) -> list[dict]:
        return [
            *self.found(),
            {"$sort": BY_DISTANCE if self.point else BY_CITY},
            {"$skip": start},
            {"$limit": PER_PAGE},
            {"$project": {"location": 1, **({"metres": 1} if self.point else {})}},
        ]

    def count_pipeline(self) -> list[dict]:
        return [*self.found(), {"$limit": MOST + 1}, {"$count": "n"}]


def _zipcodes(zipcode: str) -> list[dict]:
    """Filters, any of which fits, for a code as sample_mflix holds it.

    Some there have lost the zeros that they began with, and some go on with a hyphen.
    """
    return [
        {ZIP: {"$in": [zipcode, zipcode.lstrip("0") or zipcode]}},
        # All that begins with the code and a hyphen: a comma comes next in the collation.
        {ZIP: {"$gte": f"{zipcode}-", "$lt": f"{zipcode},"}},
    ]


@dataclass(frozen=True)
class Theater:
    """What a document says where it is what it should be; the rest is empty."""

    id_: ObjectId
    streets: list[str] = field(default_factory=list)
    city: str = ""
    state: str = ""
    zipcode: str = ""
    point: Point | None = None
    km: float | None = None
    # Whether a search for the city finds it.
    has_city: bool = False

    @classmethod
    def from_document(cls, doc: dict) -> "Theater":
        location = of_kind(doc.get("location"), dict)
        address = of_kind(location.get("address"), dict)
        streets = [_line(address.get(name)) for name in ("street1", "street2")]
        metres = doc.get("metres")
        return cls(
            doc["_id"],
            [street for street in streets if street],
            **{name: _line(address.get(name)) for name in ("city", "state", "zipcode")},
            point=_point(location.get("geo")),
            km=None if metres is None else metres / 1000,
            has_city=is_visible(address.get("city")),
        )

    def __str__(self):
        return ", ".join(filter(None, [*self.streets, self.city]))

    @property
    def outside_map(self) -> str:
        """The address of a page that shows where it is, or ""."""
        if not self.point:
            return ""
        x, y = (f"{number:.6f}" for number in self.point)
        return f"https://www.openstreetmap.org/?mlat={y}&mlon={x}#map=16/{y}/{x}"


def _line(value) -> str:
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _point(geo) -> Point | None:
    """The point of a GeoJSON Point or, as MongoDB indexes that too, of a list."""
    if isinstance(geo, dict):
        geo = geo.get("coordinates") if geo.get("type") == "Point" else None
    if not isinstance(geo, list) or len(geo) < 2:
        return None
    x, y = geo[:2]
    if not all(isinstance(number, int | float) and isfinite(number) for number in (x, y)):
        return None
    return (float(x), float(y)) if abs(x) <= 180 and abs(y) <= 90 else None


def rows(search: Search, start: int) -> list[Theater]:
    """A page of the theaters that fit, the nearest first or by city. Raises NotIndexed."""
    return [Theater.from_document(doc) for doc in _aggregate(search, search.rows_pipeline(start))]


def count(search: Search) -> int:
    """How many fit, or MOST + 1 when more than MOST do. Raises NotIndexed."""
    # Without a filter any index will do, and every collection has this one.
    options = {} if search.point or search.criteria() else {"hint": {"_id": ASCENDING}}
    found = _aggregate(search, search.count_pipeline(), **options)
    return next((row["n"] for row in found), 0)


def _aggregate(search: Search, pipeline: list[dict], **options):
    try:
        return theaters.aggregate(pipeline, collation=COLLATION, **options)
    except OperationFailure as error:
        if error.code != NO_INDEX_FITS or not search.point:
            raise
        raise NotIndexed from error
