"""Files that are larger than any form takes."""

from io import BytesIO

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser

from pialara_site.uploads import MOST_KEPT, CappedUpload

PIECE = 2**16


def uploaded(size: int, times: int = 1) -> list:
    """The files as a form gets them."""
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    body = (head + b"\0" * size + b"\r\n") * times + b"--x--\r\n"
    meta = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(len(body))}
    request = HttpRequest()
    handlers = [CappedUpload(request), TemporaryFileUploadHandler(request)]
    _post, files = MultiPartParser(meta, BytesIO(body), handlers).parse()
    return files.getlist("image")


@pytest.mark.parametrize("size", [1, PIECE, MOST_KEPT])
def test_file_that_fits_is_whole(size):
    [file] = uploaded(size)
    with file:
        assert len(file.read()) == file.size == size


def test_file_that_does_not_fit_is_seen_to_be_too_large_and_cut():
    [file] = uploaded(MOST_KEPT * 2)
    with file:
        assert MOST_KEPT <= file.size <= MOST_KEPT + PIECE
        assert len(file.read()) == file.size


def test_many_files_take_no_more_room_than_one():
    files = uploaded(MOST_KEPT // 2, times=10)
    try:
        assert sum(len(file.read()) for file in files) <= MOST_KEPT + PIECE
    finally:
        for file in files:
            file.close()
