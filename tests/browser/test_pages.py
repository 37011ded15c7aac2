"""The table of pages itself."""

from django.urls import URLResolver, get_resolver, resolve

from .pages import NO_PAGES, PAGES

LINKS = {"reset": "/password/reset/x/y/", "invitation": "/password/set/x/y/"}
IDS = dict.fromkeys(("cliente", "tecnico", "movie", "comment"), "0" * 24)


def names(patterns):
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry.url_patterns)
        else:
            yield entry.name


def test_table_has_a_page_for_every_url():
    paths = {page.path.partition("?")[0].format(**LINKS, **IDS) for page in PAGES}
    shown = {resolve(path).url_name for path in paths - {"/not/there/"}}
    assert set(names(get_resolver().url_patterns)) == shown | NO_PAGES
