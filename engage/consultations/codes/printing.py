"""The words and codes of letters, as the template of the PDF reads them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from engage.consultations.models import Consultation, Electorate
from engage.core import i18n, pdf
from engage.core.i18n import _, label, moment_long

T = TypeVar("T")

TEMPLATE = "letters.typ"


@dataclass(frozen=True)
class Letter:
    """One letter: its number (batch and serial), its code in plain, the lines of its address."""

    batch: int
    serial: int
    code: str
    address: Sequence[str] = ()

    @property
    def number(self) -> str:
        """`2-017`: what somebody reads out who has lost the letter."""
        return f"{self.batch}-{self.serial:03}"


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    before = i18n.current().code
    i18n.speak(language)
    try:
        yield
    finally:
        i18n.speak(before)


def in_both(make: Callable[[], T]) -> dict[str, T]:
    """What `make` says in French and in Arabic."""
    said = {}
    for language in ("fr", "ar"):
        with _speaking(language):
            said[language] = make()
    return said


def sheet(
    consultation: Consultation, letters: Sequence[Letter], *, base_url: str, town: str
) -> dict[str, Any]:
    """What `templates/print/letters.typ` shows; see there. The code is behind a "#": what stands
    there is sent to no server, so no log holds it."""
    return {
        "town": town,
        "title": label(consultation.title),
        "words": in_both(lambda: _words(consultation, base_url)),
        "address": f"{base_url.partition('://')[2]}/code",
        "letters": [
            {
                "number": each.number,
                "code": each.code,
                "lines": list(each.address),
                "qr": pdf.qr(f"{base_url}/code#{each.code}"),
            }
            for each in letters
        ],
    }


def _words(consultation: Consultation, base_url: str) -> dict[str, Any]:
    dwelling = consultation.electorate is Electorate.DWELLING_CODE
    return {
        "title": label(consultation.title),
        "summary": label(consultation.summary),
        "asked": _("{who} vous demande votre avis.").format(who=label(consultation.asked_by)),
        "when": _("Votez du {first} au {last}.").format(
            first=moment_long(consultation.opens_at), last=moment_long(consultation.closes_at)
        ),
        "code": _("Votre code pour voter"),
        "whose": _("Ce code vaut un vote pour tout le logement.")
        if dwelling
        else _("Ce code vaut un vote pour une personne."),
        "steps": [
            _("Scannez le carré avec votre téléphone. Ou écrivez cette adresse :"),
            _("Tapez votre code."),
            _("Répondez. C’est tout : il n’y a pas besoin de compte."),
        ],
        "paper": _("Sans téléphone ? Venez au stand avec cette lettre : vous votez sur papier.")
        if consultation.takes_paper
        else _("Sans téléphone ? Venez à la permanence avec cette lettre."),
        "secret": _("Votre vote est secret. Personne ne voit ce que vous répondez."),
        "lost": _("Lettre perdue ou abîmée ? Dites son numéro : on la remplace."),
        "notice": label(consultation.notice),
        "number": _("Lettre n°"),
        "scan": _("Code à scanner pour voter"),
    }


def letters_pdf(data: dict[str, Any]) -> bytes:
    """One page a letter. Takes a second for a hundred: call it with no transaction open."""
    return pdf.render(TEMPLATE, **data)
