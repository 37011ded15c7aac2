"""Files that are something else than they say, as images of comments."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from mflix.attachments import chunks, files
from mflix.comments import comments
from mflix.pictures import FORMATS
from mflix.tests.mothers import a_movie, an_image
from mflix.tests.test_attachments import a_bilevel_png
from tests.abuse.payloads import PLACES

SCRIPT = b"<script>alert(1)</script>"


def a_zip() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("../../evil.html", SCRIPT)
    return out.getvalue()


def with_text(size: int) -> bytes:
    """A PNG with a text beside its pixels, which packs well."""
    told, out = PngImagePlugin.PngInfo(), BytesIO()
    told.add_text("Comment", SCRIPT.decode() + "A" * size, zip=True)
    Image.new("RGB", (8, 6)).save(out, "PNG", pnginfo=told)
    return out.getvalue()


POLYGLOTS = {
    "page after a picture": an_image("GIF") + SCRIPT,
    "page in a comment of a picture": an_image("GIF", comment=SCRIPT),
    "page in a JPEG's comment": an_image("JPEG", comment=SCRIPT),
    "page in a PNG's text": with_text(0),
    "archive after a picture": an_image("PNG") + a_zip(),
    "archive after a photo": an_image("JPEG") + a_zip(),
    "script after a picture": an_image("GIF") + b"=1;/*" + SCRIPT + b"*/",
    "program after a picture": an_image("WEBP") + b"MZ\x90\x00" + SCRIPT,
}
NO_IMAGES = {
    "page": b"<!DOCTYPE html>" + SCRIPT,
    "drawing": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
    "drawing with entities": b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>',
    "archive": a_zip(),
    "document": b"%PDF-1.7\n/JS (app.alert(1))",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file",
    "ImageMagick": b"push graphic-context\nimage over 0,0 0,0 'url(http://evil.example)'",
    "head of a GIF": b"GIF89a/*" + SCRIPT,
    "text that unpacks to 200 MB": with_text(200 * 2**20),
    "no pixels": a_bilevel_png(0, 0),
    "half a picture": a_bilevel_png(5_000, 5_000)[:60],
}


@pytest.fixture
def sent(cliente):
    """`sent(content, name)` is the answer to a comment with this file."""
    path = f"/mflix/movies/{a_movie()['_id']}/comments/"

    def sent(content: bytes, name="a.png", content_type="image/png"):
        file = SimpleUploadedFile(name, content, content_type)
        return cliente.post(path, {"text": "See", "image": file})

    return sent


@pytest.mark.parametrize("content", POLYGLOTS.values(), ids=POLYGLOTS)
def test_of_two_things_in_a_file_only_the_picture_is_kept(sent, content):
    assert sent(content).status_code == 302
    kept = b"".join(chunk["data"] for chunk in chunks.find()) + str(list(files.find())).encode()
    assert SCRIPT not in kept
    assert b"PK\x03\x04" not in kept
    assert Image.open(BytesIO(chunks.find_one()["data"])).format in FORMATS


@pytest.mark.parametrize("content", NO_IMAGES.values(), ids=NO_IMAGES)
def test_what_is_no_picture_is_a_sentence(sent, content):
    response = sent(content)
    assert response.status_code == 200
    assert response.context["comment_form"].errors["image"]
    assert comments.count_documents({}) == files.count_documents({}) == 0


def test_type_that_the_browser_tells_is_not_believed(sent, anonymous):
    sent(an_image("GIF"), "a.html", "text/html")
    image = files.find_one()
    assert image["metadata"]["contentType"] == "image/gif"
    response = anonymous.get(f"/mflix/attachments/{image['_id']}")
    response.close()
    assert response.headers["Content-Type"] == "image/gif"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


NAMES = [*PLACES[:5], "a\r\nSet-Cookie: x=y.png", '"><script>.png', "\x00.png", "$where.png"]


def test_name_of_a_file_is_forgotten(sent):
    for name in NAMES:
        answer = sent(an_image(), name or "x")
        assert answer.status_code == 302
    assert {each["filename"] for each in files.find()} == {
        str(each["_id"]) for each in files.find()
    }
