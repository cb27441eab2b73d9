"""A coarse word for a device, made of what its browser calls itself; pure, no version numbers."""

from engage.core.i18n import lazy as __

OTHER = "Autre appareil"

_DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android+Mobile", "Téléphone Android"),
    ("Android", "Tablette Android"),
    ("Windows", "Ordinateur Windows"),
    ("CrOS", "Chromebook"),
    ("Macintosh", "Ordinateur Mac"),
    ("Linux", "Ordinateur Linux"),
)
"""What has to be in the browser's name → the device; the first that fits."""

_BROWSERS = (
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Most browsers also name the one they are made of: those come last."""

_WORDS = {
    "Téléphone Android": __("Téléphone Android"),
    "Tablette Android": __("Tablette Android"),
    "Ordinateur Windows": __("Ordinateur Windows"),
    "Ordinateur Mac": __("Ordinateur Mac"),
    "Ordinateur Linux": __("Ordinateur Linux"),
    OTHER: __("Autre appareil"),
}
"""The devices whose names are translated."""


def described(user_agent: str) -> str:
    """For instance "Téléphone Android, Chrome": enough to recognise one's own, no fingerprint."""
    device = _first(_DEVICES, user_agent) or OTHER
    browser = _first(_BROWSERS, user_agent)
    return f"{device}, {browser}" if browser else device


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((word for marks, word in table if all(m in text for m in marks.split("+"))), "")


def shown(word: str) -> str:
    """What `described` gave, in the language of the page."""
    device, _comma, browser = word.partition(", ")
    device = str(_WORDS.get(device or OTHER, device))
    return f"{device}, {browser}" if browser else device
