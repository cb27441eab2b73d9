"""What could point at a person is hidden, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.core.masking import MASK, findings, masked


@pytest.mark.parametrize(
    "typed",
    [
        "06 12 34 56 78",
        "06.12.34.56.78",
        "0612345678",
        "+33 6 12 34 56 78",
        "0033612345678",
        "05-65-20-00-00",
        "AB-123-CD",
        "AB 123 CD",
        "1234 AB 46",
        "amina@example.org",
    ],
)
def test_numbers_plates_and_addresses_are_hidden(typed: str) -> None:
    assert masked(f"Voir avec {typed}, merci") == f"Voir avec {MASK}, merci"


@pytest.mark.parametrize("typed", ["appartement 12", "appt 12B", "logement n° 204", "Porte 3"])
def test_flat_numbers_are_hidden_and_the_word_stays(typed: str) -> None:
    assert masked(f"C’est à l’{typed}.").endswith(f" {MASK}.")
    assert typed.split()[0] in masked(f"C’est à l’{typed}.")


@pytest.mark.parametrize(
    "typed",
    [
        "Le lampadaire devant le n° 63 clignote depuis 8 jours.",
        "Bâtiment A, hall B, 2e étage",
        "Le 6 juin 2026 à 18 h 30, 300 personnes",
        "Budget : 3 000 € sur 2026-2030",
        "المصباح لا يعمل منذ أسبوع",
        "🙂 merci à l’équipe",
    ],
)
def test_ordinary_words_stay_as_typed(typed: str) -> None:
    assert masked(typed) == typed
    assert not findings(typed)


@given(st.text(max_size=300))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert masked(masked(text)) == masked(text)
