"""What a screen reader says of the forms, as Chromium computes names and descriptions."""

import re

import pytest
from playwright.sync_api import expect

from .pages import PAGES, VISITS

FIELDS = "main :is(input:not([type=hidden]), select, textarea):visible"
UNSENT = [(page, page.roles[-1]) for page in PAGES if not page.state]
SENT = [(page, role) for page, role in VISITS if page.state.startswith("sent")]

# Of what an invalid field is described by.
HELP = "(field) => document.getElementById(`${field.id}_helptext`)?.innerText ?? ''"


@pytest.mark.parametrize(("wanted", "role"), UNSENT, ids=str)
def test_every_field_has_a_name(visit, wanted, role):
    page = visit(wanted, role)
    for field in page.locator(FIELDS).all():
        expect(field).to_have_accessible_name(re.compile(r"\S"))


@pytest.mark.parametrize(("wanted", "role"), SENT, ids=str)
def test_errors_and_help_are_read_out_with_their_field(visit, wanted, role):
    page = visit(wanted, role)
    summary = page.get_by_role("alert")
    expect(summary).to_be_visible()
    for line in summary.get_by_role("listitem").filter(has=page.get_by_role("link")).all():
        label, _colon, error = line.text_content().partition(": ")
        field = page.locator(line.get_by_role("link").get_attribute("href"))
        expect(field).to_have_accessible_name(re.compile(f"^{re.escape(label)}"))
        for words in filter(None, (error, field.evaluate(HELP))):
            expect(field).to_have_accessible_description(re.compile(in_any_spacing(words)))


def in_any_spacing(words: str) -> str:
    return r"\s*".join(map(re.escape, words.split()))
