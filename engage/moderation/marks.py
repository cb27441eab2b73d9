"""Shows in a text what could point at somebody, as safe HTML."""

from markupsafe import Markup, escape

from engage.core import masking


def marked(text: str) -> Markup:
    """`text` with line breaks kept and each finding inside `<mark>`; everything else escaped."""
    shown, end = Markup(), 0
    for start, stop in masking.findings(text):
        if start < end:
            continue
        shown += escape(text[end:start]) + Markup("<mark>{}</mark>").format(text[start:stop])
        end = stop
    return Markup("<br>").join((shown + escape(text[end:])).split("\n"))
