"""The README points to what is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(settings.BASE_DIR)
TARGETS = re.findall(r"\]\(([^)#]+)", (FOLDER / "README.md").read_text())
FILES = [target for target in TARGETS if "://" not in target]
PICTURES = [file for file in FILES if file.endswith(".png")]


@pytest.mark.parametrize("file", FILES)
def test_file_that_the_readme_links_to_exists(file):
    assert (FOLDER / file).is_file()


def test_readme_shows_four_pictures():
    assert len(PICTURES) == 4


@pytest.mark.parametrize("file", PICTURES)
def test_picture_of_the_readme_is_small(file):
    assert (FOLDER / file).stat().st_size <= 150_000
