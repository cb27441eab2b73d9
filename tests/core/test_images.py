"""Photos are re-encoded without metadata; what is no photo is refused with a sentence."""

import io
import struct
import zlib

import pytest
from PIL import Image

from engage.core.errors import InvalidInput
from engage.core.images import LARGE, MAX_BYTES, prepare
from tests.factories import photo_bytes

GPS_IFD = 0x8825


def with_gps() -> bytes:
    """A JPEG taken sideways, with a position in its EXIF."""
    image = Image.new("RGB", (400, 200), "red")
    exif = image.getexif()
    exif[0x0112] = 6  # Orientation: turn clockwise
    exif[0x010F] = "Fabricant"
    exif.get_ifd(GPS_IFD)[2] = (44.0, 26.0, 0.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG that says it is `side` × `side` in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def test_metadata_is_gone_and_the_photo_is_upright() -> None:
    ready = prepare(io.BytesIO(with_gps()))
    kept = Image.open(io.BytesIO(ready.large))
    assert (ready.width, ready.height) == (200, 400) == kept.size
    assert not kept.getexif()
    assert b"Fabricant" not in ready.large


def test_a_large_photo_becomes_small() -> None:
    ready = prepare(io.BytesIO(photo_bytes(4000, 3000)))
    assert max(ready.width, ready.height) == LARGE
    assert len(ready.small) < len(ready.large)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_usual_formats_are_read(kind: str) -> None:
    assert prepare(io.BytesIO(photo_bytes(kind=kind))).width == 640


def test_heic_of_phones_is_read() -> None:
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), "blue")).save(out)
    assert prepare(io.BytesIO(out.getvalue())).width == 64


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Ceci est un texte.",
        b"GIF89a" + b"\0" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"%PDF-1.7",
        photo_bytes()[:200],
        bomb(8000),
    ],
    ids=["empty", "text", "gif", "svg", "pdf", "cut off", "60 megapixels"],
)
def test_what_is_no_photo_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refusal:
        prepare(io.BytesIO(content))
    assert refusal.value.field == "photo"
    assert refusal.value.message.endswith(".")


def test_more_than_20_megabytes_are_refused_before_they_are_read() -> None:
    with pytest.raises(InvalidInput, match="20"):
        prepare(io.BytesIO(b"\xff\xd8" + b"\0" * MAX_BYTES))


def test_a_second_payload_behind_the_pixels_does_not_survive() -> None:
    ready = prepare(io.BytesIO(photo_bytes() + b"<script>alert(1)</script>"))
    assert b"<script>" not in ready.large
