"""What the pages of films say, read from their HTML: a test knows no more than a reader."""

import re
from collections.abc import Iterator
from functools import cached_property
from html import unescape
from urllib.parse import parse_qsl

from bson import ObjectId
from django.test import Client
from django.test.html import Element, parse_html

PATH = "/mflix/"
FILM = re.compile(r"/mflix/movies/([0-9a-f]{24})/")
# What walking through hundreds of films needs of each page; to parse it takes half as long again
# as to get it.
COUNT = re.compile(r'<p id="count"[^>]*>(.*?)</p>', re.DOTALL)
FILMS = re.compile(r'<ul class="films">(.*?)</ul>', re.DOTALL)
FILM_LINK = re.compile(rf'<a href="{FILM.pattern}"')
LINK = r'<a [^>]*rel="%s" href="([^"]*)"'


class Page:
    """The page at `path`, in English, as `client` gets it."""

    def __init__(self, client: Client, path: str):
        response = client.get(path, headers={"Accept-Language": "en"})
        assert response.status_code == 200, path
        self.html = response.text

    @cached_property
    def root(self) -> Element:
        return parse_html(self.html)

    def all(self, name: str, **attributes: str) -> list[Element]:
        return [each for each in elements(self.root) if is_a(each, name, **attributes)]

    def one(self, name: str, **attributes: str) -> Element:
        [found] = self.all(name, **attributes)
        return found


class FilmPage(Page):
    def __init__(self, client: Client, movie: dict):
        super().__init__(client, f"{PATH}movies/{movie['_id']}/")

    @property
    def details(self) -> dict[str, Element]:
        """What the page says of the film, by its name."""
        terms = [e for e in self.one("dl", class_="details").children if isinstance(e, Element)]
        return {text(name): value for name, value in zip(terms[::2], terms[1::2], strict=True)}

    @property
    def ratings(self) -> list[list[str]]:
        rows = [row for table in self.all("tbody") for row in table.children]
        return [[text(cell) for cell in row.children] for row in rows if isinstance(row, Element)]

    @property
    def similar(self) -> list[ObjectId]:
        lists = self.all("div", aria_labelledby="similar")
        return [id_ for each in lists for id_ in film_ids(each)]


class FilmsPage(Page):
    """The page of films with this query."""

    def __init__(self, client: Client, query=""):
        # The link without any filter leads to the page itself.
        self.query = query.removeprefix(PATH).removeprefix("?")
        super().__init__(client, f"{PATH}?{self.query}")

    @property
    def films(self) -> list[ObjectId]:
        """The ids of the films in the list, in its order."""
        lists = FILMS.findall(self.html)
        return [ObjectId(id_) for each in lists for id_ in FILM_LINK.findall(each)]

    @property
    def count(self) -> str:
        [count] = COUNT.findall(self.html)
        return " ".join(unescape(count).split())

    @property
    def total(self) -> int:
        return number(self.count)

    @property
    def chosen(self) -> dict[str, str]:
        """The tags: what they say, and where they lead."""
        return {text(a): href(a) for each in self.all("ul", class_="chosen") for a in links(each)}

    @property
    def sorts(self) -> dict[str, str]:
        return {text(a): href(a) for each in self.all("ul", class_="sorts") for a in links(each)}

    @property
    def next(self) -> str | None:
        return self._link("next")

    @property
    def previous(self) -> str | None:
        return self._link("prev")

    def _link(self, rel: str) -> str | None:
        return next(map(unescape, re.findall(LINK % rel, self.html)), None)

    @property
    def facets(self) -> dict[str, dict[str, int]]:
        """By parameter (a decade's is `year_from`), the values that links add, with the counts."""
        counts = {}
        for each in self.all("ul", class_="facet"):
            for a in links(each):
                added = set(parse_qsl(href(a)[1:])) - set(parse_qsl(self.query))
                name, value = min(added, default=(None, None))
                counts.setdefault(name, {})[value] = number(text(count_of(a)))
        counts.pop(None, None)
        return counts

    @property
    def facet_links(self) -> dict[str, int]:
        return {
            href(a): number(text(count_of(a)))
            for each in self.all("ul", class_="facet")
            for a in links(each)
        }

    @property
    def loosened(self) -> dict[str, int]:
        """Where an empty result leads, with the numbers it promises."""
        note = self.all("div", class_="empty")
        items = [each for part in note for each in elements(part) if is_a(each, "li")]
        return {href(links(each)[0]): number(text(each).rpartition(":")[2]) for each in items}


def walk(client: Client, query="") -> list[FilmsPage]:
    """All pages from the first one on, by their links."""
    pages = [FilmsPage(client, query)]
    while pages[-1].next:
        pages.append(FilmsPage(client, pages[-1].next))
    return pages


def walk_back(client: Client, last: FilmsPage) -> list[FilmsPage]:
    """The pages from the first to the last one, as somebody sees them who comes from there."""
    pages = [last]
    while pages[0].previous:
        pages.insert(0, FilmsPage(client, pages[0].previous))
    return pages


def elements(root) -> Iterator[Element]:
    if isinstance(root, Element):
        yield root
        for child in root.children:
            yield from elements(child)


def is_a(element: Element, name: str, **attributes: str) -> bool:
    found = dict(element.attributes)
    wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return element.name == name and all(found.get(n) == v for n, v in wanted.items())


def links(root: Element) -> list[Element]:
    return [each for each in elements(root) if is_a(each, "a")]


def href(link: Element) -> str:
    return dict(link.attributes)["href"]


def text(root) -> str:
    if isinstance(root, str):
        return root
    return " ".join(" ".join(map(text, root.children)).split())


def count_of(link: Element) -> Element:
    [found] = [each for each in elements(link) if is_a(each, "span", class_="count")]
    return found


def number(words: str) -> int:
    return int("".join(filter(str.isdigit, words)) or 0)


def film_ids(root: Element) -> list[ObjectId]:
    """The films that a part of a page links to, in its order."""
    found = (FILM.fullmatch(href(link)) for link in links(root))
    return [ObjectId(match[1]) for match in found if match]
