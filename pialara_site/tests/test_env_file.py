"""What the file .env may say, and what is said of it."""

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from pialara_site import env_file

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def read(monkeypatch, tmp_path):
    """What the environment holds, having held SET alone, after such a file was read."""

    def environment(content: bytes) -> dict[str, str]:
        monkeypatch.setattr(environ.Env, "ENVIRON", {"SET": "before"})
        (tmp_path / ".env").write_bytes(content)
        env_file.read(tmp_path / ".env")
        return environ.Env.ENVIRON

    return environment


def test_variables_are_read(read):
    found = read(b"# A comment\n\nDEBUG=False\n  export A='b c'  \nEMPTY=\n")
    assert found == {"SET": "before", "DEBUG": "False", "A": "b c", "EMPTY": ""}


def test_environment_wins(read):
    assert read(b"SET=after") == {"SET": "before"}


def test_mark_that_editors_put_first_is_passed_over(read):
    assert read(b"\xef\xbb\xbfDEBUG=False\r\n")["DEBUG"] == "False"


def test_without_a_file_nothing_is_read(tmp_path):
    env_file.read(tmp_path / ".env")


@pytest.mark.parametrize("line", ["DEBUG = False", "DEBUG", "DEBUG: False", "PASS WORD=secret"])
def test_line_that_says_nothing_ends_it_and_is_not_shown(read, line):
    with pytest.raises(ImproperlyConfigured, match=r"^Line 2 of .*\.env is neither") as error:
        read(f"# Ours\n{line}\nSECRET_KEY=x".encode())
    assert line not in str(error.value)


def test_file_of_another_encoding_ends_it(read):
    with pytest.raises(ImproperlyConfigured, match=r"\.env is not UTF-8\.$"):
        read("DEFAULT_FROM_EMAIL=Logopédia".encode("latin-1"))


def test_file_that_cannot_be_read_ends_it(tmp_path):
    (tmp_path / ".env").mkdir()
    with pytest.raises(ImproperlyConfigured, match=r"\.env can't be read: Is a directory\.$"):
        env_file.read(tmp_path / ".env")
