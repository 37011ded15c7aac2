"""Pictures of every page, in both languages and themes, on a phone and a desktop: var/screenshots.

    python -m tests.browser.screenshots [path …]

takes all pages, or those whose path begins so.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pialara_site.settings")

import django
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.text import slugify
from playwright.sync_api import sync_playwright
from pymongo import MongoClient
from rich.progress import track

from . import chromium, server
from .pages import PAGES, THROTTLED
from .visitors import LANGUAGES, Stage, Visitors

SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
THEMES = ("light", "dark")
TALLEST = 3000
FOLDER = settings.VAR_DIR / "screenshots"

INDEX = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>body {{ font-family: sans-serif }} div {{ display: flex; gap: 1rem; overflow-x: auto }}
img {{ height: 20rem; border: 1px solid gray }} figure {{ margin: 0 }}</style>
<h1>Screenshots</h1>{}"""
FIGURE = (
    '<figure><a href="{0}"><img src="{0}" alt="" loading="lazy"></a>'
    "<figcaption>{0}</figcaption></figure>"
)


def main(prefixes: list[str]):
    if not chromium.path():
        sys.exit(chromium.MISSING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [page for page in PAGES if page.path.startswith(tuple(prefixes or [""]))]
    with (
        tempfile.TemporaryDirectory(prefix="pialara-") as folder,
        server.demo(Path(folder) / "demo") as demo,
        server.without_database(Path(folder) / "without-database") as without_database,
        server.unprepared(Path(folder) / "unprepared", demo.mongodb_uri) as unprepared,
        sync_playwright() as playwright,
        chromium.launch(playwright) as browser,
        MongoClient(demo.mongodb_uri) as mongodb,
    ):
        sites = {"site": demo, "without_database": without_database, "unprepared": unprepared}
        visitors = Visitors(browser, demo)
        stage = Stage(visitors, mongodb)
        pictures = {}
        for page in track(wanted, "Screenshots"):
            for role in page.roles:
                pictures[f"{page} ({role})"] = [
                    picture
                    for language in LANGUAGES
                    for picture in take(visitors, stage, sites[page.site], page, role, language)
                ]
    (FOLDER / "index.html").write_text(index(pictures))
    sys.stdout.write(f"See {FOLDER / 'index.html'}\n")


def take(visitors, stage, site, wanted, role: str, language: str) -> list[str]:
    """The names of the files with a page's pictures in one language."""
    stage.throttle(THROTTLED)
    names = []
    with visitors.context(role, language, site) as context:
        page = context.new_page()
        page.goto(stage.path(wanted.path, role))
        if wanted.reach:
            wanted.reach(page)
        about = slugify(f"{wanted} {role} {language}".replace("/", " "))
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            tall = page.evaluate("document.documentElement.scrollHeight")
            clip = {"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST)}
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                names.append(f"{about}-{theme}-{size}.png")
                options = {"full_page": True, "clip": clip, "animations": "disabled"}
                page.screenshot(path=FOLDER / names[-1], **options)
    return names


def index(pictures: dict[str, list[str]]) -> str:
    groups = [
        (title, format_html_join("", FIGURE, ((name,) for name in names)))
        for title, names in pictures.items()
    ]
    return format_html(INDEX, format_html_join("", "<h2>{}</h2><div>{}</div>", groups))


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1:])
