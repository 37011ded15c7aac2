"""What is collected for a real server, and when."""

import os
from threading import BoundedSemaphore

import pytest
from django.core.management import CommandError
from django.utils.translation import override

from pialara_site import static_files, streams
from pialara_site.static_files import ONE_PIECE, StaticFilesMiddleware
from pialara_site.turns import Busy


@pytest.fixture
def source(settings, tmp_path):
    """A site with one static file, whose `manage.py` says that it collected."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.BASE_DIR = tmp_path
    (tmp_path / "manage.py").write_text('print(file=open("collections", "a"))')
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "site.css").write_text("a")
    return tmp_path / "source"


@pytest.fixture
def collections(source, monkeypatch):
    """How often collectstatic has run."""
    monkeypatch.chdir(source.parent)
    return lambda: len((source.parent / "collections").read_text())


def test_files_are_collected_once(collections):
    static_files.collect()
    static_files.collect()
    assert collections() == 1


def test_changed_file_is_collected_again(source, collections):
    static_files.collect()
    (source / "site.css").write_text("b")
    os.utime(source / "site.css", ns=(0, 1))
    static_files.collect()
    assert collections() == 2


def test_file_that_is_added_or_gone_is_noticed(source, collections):
    static_files.collect()
    (source / "new.css").write_text("")
    static_files.collect()
    (source / "new.css").unlink()
    static_files.collect()
    assert collections() == 3


def test_files_that_are_as_before_a_failed_collection_are_collected_again(source, collections):
    static_files.collect()
    (source / "new.css").write_text("")
    manage = source.parent / "manage.py"
    good = manage.read_text()
    manage.write_text("raise SystemExit(1)")
    with pytest.raises(CommandError):
        static_files.collect()
    (source / "new.css").unlink()  # as when a release is taken back
    manage.write_text(good)
    static_files.collect()
    assert collections() == 2


def test_folder_that_is_not_writable_is_named(source, settings, english):
    settings.STATIC_ROOT = source / "site.css" / "static"
    with pytest.raises(CommandError, match=r"static is not writable .* VAR_DIR"):
        static_files.collect()


def test_collection_that_failed_is_one_sentence_and_tried_again(source, collections):
    manage = source.parent / "manage.py"
    good = manage.read_text()
    manage.write_text("raise SystemExit(1)")
    with override("en"), pytest.raises(CommandError, match="static files"):
        static_files.collect()
    manage.write_text(good)
    static_files.collect()
    assert collections() == 1


# Handing them out


@pytest.fixture
def served(rf, settings, tmp_path):
    """`served(size)` is the answer to who asks for a file of so many bytes."""
    settings.STATIC_ROOT, settings.WHITENOISE_AUTOREFRESH = tmp_path, True
    answers = []

    def served(size: int):
        (tmp_path / f"{size}.css").write_bytes(b"a" * size)
        middleware = StaticFilesMiddleware(lambda request: None)
        answers.append(middleware(rf.get(f"/static/{size}.css")))
        return answers[-1]

    yield served
    for answer in answers:
        answer.close()


def test_file_is_sent_in_one_piece_so_that_its_reader_holds_no_thread(served):
    assert list(served(ONE_PIECE).streaming_content) == [b"a" * ONE_PIECE]


def test_readers_of_larger_files_leave_threads_for_others(served, monkeypatch):
    monkeypatch.setattr(streams, "free", BoundedSemaphore(1))
    served(ONE_PIECE + 1)
    with pytest.raises(Busy):
        served(ONE_PIECE + 1)
    assert served(ONE_PIECE).status_code == 200


def test_larger_file_is_whole(served):
    assert len(b"".join(served(3 * ONE_PIECE).streaming_content)) == 3 * ONE_PIECE
