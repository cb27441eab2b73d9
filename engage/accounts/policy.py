"""Who has to prove more than an address, and who may do what with accounts; pure."""

from engage.accounts.models import Person, SignIn


def needs_second_step(person: Person) -> bool:
    """Whoever has a mandate today: the council and all staff (product rule)."""
    return bool(person.mandates_of_today)


def is_half_signed_in(sign_in: SignIn) -> bool:
    """Signed in as a resident, mandates not opened yet."""
    return sign_in.second_step_at is None and needs_second_step(sign_in.person)
