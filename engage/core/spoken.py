"""Texts that staff type once per language of the site: French is asked for, others may wait."""

from collections.abc import Callable
from typing import Any, TypeVar

from wtforms import Field
from wtforms.validators import DataRequired, Length

from engage.core.forms import Form
from engage.core.i18n import LANGUAGES

F = TypeVar("F", bound=type[Form])

OTHERS = tuple(code for code in LANGUAGES if code != "fr")
"""The languages beside French, in the site's order."""


def spoken(
    name: str, label: str, field: type[Field], *, longest: int, missing: str, too_long: str
) -> Callable[[F], F]:
    """Give a form the field `name_fr`, and `name_ar` … where the text may be left out.

    `missing` is said where the French text lacks; without it the French one may be left out too.
    """

    def widen(form: F) -> F:
        for code in LANGUAGES:
            needed = code == "fr" and missing
            validators: list[Any] = [DataRequired(missing)] if needed else []
            validators.append(Length(max=longest, message=too_long))
            setattr(form, f"{name}_{code}", field(label, validators=validators))
        return form

    return widen


def texts(form: Form, name: str) -> dict[str, str]:
    """What was typed in the fields of `name`, per language, without those left empty."""
    typed = {code: form[f"{name}_{code}"].data for code in LANGUAGES}
    return {code: text for code, text in typed.items() if text}


def filled_in(**kept: dict[str, str]) -> dict[str, str]:
    """Texts per language as values to start a form with."""
    return {f"{name}_{code}": text for name, of in kept.items() for code, text in of.items()}
