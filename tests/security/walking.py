"""Forms as a page shows them, each field tried with what nobody should send."""

from collections.abc import Iterator
from itertools import product

from sqlalchemy import delete, update

from engage.accounts.models import SignInCode
from engage.core.throttle import ThrottleCounter
from engage.core.web import Engage
from tests.accounts.staff import PASSWORD
from tests.browsing import Browser, FormFound
from tests.security.raw import Fields, send

CORPUS = {
    "nothing": b"",
    "not UTF-8": b"\xff\xfe\xe9",
    "half a surrogate pair": b"\xed\xa0\x80",
    "a long number": b"9" * 5_000,
    "a number past 64 bits": b"18446744073709551616",
    "minus": b"-1",
    "other digits": "٣٤".encode(),
    "SQL": b"' OR 1=1; --%s%(x)s:x{0}",
    "dates": b"0000-99-99",
    "a very late day": b"9999-12-31",
    "two slashes": b"//example.org/\\",
    "a nearly right address": b"a" * 200 + b"@example.org",
    "line ends": b"a@b.fr\r\nBcc: x@example.org\r\n\r\nb",
    "marks upon marks": ("e" + "\u0315\u0316" * 2_000).encode(),
    "NUL": b"a\x00b",
    "turned round": "\u202egnp.exe\u2066\u200b".encode(),
    "HTML": b'"><script>alert(1)</script>{{7*7}}',
}

GOOD = {
    "contact": "voisine@example.org",
    "title": "Des bancs",
    "text": "Pour souffler un peu.",
    "description": "La lampe est cassée.",
    "word": "C’est fait.",
    "note": "Merci de changer le titre.",
    "code": "123456",
    "password": PASSWORD,
    "again": PASSWORD,
    "current": PASSWORD,
    "sure": "y",
    "public_name": "Nadia",
    "reference": "G-1002",
    "day": "2026-06-04",
    "starts": "14:00",
    "ends": "16:30",
    "place_words": "Devant les jeux",
    "closes_on": "2026-12-24",
    "title_fr": "De l’ombre",
    "question_fr": "Où manque-t-il de l’ombre ?",
    "answer_fr": "Deux tilleuls cet hiver.",
    "decided_by": "Le maire",
    "neighbourhood": "terre-rouge",
    "langue": "fr",
    "reason": "R1",
    "action": "1",
    "verdict": "accepted",
    "target": "1",
}
"""Good values for the fields that are not tried just now."""


FEWEST_TRIES = 4
"""So many wrong codes are always looked at; the sixth no more."""

PIECES = {"/propositions/semblables"}
"""Not pages, but what a script puts into one; they hold no form."""


def wrong_ones(found: list[tuple[object, ...]]) -> str:
    return "\n".join(map(str, found))


def forms_of(browser: Browser, page: str) -> list[FormFound]:
    """The forms that a page sends by POST, as they are now: the open page when none is named."""
    if page:
        if page.partition("?")[0] in PIECES:
            return []
        answer = browser.http.get(page, follow_redirects=True)
        if answer.mimetype != "text/html" or answer.status_code >= 400:
            return []
        browser._seen(answer, answer.status_code)
    assert browser.page is not None
    return [form for form in browser.page.forms if form.method == "post"]


def endpoint_of(app: Engage, form: FormFound, page: str) -> str:
    """The endpoint that a form goes to."""
    route = (form.action or page).partition("?")[0]
    return str(app.url_map.bind("localhost").match(route, "POST")[0])


def names_to_try(form: FormFound, earlier: set[str]) -> set[str]:
    """Fields of `form`; of those that one place reads for all forms only the first is tried.

    That is the key of sending once, which forms `earlier` had too, and one language of two.
    """
    french = {f"{name[:-3]}_fr" for name in form.names if name.endswith("_ar")} & form.names
    arabic = {f"{name[:-3]}_ar" for name in french}
    return form.names - {"csrf_token"} - arabic - ({"idem"} & earlier)


def try_form(
    browser: Browser, page: str, form: FormFound, names: set[str]
) -> Iterator[tuple[object, ...]]:
    """Each field with each bad value, the others good; a form that was taken is opened again."""
    tries = product(sorted(names), CORPUS) if names else [("csrf_token", "")]
    for number, (name, what) in enumerate(tries):
        fields = filled(form, name, CORPUS[what]) if what else filled(form)
        if "code" in form.names and number % FEWEST_TRIES == 0:
            forget_tries(browser)
        answer = send(browser, form.action or page, fields)
        if answer.status_code == 429:
            forget_tries(browser)
            answer = send(browser, form.action or page, fields)
        if answer.status_code >= 500:
            yield answer.status_code, form.action or page, name, what
        if answer.status_code == 303 and page:
            again = [f for f in forms_of(browser, page) if f.action == form.action]
            form = again[0] if again else form


def forget_tries(browser: Browser) -> None:
    """Count from nothing again: who typed too often is answered before any field is looked at."""
    with browser.app.services.database.transaction() as db:
        db.execute(delete(ThrottleCounter))
        db.execute(update(SignInCode).values(attempts=0))


def filled(form: FormFound, bad: str = "", value: bytes = b"") -> Fields:
    """The fields of `form` with good values, but `bad` with `value`."""
    names = form.names | {name for name, _ in form.buttons}
    good = [(name, good_value(form, name).encode()) for name in sorted(names - {bad})]
    return [*good, (bad, value)] if bad else good


def good_value(form: FormFound, name: str) -> str:
    """What stands in a field, else what it offers, else what somebody could type."""
    typed = GOOD.get(name.rsplit("-", 1)[-1], "")
    known = (*form.fields.get(name, ()), *form.offered.get(name, ()), typed)
    return next(filter(None, known), "")
