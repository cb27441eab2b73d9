"""Photos of residents: checked, turned upright, re-encoded without metadata, in two sizes."""

import io
import threading
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import IO, Any

from engage.core.errors import InvalidInput
from engage.core.i18n import _

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_PIXELS_AT_ONCE = {"PNG": 24_000_000, "WEBP": 24_000_000}
"""Formats that cameras do not write and that are decoded whole, several times the size of RGB."""

LARGE, SMALL = 1280, 480
COLUMNS, ROWS = 6, 8
"""The grid by which parts of a photo are covered."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "MPO")

_one_at_a_time = threading.Semaphore(1)
"""Decoding takes tens of megabytes: one photo at a time leaves memory and a core to the others."""


@dataclass(frozen=True)
class PreparedPhoto:
    """A photo ready to be kept: WebP bytes in two sizes; width and height of the large one."""

    large: bytes
    small: bytes
    width: int
    height: int


def prepare(file: IO[bytes], field: str = "photo") -> PreparedPhoto:
    """Re-encode what was sent; raises `InvalidInput` with a sentence for the person.

    Nothing of the original survives but its pixels: no EXIF, no GPS, no second payload.
    """
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise InvalidInput(
            field, _("Cette photo est trop lourde. Choisissez une photo de moins de 20 Mo.")
        )
    with _one_at_a_time:
        return _encode(content, field)


def _encode(content: bytes, field: str) -> PreparedPhoto:
    import pillow_heif
    from PIL import Image, ImageOps

    pillow_heif.register_heif_opener(thumbnails=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
        most = MAX_PIXELS_AT_ONCE.get(image.format or "", MAX_PIXELS)
        if image.width * image.height > most:
            raise InvalidInput(
                field, _("Cette photo est trop grande. Envoyez-la en plus petite taille.")
            )
        image.draft("RGB", (LARGE, LARGE))
        plain: Image.Image = image if image.mode == "RGB" else image.convert("RGB")
        plain.thumbnail((LARGE, LARGE))  # before all else: each copy of a large one is 200 MB
        upright = ImageOps.exif_transpose(plain)
    except InvalidInput:
        raise
    except Exception:  # a broken or hostile file makes Pillow raise almost anything
        raise InvalidInput(
            field,
            _("Ce fichier n’est pas une photo que nous savons lire. Essayez une autre photo."),
        ) from None
    large = _webp(upright, 76)
    width, height = upright.size
    upright.thumbnail((SMALL, SMALL))
    return PreparedPhoto(large, _webp(upright, 70), width, height)


def _webp(image, quality: int) -> bytes:  # type: ignore[no-untyped-def]
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


def cover(large: bytes, cells: Collection[int]) -> PreparedPhoto:
    """One of our photos anew, each of these cells filled with its mean colour.

    The grid has 6 columns and 8 rows, counted from 0 along the rows; nothing of what was below
    can be worked out from one colour.
    """
    from PIL import Image

    with _one_at_a_time:
        image = Image.open(io.BytesIO(large), formats=("WEBP",)).convert("RGB")
        for cell in cells:
            box = _cell(image.size, cell)
            mean: Any = image.crop(box).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
            image.paste(mean, box)
        width, height = image.size
        covered = _webp(image, 76)
        image.thumbnail((SMALL, SMALL))
        return PreparedPhoto(covered, _webp(image, 70), width, height)


def _cell(size: tuple[int, int], cell: int) -> tuple[int, int, int, int]:
    row, column = divmod(cell, COLUMNS)
    width, height = size
    return (
        width * column // COLUMNS,
        height * row // ROWS,
        max(width * (column + 1) // COLUMNS, width * column // COLUMNS + 1),
        max(height * (row + 1) // ROWS, height * row // ROWS + 1),
    )
