"""Languages that residents write and members may read, as French speakers call them."""

LANGUAGES_READ = {
    "fr": "français",
    "ar": "arabe",
    "en": "anglais",
    "es": "espagnol",
    "pt": "portugais",
    "it": "italien",
    "ro": "roumain",
    "tr": "turc",
    "sq": "albanais",
    "ru": "russe",
    "uk": "ukrainien",
    "ka": "géorgien",
    "hy": "arménien",
    "fa": "persan",
    "zh": "chinois",
}


def name_of(code: str) -> str:
    """The language, or its code where we know no name."""
    return LANGUAGES_READ.get(code, code)
