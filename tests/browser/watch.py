"""What no page should do, written down while it is looked at."""

from pathlib import Path

import pytest

STRUCTURE = Path(__file__).with_name("structure.js").read_text()


def listen(page, said: list[str], own: str):
    """Add to `said` what the page complains of, what fails, and what it asks other hosts for."""

    def on_console(message):
        # What could not be loaded is told by its answer, which knows more.
        if not message.text.startswith("Failed to load resource"):
            said.append(f"console: {message.text}")

    def on_request(request):
        if not request.url.startswith((f"{own}/", "data:")):
            said.append(f"request to another host: {request.url}")

    def on_answer(answer):
        # The test knows what to expect of the page itself.
        if answer.status >= 400 and not answer.request.is_navigation_request():
            said.append(f"{answer.status}: {answer.url}")

    def on_failure(request):
        # What a page that is left had not got yet is no failure.
        if request.failure != "net::ERR_ABORTED":
            said.append(f"{request.failure}: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", on_request)
    page.on("response", on_answer)
    page.on("requestfailed", on_failure)


def expect_none(faults: list[str]):
    """Fail and name the faults, if there are any."""
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
