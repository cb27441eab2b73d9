"""In which language something seems to be written, as far as its letters tell."""

import unicodedata


def language_of(text: str, *, page: str) -> str:
    """`ar` for Arabic letters, else the language of the page where it was typed.

    Latin letters typed on the Arabic page are taken for French.
    """
    letters = [c for c in text if c.isalpha()]
    arabic = sum("ARABIC" in unicodedata.name(c, "") for c in letters)
    if letters and arabic * 2 > len(letters):
        return "ar"
    return "fr" if page == "ar" else page
