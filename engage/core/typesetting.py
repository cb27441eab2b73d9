"""Sets one document in a process of its own, so that what it takes is given back at once.

Reads JSON from the standard input, "template", "data", "root" and "fonts", and writes the PDF.
Imports nothing of Engage: `core.pdf` starts this file by its path.
"""

import json
import sys

import typst


def main() -> None:
    order = json.load(sys.stdin)
    sys.stdout.buffer.write(_set(order))


def _set(order: dict[str, str]) -> bytes:
    """PDF/UA-1, which every reader of screens understands; tagged all the same where a character
    that no font has, an emoji in a name, forbids to call it so."""
    document = typst.Compiler(
        order["template"],
        root=order["root"],
        font_paths=[order["fonts"]],
        ignore_system_fonts=True,
        sys_inputs={"data": order["data"]},
    )
    try:
        pdf = document.compile(format="pdf", pdf_standards=["ua-1"])
    except typst.TypstError:
        pdf = document.compile(format="pdf")
    assert isinstance(pdf, bytes)
    return pdf


if __name__ == "__main__":
    main()
