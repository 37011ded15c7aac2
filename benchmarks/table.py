"""What was measured, to read."""

from rich.table import Table

HEADINGS = (
    "job",
    "p50 ms",
    "p95",
    "p99",
    "req/s at 8",
    "at 64",
    "CPU ms",
    "mongod ms",
    "commands",
    "examined",
    "KB",
    "/ logged out",
    "/ raw",
    "/ empty",
    "/ ORM",
    "/ M220P",
)

LEGEND = (
    "p50 to p99 one after another; CPU and ratios with 8 connections; examined: documents that "
    "MongoDB looked at for each that the page shows; KB as sent; logged out: the same, in turn"
)


def of(found: dict) -> Table:
    """A line for each job."""
    table = Table(*HEADINGS, pad_edge=False, caption=LEGEND)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, job in found["jobs"].items():
        table.add_row(name, *line(job, found["about"]["empty"]))
    return table


def line(job: dict, empty: float) -> list[str]:
    sequential = job["sequential"]
    return [
        *(f"{sequential[name]:.1f}" for name in ("p50", "p95", "p99")),
        f"{job['rate']:.0f}",
        f"{job['many']['rate']:.0f}" if "many" in job else "",
        f"{job['cpu_ms']:.2f}",
        f"{job['mongod_ms']:.2f}",
        f"{job['commands']:.1f}" if "commands" in job else "",
        f"{job['examined'] / job['rows']:.1f}" if job.get("rows") else "",
        f"{job['bytes'] / 1024:.1f}",
        ratio(job, job.get("logged_out"), digits=2),
        ratio(job, job.get("raw"), digits=2),
        ratio(job, job.get("empty", empty), digits=2),
        ratio(job, job.get("orm")),
        ratio(job, job.get("m220p")),
    ]


def ratio(job: dict, other: float | None, digits: int = 1) -> str:
    return f"{job['rate'] / other:.{digits}f}" if other else ""


def sentences(about: dict) -> list[str]:
    memory = "; ".join(
        f"{when} {', '.join(map(str, mb))}" for when, mb in about["workers_mb"].items()
    )
    found = [
        f"{about['at']}, commit {about['commit']}, {about['cores']} cores, {about['films']} films, "
        f"{about['users']} users, Python {about['python']}.",
        f"An empty view: {about['empty']:.0f} requests per second. "
        f"A password's check alone: {about['password_ms']:.0f} ms.",
        f"First page after `manage.py start`: {about['start_seconds']:.1f} s.",
        f"Memory of the workers, MB: {memory}.",
        f"Connections to MongoDB: {about['connections']} for {about['threads']} threads.",
    ]
    if "films_ms" in about:
        alone, beside = about["films_ms"]["alone"], about["films_ms"]["beside"]
        found.append(f"p95 of films: {alone:.0f} ms alone, {beside:.0f} ms while 50 log in.")
    return found + [f"Not measured: {sentence}." for sentence in about["failed"]]
