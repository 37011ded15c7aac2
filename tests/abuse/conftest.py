import logging

import pytest


@pytest.fixture(autouse=True)
def _no_lines_of_refusals():
    """Thousands of refused requests would each write and format a line."""
    logger = logging.getLogger("django.request")
    logger.setLevel(logging.ERROR)
    yield
    logger.setLevel(logging.NOTSET)
