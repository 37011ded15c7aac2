"""Dates and numbers as people of each language write them."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.humanize.templatetags.humanize import intcomma
from django.forms import DateField, ValidationError
from django.template.defaultfilters import floatformat
from django.utils import translation
from django.utils.formats import date_format

SPACE = "\N{NO-BREAK SPACE}"  # as the Spanish academy wants it
DAY, TIME = date(2026, 4, 3), datetime(2026, 4, 3, 15, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "value", "name", "shown"),
    [
        ("es", DAY, "DATE_FORMAT", "3 de abril de 2026"),
        ("es", DAY, "SHORT_DATE_FORMAT", "03/04/2026"),
        ("es", TIME, "DATETIME_FORMAT", "3 de abril de 2026 a las 15:05"),
        ("es", TIME, "SHORT_DATETIME_FORMAT", "03/04/2026 15:05"),
        ("es", DAY, "YEAR_MONTH_FORMAT", "abril de 2026"),
        ("en", DAY, "DATE_FORMAT", "3 April 2026"),
        ("en", DAY, "SHORT_DATE_FORMAT", "3 Apr 2026"),
        ("en", TIME, "DATETIME_FORMAT", "3 April 2026, 15:05"),
        ("en", TIME, "SHORT_DATETIME_FORMAT", "3 Apr 2026, 15:05"),
        ("en", TIME, "TIME_FORMAT", "15:05"),
        ("en", DAY, "MONTH_DAY_FORMAT", "3 April"),
        ("en", DAY, "YEAR_MONTH_FORMAT", "April 2026"),
    ],
)
def test_dates_can_not_be_mistaken(language, value, name, shown):
    with translation.override(language):
        assert date_format(value, name) == shown


@pytest.mark.parametrize(
    ("language", "typed"), [("es", "3/4/2026"), ("en", "3 Apr 2026"), ("en", "2026-04-03")]
)
def test_typed_dates_are_read_as_they_are_shown(language, typed):
    with translation.override(language):
        assert DateField().clean(typed) == DAY


def test_english_date_that_could_be_two_days_is_refused():
    with translation.override("en"), pytest.raises(ValidationError):
        DateField().clean("3/4/2026")


@pytest.mark.parametrize(
    ("language", "whole", "rating"),
    [("es", f"1{SPACE}234{SPACE}567", f"1{SPACE}234,50"), ("en", "1,234,567", "1,234.50")],
)
def test_numbers_have_the_separators_of_the_language(language, whole, rating):
    with translation.override(language):
        assert intcomma(1234567) == whole
        assert floatformat(1234.5, "-2g") == rating
