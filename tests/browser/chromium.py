"""Debian's Chromium. Importing this needs no browser and no Playwright."""

import os
import shutil

# What of it talks to the outside, or needs what a headless machine may lack.
FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-gpu"]

PACKAGE = "chromium-headless-shell"  # Chromium without its windows, three times as fast
MISSING = (
    "There is no Chromium for the browser tests: install Debian's package with "
    f"`apt-get install {PACKAGE}`, or put the path of a Chromium into CHROMIUM."
)


def path() -> str | None:
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [PACKAGE, "chromium"]
    return next(filter(None, map(shutil.which, candidates)), None)


def launch(playwright):
    return playwright.chromium.launch(executable_path=path(), args=FLAGS)
