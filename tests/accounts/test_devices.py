"""The coarse word for a device."""

import pytest

from engage.accounts.devices import described, shown
from engage.core import i18n


@pytest.mark.parametrize(
    ("user_agent", "word"),
    [
        (
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
                " Chrome/126.0.0.0 Mobile Safari/537.36"
            ),
            "Téléphone Android, Chrome",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko)"
                " SamsungBrowser/24.0 Chrome/117.0.0.0 Safari/537.36"
            ),
            "Tablette Android, Samsung Internet",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
                " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
            ),
            "iPhone, Safari",
        ),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
                " Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
            ),
            "Ordinateur Windows, Edge",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
            "Ordinateur Linux, Firefox",
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
                " (KHTML, like Gecko) Version/17.5 Safari/605.1.15"
            ),
            "Ordinateur Mac, Safari",
        ),
        ("curl/8.5.0", "Autre appareil"),
        ("", "Autre appareil"),
        ("x" * 10_000, "Autre appareil"),
    ],
)
def test_a_browser_is_named_coarsely(user_agent: str, word: str) -> None:
    assert described(user_agent) == word
    assert shown(word) == word


def test_old_sign_ins_without_a_word_are_some_device() -> None:
    assert shown("") == "Autre appareil"


def test_devices_are_named_in_the_language_of_the_page() -> None:
    i18n.speak("ar")
    assert shown("Téléphone Android, Chrome").endswith(", Chrome")
    assert "Téléphone" not in shown("Téléphone Android, Chrome")
