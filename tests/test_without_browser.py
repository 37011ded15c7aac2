"""What somebody without a Chromium is told."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.browser import chromium, screenshots

# A run of its own has a folder of its own: it removes it in the end.
OF_THIS_RUN = ("PIALARA_TEST_DIR", "PYTEST_XDIST_WORKER")


@pytest.fixture(autouse=True)
def _no_chromium(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "no-such-browser")


def collect(*arguments: str) -> subprocess.CompletedProcess:
    """What `pytest` says before it runs any test."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "--collect-only", "-q", *arguments]
    env = {name: value for name, value in os.environ.items() if name not in OF_THIS_RUN}
    options = {"cwd": settings.BASE_DIR, "env": env, "capture_output": True, "text": True}
    return subprocess.run(command, check=False, **options)


def test_make_e2e_says_what_is_missing_and_fails():
    run = collect("-m", "browser", "tests/browser/test_keyboard.py")
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert chromium.MISSING in run.stderr


def test_make_screenshots_says_what_is_missing_and_fails():
    with pytest.raises(SystemExit, match=r"apt-get install chromium"):
        screenshots.main([])


@pytest.mark.parametrize(("program", "found"), [("no-such-browser", "missing"), ("sh", "here")])
def test_make_test_says_that_it_skipped_the_browser_tests(monkeypatch, program, found):
    monkeypatch.setenv("CHROMIUM", program)
    said = collect("tests/test_static.py").stdout
    assert "The browser tests were skipped; `make e2e` runs them" in said
    assert f"Debian's package {chromium.PACKAGE}, which is {found}." in said
