"""What a page may cost an old tablet on a slow line, from a site as a centre runs it."""

import pytest

from .visitors import Visitors
from .watch import expect_none, listen

SLOWER_CPU = 4
LATENCY_MS = 150
BYTES_PER_SECOND = 1_600_000 / 8

FIRST_PAINT_MS = 1500
LAYOUT_SHIFT = 0.05
KILOBYTES = 60  # of styles, and of scripts

# The first of several visits that fits: what else the machine does only ever adds.
VISITS = 5

PAGES = [
    ("/", "anonymous"),
    ("/login/", "anonymous"),
    ("/mflix/", "anonymous"),
    ("/mflix/movies/{movie}/", "anonymous"),
    ("/users/", "admin"),
    ("/", "admin"),
    ("/", "tecnico"),
    ("/", "cliente"),
]

# The observer hears also what was before it, once it gets to it.
MEASURE = """async () => {
  const entries = (type) => new Promise((heard) => {
    new PerformanceObserver((list) => heard(list.getEntries())).observe({ type, buffered: true })
    setTimeout(() => heard([]), 500) // there may be none
  })
  const paints = await entries("paint")
  const shifts = (await entries("layout-shift")).filter((each) => !each.hadRecentInput)
  const loaded = performance.getEntriesByType("resource")
  const bytes = (ending) => loaded.filter(({ name }) => new URL(name).pathname.endsWith(ending))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
  return {
    paint: Math.min(...paints.map((each) => each.startTime)),
    shift: shifts.reduce((sum, { value }) => sum + value, 0),
    css: bytes(".css"),
    js: bytes(".js"),
    blocking: loaded.filter((each) => each.renderBlockingStatus === "blocking")
      .map(({ name }) => new URL(name).pathname).filter((path) => !path.endsWith(".css")),
  }
}"""


@pytest.fixture(scope="session")
def slow_visitors(browser, production):
    return Visitors(browser, production)


@pytest.fixture
def measured(slow_visitors, stage):
    """`measured(path, role)` is what one visit costs, with nothing in the browser's cache."""

    def measured(path, role):
        said = []
        with slow_visitors.context(role, "es") as context:
            page = context.new_page()
            listen(page, said, slow_visitors.site.address)
            cdp = context.new_cdp_session(page)
            cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
            speed = {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
            cdp.send("Network.enable")
            cdp.send(
                "Network.emulateNetworkConditions",
                {"offline": False, "latency": LATENCY_MS, **speed},
            )
            page.goto(stage.path(path, role), wait_until="networkidle")
            cost = page.evaluate(MEASURE)
        expect_none(said)
        return cost

    return measured


def excesses(cost: dict) -> list[str]:
    found = [f"{path} holds up the first paint" for path in cost["blocking"]]
    if cost["paint"] > FIRST_PAINT_MS:
        found.append(f"the first paint comes after {cost['paint']:.0f} ms")
    if cost["shift"] > LAYOUT_SHIFT:
        found.append(f"the layout shifts by {cost['shift']:.3f}")
    for kind in ("css", "js"):
        if cost[kind] > KILOBYTES * 1000:
            found.append(f"{cost[kind]} bytes of {kind}")
    return found


@pytest.mark.parametrize(("path", "role"), PAGES)
def test_page_is_fast_on_a_slow_device(measured, path, role):
    found = []
    for _ in range(VISITS):
        found = excesses(measured(path, role))
        if not found:
            break
    expect_none(found)
