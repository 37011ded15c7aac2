"""What a page may cost an old tablet on a slow line, from a site as a centre runs it."""

from contextlib import contextmanager

import pytest

from .pages import VISITS
from .visitors import Visitors
from .watch import expect_none, listen

SLOWER_CPU = 4
LATENCY_MS = 150
BYTES_PER_SECOND = 1_600_000 / 8

FIRST_PAINT_MS = 1500
LAYOUT_SHIFT = 0.05
KILOBYTES = 60  # of styles, and of scripts

# The first of several tries that fits: what else the machine does only ever adds.
TRIES = 5

# What its users see first and most.
MOST_SEEN = [
    ("/", "anonymous"),
    ("/login/", "anonymous"),
    ("/mflix/", "anonymous"),
    ("/mflix/movies/{movie}/", "anonymous"),
    ("/users/", "admin"),
    ("/", "admin"),
    ("/", "tecnico"),
    ("/", "cliente"),
]

GUIDE = "/styleguide/"  # is for developers

# All that a centre's site has. The links in mails are of the other site.
EVERY = [
    (page.path, role)
    for page, role in VISITS
    if page.site == "site" and not page.state and page.path[0] == "/" and page.path != GUIDE
]

LOADED = """() => {
  const loaded = performance.getEntriesByType("resource")
  const bytes = (ending) => loaded.filter(({ name }) => new URL(name).pathname.endsWith(ending))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
  return {
    css: bytes(".css"),
    js: bytes(".js"),
    blocking: loaded.filter((each) => each.renderBlockingStatus === "blocking")
      .map(({ name }) => new URL(name).pathname).filter((path) => !path.endsWith(".css")),
  }
}"""

# The observer hears also what was before it, once it gets to it.
PAINTED = """async () => {
  const entries = (type) => new Promise((heard) => {
    new PerformanceObserver((list) => heard(list.getEntries())).observe({ type, buffered: true })
    setTimeout(() => heard([]), 500) // there may be none
  })
  const paints = await entries("paint")
  const shifts = (await entries("layout-shift")).filter((each) => !each.hadRecentInput)
  return {
    paint: Math.min(...paints.map((each) => each.startTime)),
    shift: shifts.reduce((sum, { value }) => sum + value, 0),
  }
}"""


@pytest.fixture(scope="session")
def slow_visitors(browser, production):
    return Visitors(browser, production)


@pytest.fixture
def visit(slow_visitors, stage):
    """`with visit(path, role) as page` has nothing in its cache when it goes there."""

    @contextmanager
    def visit(path, role, before=lambda page: None):
        said = []
        with slow_visitors.context(role, "es") as context:
            page = context.new_page()
            listen(page, said, slow_visitors.site.address)
            before(page)
            answer = page.goto(stage.path(path, role))
            assert answer.status == 200
            yield page
        expect_none(said)

    return visit


def slow_down(page):
    cdp = page.context.new_cdp_session(page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    speed = {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **speed})


@pytest.mark.parametrize(("path", "role"), EVERY)
def test_page_loads_little(visit, path, role):
    with visit(path, role) as page:
        loaded = page.evaluate(LOADED)
    assert 0 < loaded["css"] <= KILOBYTES * 1000
    assert loaded["js"] <= KILOBYTES * 1000
    assert loaded["blocking"] == []


@pytest.mark.parametrize(("path", "role"), MOST_SEEN)
def test_page_is_fast_on_a_slow_device(visit, path, role):
    found = []
    for _ in range(TRIES):
        with visit(path, role, before=slow_down) as page:
            page.wait_for_load_state("networkidle")
            found = excesses(page.evaluate(PAINTED))
        if not found:
            break
    expect_none(found)


def excesses(cost: dict) -> list[str]:
    found = []
    if cost["paint"] > FIRST_PAINT_MS:
        found.append(f"the first paint comes after {cost['paint']:.0f} ms")
    if cost["shift"] > LAYOUT_SHIFT:
        found.append(f"the layout shifts by {cost['shift']:.3f}")
    return found
