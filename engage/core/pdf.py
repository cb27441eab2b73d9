"""Printed matter as PDF: tagged for readers of screens, French and Arabic, QR codes as vectors.

Templates are Typst files in `templates/print/`. What people typed reaches them as data, never as
markup: `#"…"` of a string is shown as it is, whatever signs stand in it. The fonts are files of
the set-up, so that a page looks the same on every machine.
"""

import io
import json
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from engage.core.config import ROOT

TEMPLATES = ROOT / "templates" / "print"
FONTS = ROOT / "fonts"
TYPESETTER = Path(__file__).with_name("typesetting.py")
SECONDS = 60
"""A thousand letters take about ten; what takes longer is stopped."""

_ONE_AT_A_TIME = BoundedSemaphore(1)


class NotPrinted(RuntimeError):
    """A document could not be set: a template that is wrong, or fonts that are missing."""


def render(template: str, **context: object) -> bytes:
    """The PDF of `templates/print/<template>`, an accessible one (PDF/UA-1).

    `context` is what `json.dumps` takes; the template reads it as `data`. Takes a second or more:
    call it outside of a transaction that writes. Raises `NotPrinted`.
    """
    order = {
        "template": str(TEMPLATES / template),
        "data": json.dumps(context, ensure_ascii=False),
        "root": str(TEMPLATES),
        "fonts": str(FONTS),
    }
    with _ONE_AT_A_TIME:
        return _run(json.dumps(order).encode())


def _run(order: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter itself and a file of our own
            [sys.executable, "-I", str(TYPESETTER)],
            input=order,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise NotPrinted(f"no PDF after {SECONDS} s") from late
    if done.returncode != 0:
        raise NotPrinted(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout


def qr(text: str) -> str:
    """The QR code of `text` as SVG, for `#qr(…)` of `templates/print/town.typ`."""
    import segno

    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=4, xmldecl=False)
    return drawn.getvalue().decode()
