"""The lists run on indexes: MongoDB's plans for the queries of directory.py and caseload.py."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from bson.codec_options import CodecOptions, DatetimeConversion

from accounts import audit, caseload, directory
from accounts.dashboard import activity_pipeline, overview_pipeline
from accounts.directory import SORTS, Filters, kinds_pipeline
from accounts.models import User
from accounts.users import COLLATION, KIND_INDEX, users
from tests.mothers import a_document

# The plans quote the collated keys of indexes, which are no UTF-8, and the latest of all dates.
LENIENT = CodecOptions(
    unicode_decode_error_handler="replace", datetime_conversion=DatetimeConversion.DATETIME_AUTO
)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ROLES = ("Administrador", "Técnico", "Cliente")
STATES = ("activo", "inactivo", "suspendido")
BY_ROLE = [Filters(rol=rol) for rol in ROLES]
BY_STATE = [Filters(estado=estado) for estado in STATES]
FILTERS = [
    Filters(),
    *BY_ROLE,
    *BY_STATE,
    Filters(parent="t3@example.org"),
    Filters(parent="none"),
    Filters(rol="Cliente", estado="activo", parent="t3@example.org"),
]
ALL_SORTS = [direction + sort for sort in SORTS for direction in ("", "-")]


pytestmark = pytest.mark.usefixtures("fresh_indexes")


@pytest.fixture
def hundreds(empty_database):
    """Enough users of every kind that a plan has something to choose from."""
    users.insert_many(
        a_document(
            password="",
            rol=ROLES[n % 3],
            estado=STATES[n % 7 % 3],
            parent=f"t{n % 9}@example.org" if n % 5 else None,
        )
        for n in range(300)
    )


@pytest.fixture(autouse=True)
def _no_hashing(monkeypatch):
    monkeypatch.setattr("tests.mothers.make_password", lambda password: "!")


def explained(pipeline: list[dict], collection=users, collation=COLLATION, **options) -> dict:
    command = {"aggregate": collection.name, "pipeline": pipeline, "cursor": {}, **options}
    if collation:
        command["collation"] = collation.document
    return collection.database.command(
        "explain", command, verbosity="queryPlanner", codec_options=LENIENT
    )


def chosen_plans(plan) -> Iterator[str]:
    """The stages of the winning plans anywhere in an explanation."""
    if isinstance(plan, list):
        for part in plan:
            yield from chosen_plans(part)
    elif isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for name, part in plan.items():
            if name != "rejectedPlans":
                yield from chosen_plans(part)


def pieces(pipeline: list[dict]) -> Iterator[list[dict]]:
    """The pipeline itself, and each that it is united with."""
    yield [stage for stage in pipeline if "$unionWith" not in stage]
    for stage in pipeline:
        if "$unionWith" in stage:
            yield stage["$unionWith"]["pipeline"]


@pytest.fixture
def plans(commands, hundreds):
    """The stages of the plan of the query that a call sends."""

    def plans(call, *args) -> list[str]:
        with commands() as seen:
            call(*args, 0)
        return list(chosen_plans(explained_find(seen[0].body, "queryPlanner")))

    return plans


def explained_find(sent: dict, verbosity: str) -> dict:
    names = ("find", "filter", "projection", "sort", "skip", "limit", "collation")
    query = {name: sent[name] for name in names if name in sent}
    return users.database.command("explain", query, verbosity=verbosity, codec_options=LENIENT)


def stages(pipeline: list[dict], **options) -> list[str]:
    """The stages of the plans of all pieces of `pipeline`."""
    return [
        stage for piece in pieces(pipeline) for stage in chosen_plans(explained(piece, **options))
    ]


def assert_on_indexes(found: list[str]):
    assert "COLLSCAN" not in found
    assert {"IXSCAN", "COUNT_SCAN"} & set(found)


@pytest.mark.usefixtures("hundreds")
def test_the_plans_are_seen_at_all():
    assert "COLLSCAN" in stages([{"$match": {"patologia": "x"}}])


@pytest.mark.parametrize("filters", FILTERS, ids=repr)
def test_filtered_list_scans_no_collection_however_it_is_sorted(plans, filters):
    for sort in ALL_SORTS:
        assert_on_indexes(plans(directory.rows, filters, sort))


def test_whole_list_is_read_in_the_order_of_an_index(plans):
    in_memory = [s for s in ALL_SORTS if "SORT" in plans(directory.rows, Filters(), s)]
    assert in_memory == []


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize("start", [0, 200])
@pytest.mark.parametrize("sort", ALL_SORTS)
def test_whole_list_reads_the_users_of_its_page_and_no_others(commands, sort, start):
    with commands() as seen:
        shown = directory.rows(Filters(), sort, start)
    found = explained_find(seen[0].body, "executionStats")["executionStats"]
    assert found["totalDocsExamined"] == len(shown) == directory.PER_PAGE


@pytest.mark.parametrize("filters", [*BY_ROLE, *BY_STATE], ids=repr)
def test_list_of_a_role_or_state_by_name_is_read_in_the_order_of_an_index(plans, filters):
    assert "SORT" not in plans(directory.rows, filters, "nombre")


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize("q", ["", "ana"])
def test_numbers_beside_the_filters_scan_no_collection(q):
    assert_on_indexes(stages(kinds_pipeline(q)[:-1], collation=None, hint=KIND_INDEX))


@pytest.mark.usefixtures("hundreds")
def test_technicians_beside_the_filters_scan_no_collection():
    *_grouping, union = kinds_pipeline("")
    assert_on_indexes(stages(union["$unionWith"]["pipeline"], collation=None))


@pytest.mark.usefixtures("hundreds")
def test_centres_numbers_scan_no_collection():
    kinds, *united = pieces(overview_pipeline(LONG_AGO))
    assert_on_indexes(stages(kinds, collation=None, hint=KIND_INDEX))
    for pipeline in united:
        assert_on_indexes(stages(pipeline, collation=None))


@pytest.mark.usefixtures("hundreds")
def test_who_logged_in_last_and_most_are_read_in_the_order_of_an_index():
    *people, this_week = pieces(activity_pipeline(LONG_AGO))
    assert_on_indexes(stages(this_week))
    for pipeline in people:
        found = stages(pipeline)
        assert_on_indexes(found)
        assert "SORT" not in found


@pytest.mark.parametrize("filters", [Filters(q="ana"), Filters(q="a", rol="Cliente")], ids=repr)
def test_search_scans_an_index(plans, filters):
    assert_on_indexes(plans(directory.rows, filters, "nombre"))


@pytest.mark.parametrize("q", ["", "ana"])
@pytest.mark.parametrize("sort", [*caseload.SORTS, *(f"-{sort}" for sort in caseload.SORTS)])
def test_technicians_list_scans_no_collection(plans, sort, q):
    technician = User(email="t3@example.org")
    assert_on_indexes(plans(caseload.clients, technician, q, "", sort))


@pytest.mark.parametrize("attention", caseload.Attention)
def test_technicians_list_of_who_needs_attention_scans_no_collection(plans, attention):
    technician = User(email="t3@example.org")
    assert_on_indexes(plans(caseload.clients, technician, "", attention, "nombre"))


@pytest.mark.usefixtures("hundreds")
def test_technicians_numbers_scan_no_collection():
    births = caseload.birth_boundaries(date(2026, 11, 21))
    assert_on_indexes(stages(caseload.pipeline(User(email="t3@example.org"), births)))


@pytest.mark.parametrize(
    "criteria",
    [
        {"actor": "eva@example.org"},
        {"target": "eva"},
        {"action": "delete"},
    ],
    ids=str,
)
def test_filtered_audit_log_scans_no_collection(criteria):
    wanted = [{"$match": audit.criteria(**criteria)}, {"$sort": {"at": -1, "_id": -1}}]
    assert_on_indexes(stages(wanted, collection=audit.entries, collation=None))
