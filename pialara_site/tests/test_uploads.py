"""Files that are larger than any form takes."""

from io import BytesIO

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser

from pialara_site.uploads import MOST_KEPT, CappedUpload

PIECE = 2**16


def uploaded(size: int):
    """The file as a form gets it."""
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    body = head + b"\0" * size + b"\r\n--x--\r\n"
    meta = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(len(body))}
    request = HttpRequest()
    handlers = [CappedUpload(request), TemporaryFileUploadHandler(request)]
    _post, files = MultiPartParser(meta, BytesIO(body), handlers).parse()
    return files["image"]


@pytest.mark.parametrize("size", [1, PIECE, MOST_KEPT])
def test_file_that_fits_is_whole(size):
    with uploaded(size) as file:
        assert len(file.read()) == file.size == size


def test_file_that_does_not_fit_is_seen_to_be_too_large_and_cut():
    with uploaded(MOST_KEPT * 2) as file:
        assert MOST_KEPT <= file.size <= MOST_KEPT + PIECE
        assert len(file.read()) == file.size
