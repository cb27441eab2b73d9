"""E-mail addresses and phone numbers as people type them, brought to one form."""

from dataclasses import dataclass

from engage.accounts.models import ContactKind
from engage.core.errors import InvalidInput
from engage.core.i18n import _


@dataclass(frozen=True)
class ContactAddress:
    """A normalised address: an e-mail in lower case, a phone number as `+33…`."""

    kind: ContactKind
    value: str

    @property
    def channel(self) -> str:
        return "sms" if self.kind is ContactKind.PHONE else "email"

    @property
    def hint(self) -> str:
        """Enough to recognise one's own address, too little to learn another's."""
        if self.kind is ContactKind.PHONE:
            return f"•• •• •• {self.value[-4:-2]} {self.value[-2:]}"
        name, _at, domain = self.value.partition("@")
        return f"{name[0]}•••@{domain}"


def parse(typed: str, *, region: str = "FR", field: str = "contact") -> ContactAddress:
    """Read an e-mail address or a phone number; raises `InvalidInput`."""
    typed = typed.strip()
    if "@" in typed:
        return ContactAddress(ContactKind.EMAIL, _email(typed, field))
    return ContactAddress(ContactKind.PHONE, _phone(typed, region, field))


def _email(typed: str, field: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(typed, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise InvalidInput(
            field, _("Cette adresse e-mail semble fausse. Exemple : prenom@exemple.fr")
        ) from None
    return str(found.normalized).lower()


def _phone(typed: str, region: str, field: str) -> str:
    import phonenumbers

    message = _("Écrivez un numéro de téléphone ou une adresse e-mail. Exemple : 06 12 34 56 78")
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        raise InvalidInput(field, message) from None
    if not phonenumbers.is_possible_number(number):
        raise InvalidInput(field, message)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
