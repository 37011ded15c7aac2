"""Debian's Chromium. Importing this needs no browser and no Playwright."""

import os
import shutil

# What of it talks to the outside, or needs what a headless machine may lack.
FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-gpu"]

MISSING = (
    "There is no chromium for the browser tests: install Debian's package with "
    "`apt-get install chromium`, or put the path of a Chromium into CHROMIUM."
)


def path() -> str | None:
    return shutil.which(os.environ.get("CHROMIUM") or "chromium")


def launch(playwright):
    return playwright.chromium.launch(executable_path=path(), args=FLAGS)
