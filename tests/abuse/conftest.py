import logging

import pytest


@pytest.fixture(autouse=True)
def _no_lines_of_refusals():
    """Thousands of refused requests would each write and format a line."""
    loggers = [logging.getLogger(name) for name in ("django.request", "django.security")]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    yield
    for logger in loggers:
        logger.setLevel(logging.NOTSET)
