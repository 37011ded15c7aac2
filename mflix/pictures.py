"""Images that people send, drawn anew from their pixels: all else in a file is left behind."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from pialara_site.turns import Busy, Turns

MOST_BYTES = 5 * 2**20
# A file may be packed better than we do, up to thirty times.
MOST_STORED = 2 * MOST_BYTES
MOST_PIXELS = 40_000_000
# A JPEG of a few bytes can tell to draw its picture a hundred thousand times.
MOST_SCANS = 20
START_OF_SCAN = b"\xff\xda"
THUMBNAIL = (320, 320)
THUMBNAIL_TYPE = "image/webp"

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
CONTENT_TYPES = {name: f"image/{name.lower()}" for name in FORMATS}
# The ways to hold pixels that a format can keep; others become colours.
MODES = {
    "JPEG": ("L", "RGB"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA"),
    "GIF": ("L", "P"),
    "WEBP": ("RGB", "RGBA"),
}
# WebP at its own default takes seven times as long for 2 % less.
OPTIONS = {"JPEG": {"quality": 88}, "WEBP": {"quality": 85, "method": 2}}

# What Pillow raises for files that are none of these, or damaged.
BROKEN = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)

# A large image takes some 500 MB while it is drawn: one at a time, and few threads wait for it.
waiting = Turns(4)
_drawing = Lock()
WAIT_SECONDS = 2


class BadImage(Exception):
    """The file is no image that we take; the text is a sentence."""


@dataclass(frozen=True)
class Picture:
    content_type: str
    data: bytes
    thumbnail: bytes


def draw(file: BinaryIO) -> Picture:
    """The image in a file, drawn anew, and its thumbnail. Raises BadImage.

    Of an animation it is the first picture: people have to be able to read beside it.
    """
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadImage(_("This image is larger than 5 MB. Please choose a smaller one."))
    try:
        with _alone(), Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            # In others the two bytes are there by chance, sixteen times in a megabyte.
            if image.format == "JPEG" and data.count(START_OF_SCAN) > MOST_SCANS:
                raise ValueError("too many scans")
            # Cameras store a JPEG and its preview as one MPO.
            kind = image.format if image.format in FORMATS else "JPEG"
            return _drawn(image, kind)
    except TOO_LARGE as error:
        raise BadImage(
            _("This image has more than 40 megapixels. Please choose a smaller one.")
        ) from error
    except BROKEN as error:
        raise BadImage(
            _(
                "This is not a JPEG, PNG, GIF or WebP image, or it is damaged. "
                "Please choose another."
            )
        ) from error


@contextmanager
def _alone() -> Iterator[None]:
    """While no other image is drawn. Raises BadImage when that would take too long."""
    try:
        with waiting.one():
            if not _drawing.acquire(timeout=WAIT_SECONDS):
                raise Busy
            try:
                yield
            finally:
                _drawing.release()
    except Busy as error:
        raise BadImage(
            _("Other images are being stored right now. Please try again in a minute.")
        ) from error


def _drawn(image: Image.Image, kind: str) -> Picture:
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would cut off instead of scale
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode not in MODES[kind]:
        image = _coloured(image)
    # What is left of the file besides its pixels goes: comments, profiles, places.
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    drawn = _encoded(image, kind)
    if len(drawn) > MOST_STORED:
        raise BadImage(_("This image has too many details. Please choose a smaller one."))
    image = _coloured(image)
    image.thumbnail(THUMBNAIL)
    return Picture(CONTENT_TYPES[kind], drawn, _encoded(image, "WEBP"))


def _coloured(image: Image.Image) -> Image.Image:
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _encoded(image: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    image.save(out, kind, **OPTIONS.get(kind, {}))
    return out.getvalue()
