"""Shows a text to members: what could point at somebody is blocks, what hurts is under a veil."""

from collections.abc import Iterator

from markupsafe import Markup, escape

from engage.core import masking, wording
from engage.core.i18n import _
from engage.core.wording import Finding, Sign

NEVER_SHOWN = frozenset({Sign.PERSONAL})
"""Numbers, plates, addresses: no member needs them, and they are published masked, too."""

VEILED = frozenset({Sign.NAME, Sign.INSULT, Sign.ACCUSATION})
"""Shown to the member who asks for it, which is written down."""


def hidden(*, lifted: bool, official: bool) -> frozenset[Sign]:
    """What the member does not see: it is published as the member saw it, so masked."""
    never = frozenset() if official else NEVER_SHOWN
    return never if lifted else never | VEILED


def findings(text: str, *, official: bool) -> list[Finding]:
    """What is to be looked at; an office gives its number on purpose."""
    found = wording.findings(text)
    return [one for one in found if not (official and one.sign in NEVER_SHOWN)]


def veiled(text: str, *, official: bool) -> bool:
    """Whether a veil can be lifted."""
    return any(one.sign in VEILED for one in findings(text, official=official))


def shown(text: str, *, lifted: bool, official: bool) -> Markup:
    """`text` as safe HTML, line breaks kept; findings marked, or blocks in their place."""
    pieces = Markup().join(_pieces(text, lifted, official))
    return Markup("<br>").join(pieces.split("\n"))


def _pieces(text: str, lifted: bool, official: bool) -> Iterator[Markup]:
    end = 0
    for finding in findings(text, official=official):
        yield escape(text[end : finding.start])
        yield _piece(text[finding.start : finding.end], finding.sign, lifted)
        end = finding.end
    yield escape(text[end:])


def _piece(words: str, sign: Sign, lifted: bool) -> Markup:
    if sign in NEVER_SHOWN:
        said = _("numéro ou adresse masqué")
    elif sign in VEILED and not lifted:
        said = _("mots sous un voile")
    else:
        return Markup("<mark>{}</mark>").format(words)
    block = Markup('<span class="mask" role="img" aria-label="{}">{}</span>')
    return block.format(said, masking.MASK)


def plain(text: str, *, official: bool) -> str:
    """The same without HTML, for titles of pages and lists."""
    shown, end = "", 0
    for finding in findings(text, official=official):
        if finding.sign in NEVER_SHOWN | VEILED:
            shown += text[end : finding.start] + masking.MASK
            end = finding.end
    return shown + text[end:]
