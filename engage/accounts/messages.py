"""Messages about identity."""

from sqlalchemy.orm import Session

from engage.accounts.addresses import ContactAddress
from engage.accounts.models import ContactKind, ContactPoint, Person, SignInCode
from engage.accounts.proofs import Invitation
from engage.core import clock, outbox
from engage.core.outbox import OutboxMessage, Rendered
from engage.core.words_of_mail import rendered


def sign_in_code(
    db: Session, code: SignInCode, address: ContactAddress, *, digits: str, page: str, language: str
) -> None:
    """Queue the six digits and the page where they are typed; both are blanked once sent."""
    outbox.post(
        db,
        "sign_in_code",
        channel=address.channel,
        recipient=address.value,
        dedupe_key=f"code:{code.challenge_hash}",  # SQLite gives the ids of removed rows again
        language=language,
        secret=f"{digits}\n{page}",
        code_id=code.id,
    )


def render_sign_in_code(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words of a code; None when it is too old to be of use.

    One that adds an address says so: whoever talks somebody into telling it gets their account.
    """
    code = db.get(SignInCode, message.payload["code_id"])
    if code is None or code.used_at is not None or code.expires_at <= clock.now():
        return None
    digits, page = message.secret.splitlines()
    adds = code.person_id is not None
    path = "/compte/adresses/code" if adds else "/compte/code"
    return rendered(
        "accounts/sign_in_code", message, digits=digits, link=f"{base_url}{path}/{page}", adds=adds
    )


def invitation(
    db: Session, invited: Invitation, point: ContactPoint, *, language: str, token: str
) -> None:
    """Queue the link of an invitation; it is blanked once sent."""
    outbox.post(
        db,
        "invitation",
        channel=ContactAddress(ContactKind(point.kind), point.value).channel,
        recipient=point.value,
        dedupe_key=f"invitation:{invited.token_hash}",
        person_id=invited.person_id,
        language=language,
        secret=token,
        invitation_id=invited.id,
    )


def render_invitation(db: Session, message: OutboxMessage, base_url: str) -> Rendered | None:
    """The words of an invitation; None when it was used, replaced or is too old."""
    invited = db.get(Invitation, message.payload["invitation_id"])
    if invited is None or invited.used_at is not None or invited.expires_at <= clock.now():
        return None
    return rendered(
        "accounts/invitation",
        message,
        link=f"{base_url}/compte/invitation/{message.secret}",
        until=clock.local(invited.expires_at).date(),
    )


def security_notice(db: Session, person: Person, point: ContactPoint, what: str) -> None:
    """Queue the notice that `what` changed (password, app, codes): a theft is seen at once."""
    outbox.post(
        db,
        "security_notice",
        channel=ContactAddress(ContactKind(point.kind), point.value).channel,
        recipient=point.value,
        dedupe_key=f"security:{person.id}:{what}:{clock.now().isoformat()}:{point.id}",
        person_id=person.id,
        language=person.language,
        what=what,
    )


def render_security_notice(db: Session, message: OutboxMessage, base_url: str) -> Rendered:
    """The words of such a notice; it is wanted however late it leaves."""
    return rendered(
        "accounts/security_notice",
        message,
        what=message.payload["what"],
        moment_of_change=message.created_at,
    )


RENDERERS = {
    "sign_in_code": render_sign_in_code,
    "invitation": render_invitation,
    "security_notice": render_security_notice,
}
