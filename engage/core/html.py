"""Safe HTML of what people typed, made when it is written; the only place that imports bleach."""

import re

from markupsafe import escape

RULES_VERSION = 1
"""Raise it when the rules change; a command makes all kept HTML again."""

TAGS = frozenset({"p", "br", "ul", "li", "strong", "em", "a"})


def from_plain(text: str) -> str:
    """HTML of a plain text: paragraphs, line breaks and lists of lines that start with a dash."""
    import bleach  # 11 MB, which the clock never needs

    blocks = [b for b in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()) if b.strip()]
    markup = "".join(_block(block) for block in blocks)
    return bleach.clean(markup, tags=TAGS, attributes={"a": ["href", "rel"]}, strip=True)


def _block(block: str) -> str:
    lines = [line.strip() for line in block.split("\n")]
    if all(re.match(r"[-•*] ", line) for line in lines):
        items = "".join(f"<li>{escape(line[2:])}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    return "<p>" + "<br>".join(str(escape(line)) for line in lines) + "</p>"
