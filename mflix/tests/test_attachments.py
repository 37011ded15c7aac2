"""The images of comments: what is taken, what becomes of it, how it is served."""

import struct
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import BoundedSemaphore

import pytest
from bson import ObjectId
from django.core.management import call_command
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pymongo.errors import AutoReconnect

from mflix import attachments, pictures
from mflix.attachments import chunks, files, keeping
from mflix.comments import comments
from mflix.pictures import MOST_BYTES, BadImage, draw
from mflix.tests.mothers import a_comment, a_movie, an_attachment, an_image
from pialara_site import streams

pytestmark = pytest.mark.usefixtures("english")

FORMATS = ["JPEG", "PNG", "GIF", "WEBP"]
ORIENTATION, MAKER, PLACE = 0x0112, 0x010F, 0x8825


def drawn(content: bytes) -> Image.Image:
    return Image.open(BytesIO(draw(BytesIO(content)).data))


def reason(content: bytes) -> str:
    with pytest.raises(BadImage) as refused:
        draw(BytesIO(content))
    return str(refused.value)


def telling_exif(orientation=1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "SECRET"
    exif.get_ifd(PLACE)[1] = "N"
    return exif


def a_bilevel_png(width: int, height: int) -> bytes:
    """A file of a few kilobytes, however large the picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    packer = zlib.compressobj(9)
    lines = [packer.compress(bytes(1 + (width + 7) // 8)) for _ in range(height)]
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", b"".join(lines) + packer.flush())
        + chunk(b"IEND", b"")
    )


# What is taken


@pytest.mark.parametrize("kind", FORMATS)
def test_image_keeps_its_format_and_size(kind):
    image = drawn(an_image(kind, (40, 30)))
    assert (image.format, image.size) == (kind, (40, 30))


@pytest.mark.parametrize("kind", FORMATS)
def test_content_type_is_that_of_the_pixels(kind):
    assert draw(BytesIO(an_image(kind))).content_type == f"image/{kind.lower()}"


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM"])
def test_other_formats_are_refused(kind):
    assert reason(an_image(kind, (16, 16)))


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"\xff\xd8\xff", b"<svg/>", b"<html>", b"\x00" * 1000]
)
def test_what_is_no_image_is_refused(content):
    assert reason(content)


@pytest.mark.parametrize("kind", FORMATS)
def test_truncated_image_is_refused(kind):
    noise = BytesIO()
    Image.effect_noise((60, 60), 50).convert("RGB").save(noise, kind)
    assert reason(noise.getvalue()[: len(noise.getvalue()) // 2])


def test_five_megabytes_are_taken_and_a_byte_more_is_not():
    image = an_image("JPEG")
    assert draw(BytesIO(image + b"\0" * (MOST_BYTES - len(image))))
    assert reason(image + b"\0" * (MOST_BYTES - len(image) + 1))


def test_forty_megapixels_are_taken_and_a_line_more_is_not():
    assert drawn(a_bilevel_png(8000, 5000)).size == (8000, 5000)
    assert reason(a_bilevel_png(8000, 5001))


@pytest.mark.parametrize("side", [10_000, 30_000])
def test_decompression_bomb_is_refused_undecoded(side, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda image: pytest.fail("decoded"))
    assert reason(a_bilevel_png(side, side))


def test_image_that_would_grow_beyond_measure_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_STORED", 1000)
    assert "too many details" in reason(an_image("JPEG", size=(200, 200)))


def test_gif_that_claims_to_be_huge_is_refused():
    small = an_image("GIF")
    assert reason(small[:6] + struct.pack("<HH", 65_000, 65_000) + small[10:])


def test_jpeg_that_is_drawn_over_and_over_is_refused():
    image = BytesIO()
    Image.new("RGB", (64, 64)).save(image, "JPEG", progressive=True)
    content = image.getvalue()
    last_scan = content[content.rindex(b"\xff\xda") : -2]
    assert reason(content[:-2] + last_scan * 25 + content[-2:])


# What becomes of it


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_is_left_behind(kind):
    content = an_image(kind, exif=telling_exif())
    assert b"SECRET" in content
    assert b"SECRET" not in draw(BytesIO(content)).data
    assert not drawn(content).getexif()


def test_comment_and_profile_in_the_file_are_left_behind():
    for content in (
        an_image("GIF", comment=b"SECRET"),
        an_image("JPEG", comment=b"SECRET"),
        an_image("JPEG", icc_profile=b"SECRET"),
        an_image("PNG", icc_profile=b"SECRET"),
    ):
        assert not {"comment", "icc_profile"} & drawn(content).info.keys()


@pytest.mark.parametrize("kind", FORMATS)
def test_what_follows_the_image_is_left_behind(kind):
    assert b"<script>" not in draw(BytesIO(an_image(kind) + b"<script>x</script>")).data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_image_is_turned_as_the_camera_was(kind):
    content = an_image(kind, (40, 30), exif=telling_exif(orientation=6))
    assert drawn(content).size == (30, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_png_of_every_kind_is_taken(mode):
    assert drawn(an_image("PNG", mode=mode)).size == (8, 6)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "CMYK"])
def test_jpeg_of_every_kind_is_taken(mode):
    assert drawn(an_image("JPEG", mode=mode)).mode in ("L", "RGB")


def test_sixteen_bits_a_pixel_become_eight_of_the_same_brightness():
    image = BytesIO()
    Image.new("I;16", (8, 6), 0x8000).save(image, "PNG")
    assert drawn(image.getvalue()).getpixel((0, 0)) == 0x80


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_stays(kind):
    content = an_image(kind, mode="RGBA")
    assert drawn(content).convert("RGBA").getpixel((0, 0))[3] == 0


def test_transparent_colour_of_a_palette_stays():
    content = an_image("GIF", mode="P", transparency=0)
    assert drawn(content).convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_animation_becomes_its_first_picture(kind):
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue")]
    moving = BytesIO()
    frames[0].save(moving, kind, save_all=True, append_images=frames[1:])
    image = drawn(moving.getvalue())
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((0, 0))[0] > 200


def test_photo_with_its_preview_is_a_jpeg():
    photo = BytesIO()
    preview = Image.new("RGB", (4, 3))
    Image.new("RGB", (40, 30)).save(photo, "MPO", save_all=True, append_images=[preview])
    image = drawn(photo.getvalue())
    assert (image.format, image.size) == ("JPEG", (40, 30))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1000, 500), (320, 160)),
        ((500, 1000), (160, 320)),
        ((30, 20), (30, 20)),
        ((5000, 1), (320, 1)),
    ],
)
def test_thumbnail_is_at_most_320_wide_and_high(size, expected):
    thumbnail = Image.open(BytesIO(draw(BytesIO(an_image("PNG", size))).thumbnail))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", expected)


# Storing


def stored() -> int:
    return files.count_documents({}) + chunks.count_documents({})


def test_image_goes_when_the_block_fails():
    with pytest.raises(RuntimeError), keeping(BytesIO(an_image()), ObjectId()):
        raise RuntimeError
    assert stored() == 0


def test_image_stays_when_the_block_succeeds():
    with keeping(BytesIO(an_image()), ObjectId()) as attachment_id:
        pass
    assert attachments.opened(attachment_id)


def test_half_stored_image_goes(monkeypatch):
    upload = attachments._upload

    def break_off(attachment_id, *args):
        upload(attachment_id, *args)
        files.delete_one({"_id": attachment_id})
        raise AutoReconnect

    monkeypatch.setattr(attachments, "_upload", break_off)
    with pytest.raises(AutoReconnect), keeping(BytesIO(an_image()), ObjectId()):
        pytest.fail("the comment was stored")
    assert stored() == 0


def test_image_stays_while_nobody_knows_whether_its_comment_is_stored():
    unknown = AutoReconnect("lost", {"errorLabels": ["UnknownTransactionCommitResult"]})
    with pytest.raises(AutoReconnect), keeping(BytesIO(an_image()), ObjectId()):
        raise unknown
    assert stored() == 2


# Serving


@pytest.fixture(scope="module")
def noise():
    """A file that can't be packed into one chunk of GridFS."""
    out = BytesIO()
    Image.effect_noise((900, 900), 90).save(out, "PNG", compress_level=1)
    return out.getvalue()


@pytest.fixture
def image(noise):
    """The id of a stored image of several chunks."""
    return an_attachment(a_comment(a_movie()), noise)


def path(image, thumb="") -> str:
    return f"/mflix/attachments/{image}{thumb}"


BOTH = pytest.mark.parametrize("thumb", ["", "/thumb"])


def test_image_is_served_as_it_is_stored(anonymous, image):
    response = anonymous.get(path(image))
    content = response.getvalue()
    assert chunks.count_documents({}) > 2
    assert content == attachments.opened(image).read()
    assert response.headers["Content-Length"] == str(len(content))


@pytest.fixture
def _one_place(monkeypatch):
    monkeypatch.setattr(streams, "free", BoundedSemaphore(1))


@pytest.mark.usefixtures("_one_place")
def test_readers_who_take_their_time_leave_threads_for_others(anonymous, image):
    slow = anonymous.get(path(image))
    busy = anonymous.get(path(image))
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
    slow.close()
    assert anonymous.get(path(image)).status_code == 200


@pytest.mark.usefixtures("_one_place")
def test_who_has_the_image_takes_no_place(anonymous, image):
    etag = f'"{image}"'
    for _ in range(3):
        response = anonymous.get(path(image), headers={"If-None-Match": etag})
        assert response.status_code == 304


@BOTH
def test_type_is_told_and_not_to_be_guessed(anonymous, image, thumb):
    response = anonymous.get(path(image, thumb))
    assert response.headers["Content-Type"] == ("image/webp" if thumb else "image/png")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@BOTH
def test_browsers_keep_it_for_a_year(anonymous, image, thumb):
    response = anonymous.get(path(image, thumb))
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Cookie" not in response.headers["Vary"]


@BOTH
def test_who_has_it_gets_304(anonymous, image, thumb):
    etag = anonymous.get(path(image, thumb)).headers["ETag"]
    response = anonymous.get(path(image, thumb), headers={"if-none-match": etag})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["Cache-Control"].startswith("public")


def test_image_and_thumbnail_have_different_etags(anonymous, image):
    assert len({anonymous.get(path(image, t)).headers["ETag"] for t in ("", "/thumb")}) == 2


@BOTH
def test_answer_to_a_condition_that_fails_is_kept_by_nobody(anonymous, image, thumb):
    response = anonymous.get(path(image, thumb), headers={"If-Match": '"another"'})
    assert response.status_code == 412
    assert "public" not in response.headers.get("Cache-Control", "")


@BOTH
def test_who_has_it_is_told_when_it_is_gone(anonymous, image, thumb):
    etag = anonymous.get(path(image, thumb)).headers["ETag"]
    attachments.remove(image)
    response = anonymous.get(path(image, thumb), headers={"if-none-match": etag})
    assert response.status_code == 404


@BOTH
@pytest.mark.parametrize("id_", ["0" * 24, "nonsense"])
def test_image_that_is_not_there_is_404(anonymous, thumb, id_):
    assert anonymous.get(path(id_, thumb)).status_code == 404


@BOTH
@pytest.mark.parametrize("metadata", [None, "text", {}, {"contentType": "text/html"}])
def test_what_others_stored_as_something_else_is_not_served(anonymous, image, thumb, metadata):
    files.update_one({"_id": image}, {"$set": {"metadata": metadata}})
    assert anonymous.get(path(image, thumb)).status_code == 404


def test_image_costs_two_commands_and_loads_no_user(cliente, image, commands):
    with commands() as seen:
        cliente.get(path(image)).getvalue()
    assert list(map(str, seen)) == ["find attachments.files", "find attachments.chunks"]


def test_thumbnail_costs_one_command_and_loads_no_user(cliente, image, commands):
    with commands() as seen:
        cliente.get(path(image, "/thumb"))
    assert list(map(str, seen)) == ["find attachments.files"]


# What a crash leaves


def age(hours: int):
    """Let everything stored be so old."""
    when = datetime.now(UTC) - timedelta(hours=hours)
    for number, doc in enumerate(list(files.find())):
        old, new = doc["_id"], ObjectId.from_datetime(when + timedelta(seconds=number))
        files.delete_one({"_id": old})
        files.insert_one(doc | {"_id": new, "uploadDate": when})
        chunks.update_many({"files_id": old}, {"$set": {"files_id": new}})
        comments.update_many({"image": old}, {"$set": {"image": new}})


def test_image_of_a_comment_is_kept(image):
    age(hours=2)
    assert attachments.sweep() == 0
    assert files.count_documents({}) == 1


def test_image_whose_comment_is_gone_is_removed(image):
    age(hours=2)
    comments.delete_many({})
    assert attachments.sweep() == 1
    assert stored() == 0


def test_image_that_its_comment_does_not_have_is_removed(image):
    age(hours=2)
    comments.update_many({}, {"$set": {"image": ObjectId()}})
    assert attachments.sweep() == 1


def test_half_an_upload_is_removed(image):
    age(hours=2)
    files.delete_many({})
    assert attachments.sweep() == 1
    assert stored() == 0


def test_upload_under_way_is_left_alone(image):
    comments.delete_many({})
    assert attachments.sweep() == 0
    assert files.count_documents({}) == 1


def test_command_says_how_many_it_removed(image, capsys):
    age(hours=2)
    comments.delete_many({})
    call_command("clean_attachments")
    assert capsys.readouterr().out == "Images without a comment: 1 removed.\n"


def test_bytes_that_begin_a_scan_of_a_jpeg_mean_nothing_in_other_images():
    file, extra = BytesIO(), PngInfo()
    extra.add(b"teSt", pictures.START_OF_SCAN * (pictures.MOST_SCANS + 1))
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=extra)
    file.seek(0)
    assert draw(file)


def test_who_waits_too_long_for_another_image_is_told_so(english, monkeypatch):
    monkeypatch.setattr(pictures, "WAIT_SECONDS", 0)
    with pictures._drawing, pytest.raises(BadImage, match="Other images are being"):
        draw(BytesIO(an_image()))
