"""The lists run on indexes: MongoDB's plans for the queries of directory.py and caseload.py."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from bson.codec_options import CodecOptions, DatetimeConversion

from accounts import audit, caseload, directory, sessions
from accounts.dashboard import activity_pipeline, overview_pipeline
from accounts.directory import SORTS, Filters, kinds_pipeline
from accounts.models import User
from accounts.users import KIND_INDEX, users
from pialara_site import pages
from pialara_site.mongo import COLLATION
from pialara_site.pages import Page
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
PER_PAGE = directory.PER_PAGE
FIRST = Page("1", 300, PER_PAGE)
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
            parent=f"t{n % 8}@example.org" if n % 5 else None,
        )
        for n in range(300)
    )


@pytest.fixture(autouse=True)
def _no_hashing(monkeypatch):
    monkeypatch.setattr("tests.mothers.make_password", lambda password: "!")


def explained(
    pipeline: list[dict],
    collection=users,
    collation=COLLATION,
    verbosity="queryPlanner",
    **options,
) -> dict:
    command = {"aggregate": collection.name, "pipeline": pipeline, "cursor": {}, **options}
    if collation:
        command["collation"] = collation.document
    return collection.database.command(
        "explain", command, verbosity=verbosity, codec_options=LENIENT
    )


def read(pipeline: list[dict], **options) -> dict:
    """What MongoDB reads for all pieces of `pipeline`."""
    plans = [explained(each, verbosity="executionStats", **options) for each in pieces(pipeline)]
    done = [plan.get("executionStats") or cursor_of(plan)["executionStats"] for plan in plans]
    return {
        name: sum(each[name] for each in done)
        for name in ("totalKeysExamined", "totalDocsExamined")
    }


def cursor_of(plan: dict) -> dict:
    return plan["stages"][0]["$cursor"]


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
def pipeline(commands):
    """The pipeline that a call sends to read a page."""

    def pipeline(call, *args) -> list[dict]:
        with commands() as seen:
            call(*args)
        return seen[-1].body["pipeline"]

    return pipeline


@pytest.fixture
def plans(pipeline, hundreds):
    """The stages of the plans of the query that a call sends to read a page."""
    return lambda *args: stages(pipeline(*args))


@pytest.fixture
def beside(monkeypatch):
    """The pages around the one in the middle of a list of `total` rows that a call reads, as its
    links ask for them.
    """
    monkeypatch.setattr(pages, "NEAR", -1)

    def beside(total: int, per_page: int, call, *args) -> list[Page]:
        middle = Page(str(1 + total // 2 // per_page), total, per_page)
        shown, _rows = call(middle, *args)
        return [Page(link, total, per_page) for link in (shown.previous, shown.next) if link]

    return beside


@pytest.fixture
def around(beside):
    """The same of the list of users."""

    def around(filters: Filters, sort: str) -> list[Page]:
        total = users.count_documents(filters.criteria(), collation=COLLATION)
        return beside(total, PER_PAGE, directory.read, filters, sort)

    return around


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
def test_filtered_list_scans_no_collection_however_it_is_sorted(plans, around, filters):
    for sort in ALL_SORTS:
        for page in (FIRST, *around(filters, sort)):
            assert_on_indexes(plans(directory.read, page, filters, sort))


def test_whole_list_is_read_in_the_order_of_an_index(plans, around):
    in_memory = [
        (sort, page)
        for sort in ALL_SORTS
        for page in (FIRST, *around(Filters(), sort))
        if "SORT" in plans(directory.read, page, Filters(), sort)
    ]
    assert in_memory == []


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize("number", ["1", "8"])
@pytest.mark.parametrize("sort", ALL_SORTS)
def test_whole_list_reads_the_users_of_its_page_and_no_others(pipeline, sort, number):
    page = Page(number, 300, PER_PAGE)
    found = read(pipeline(directory.read, page, Filters(), sort))
    _page, shown = directory.read(page, Filters(), sort)
    assert found["totalDocsExamined"] == len(shown) == PER_PAGE


@pytest.mark.usefixtures("hundreds")
@pytest.mark.parametrize("sort", ALL_SORTS)
def test_page_beside_a_row_reads_no_more_the_more_pages_come_before(pipeline, around, sort):
    before, after = around(Filters(), sort)
    for page in before, after:
        assert page.beside
        found = read(pipeline(directory.read, page, Filters(), sort))
        # Each range of the index may bring a whole page, when explained on its own.
        assert found["totalKeysExamined"] <= 3 * (PER_PAGE + 1)


@pytest.mark.parametrize("filters", [*BY_ROLE, *BY_STATE], ids=repr)
def test_list_of_a_role_or_state_by_name_is_read_in_the_order_of_an_index(plans, around, filters):
    for page in (FIRST, *around(filters, "nombre")):
        assert "SORT" not in plans(directory.read, page, filters, "nombre")


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
    kinds, *united = pieces(overview_pipeline([LONG_AGO, datetime.now(UTC)]))
    assert_on_indexes(stages(kinds, collation=None, hint=KIND_INDEX))
    for each in united:
        assert_on_indexes(stages(each, collation=None))


@pytest.mark.usefixtures("hundreds")
def test_who_logged_in_last_and_most_are_read_in_the_order_of_an_index():
    *people, this_week = pieces(activity_pipeline(LONG_AGO))
    assert_on_indexes(stages(this_week))
    for each in people:
        found = stages(each)
        assert_on_indexes(found)
        assert "SORT" not in found


@pytest.mark.parametrize("filters", [Filters(q="ana"), Filters(q="a", rol="Cliente")], ids=repr)
def test_search_scans_an_index(plans, filters):
    assert_on_indexes(plans(directory.read, FIRST, filters, "nombre"))


@pytest.mark.parametrize("q", ["", "ana"])
@pytest.mark.parametrize("sort", [*caseload.SORTS, *(f"-{sort}" for sort in caseload.SORTS)])
def test_technicians_list_scans_no_collection(plans, sort, q):
    technician = User(email="t3@example.org")
    assert_on_indexes(plans(caseload.read, FIRST, technician, q, "", sort))


@pytest.mark.usefixtures("empty_database")
@pytest.mark.parametrize("sort", ["nombre", "-nombre"])
def test_technicians_page_beside_a_row_reads_no_more_the_more_pages_come_before(
    pipeline, beside, sort
):
    technician = User(email="t3@example.org")
    users.insert_many(a_document(password="", parent=technician.email) for _ in range(300))
    before, after = beside(300, PER_PAGE, caseload.read, technician, "", "", sort)
    for page in before, after:
        assert page.beside
        found = read(pipeline(caseload.read, page, technician, "", "", sort))
        assert found["totalKeysExamined"] <= 3 * (PER_PAGE + 1)


@pytest.mark.parametrize("attention", caseload.Attention)
def test_technicians_list_of_who_needs_attention_scans_no_collection(plans, attention):
    technician = User(email="t3@example.org")
    assert_on_indexes(plans(caseload.read, FIRST, technician, "", attention, "nombre"))


def test_session_is_read_with_its_user_without_compiling_the_query(admin, commands):
    """For one user, MongoDB would take longer to compile than to read."""
    with commands() as seen:
        admin.get("/me/")
    plan = explained(seen[0].body["pipeline"], collection=sessions.sessions, collation=None)
    assert plan["explainVersion"] == "1"


@pytest.mark.usefixtures("hundreds")
def test_technicians_numbers_scan_no_collection():
    births = caseload.birth_boundaries(date(2026, 11, 21))
    assert_on_indexes(stages(caseload.pipeline(User(email="t3@example.org"), births)))


@pytest.mark.usefixtures("empty_database")
def test_page_of_the_log_beside_an_entry_reads_no_more_the_more_pages_come_before(pipeline, beside):
    eva = audit.Actor("Eva", "eva@example.org")
    audit.record([audit.entry(eva, audit.Action.EDIT, {}) for _n in range(300)])
    before, after = beside(300, audit.PER_PAGE, audit.read, {})
    for page in before, after:
        assert page.beside
        found = read(pipeline(audit.read, page, {}), collection=audit.entries, collation=None)
        assert found["totalKeysExamined"] <= 2 * (audit.PER_PAGE + 1)


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
