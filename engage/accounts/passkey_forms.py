"""Forms of passkeys: a script fills them in with what the device answered, in base64url."""

import re

from wtforms import HiddenField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from engage.core.forms import Form, Line
from engage.core.i18n import lazy as _

STRANGE = _("Nous n’avons pas compris votre appareil. Recommencez.")
ASKED = InputRequired(_("Votre appareil n’a pas répondu. Recommencez."))


def answer(longest: int) -> HiddenField:
    """A part of the answer, at most `longest` signs (a key's id has up to 1,023 bytes)."""
    return HiddenField(validators=[ASKED, *_shape(longest)])


def _shape(longest: int) -> tuple[Length, Regexp]:
    return Length(max=longest, message=STRANGE), Regexp(r"[\w-]+\Z", re.ASCII, message=STRANGE)


class AnswerForm(Form):
    """What every answer has."""

    challenge = answer(100)
    credential_id = answer(1_400)
    client_data = answer(4_000)

    def given(self) -> dict[str, str]:
        """The parts of the answer by name."""
        return {field.name: field.data or "" for field in self if isinstance(field, HiddenField)}

    def message(self) -> str:
        """The first sentence of a refusal."""
        texts = [text for texts in self.errors.values() for text in texts]
        return str(texts[0])


class NewKeyForm(AnswerForm):
    """A new key and the name that its owner gives it; without one it is named as the device."""

    attestation = answer(20_000)
    name = Line(
        _("Le nom de cette clé"),
        validators=[Length(max=60, message=_("Choisissez un nom plus court."))],
    )


class ProofForm(AnswerForm):
    """The signature of a known key."""

    authenticator_data = answer(4_000)
    signature = answer(2_000)
    user_handle = HiddenField(validators=[Optional(), *_shape(100)])
    suite = HiddenField()
