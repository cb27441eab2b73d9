"""What is printed, read back: the pages of a PDF, its words, and the QR codes on a page."""

import io
import json
from typing import Any

import typst
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from engage.core import pdf


def pages(document: bytes) -> list[str]:
    """The words of each page; Arabic ones in no order that one could read."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(document)).pages]


def says_accessible(document: bytes) -> bool:
    """Whether it calls itself PDF/UA-1, which Typst only writes after checking."""
    return b"<pdfuaid:part>1</pdfuaid:part>" in document


def pictures(template: str, **context: Any) -> list[Image.Image]:
    """The pages as `pdf.render` would set them, as pictures."""
    drawn = typst.Compiler(
        str(pdf.TEMPLATES / template),
        root=str(pdf.TEMPLATES),
        font_paths=[str(pdf.FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(context)},
    ).compile(format="png", ppi=110)
    found = drawn if isinstance(drawn, list) else [drawn]
    return [Image.open(io.BytesIO(page)) for page in found]


def qr_codes(picture: Image.Image) -> list[str]:
    """What the QR codes on a page say, as a phone reads them."""
    return [found.text for found in zxingcpp.read_barcodes(picture)]
