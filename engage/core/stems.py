"""Words as the search compares them: folded, without grammar, and by their sound in French.

Everything starts from folded letters, so that `Réparation` and `reparer` meet even when somebody
writes without accents. Raise `RULES_VERSION` when anything here changes: `engage upgrade` then
makes the index again.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from engage.core.folding import fold

RULES_VERSION = 2

LONGEST = 32
"""Letters of a word that are compared."""

_WORD = re.compile(r"[^\W_]+")
_FRENCH = re.compile(r"[a-z]+")
_DOUBLED = re.compile(r"(.)\1+")
_ARABIC = re.compile(r"[\u0621-\u064a]+")

_FRENCH_EMPTY = """
a afin ai aie aient aies ailleurs ainsi ait alors apres as assez au aucun aucune aujourd auquel
aura aurai auraient aurais aurait auras aurez aurons auront aussi autour autre autres aux avaient
avais avait avant avec avez aviez avions avoir avons ayant ayez ayons bas besoin bien bon bonne c
ca car ce ceci cela celle celles celui ces cet cette ceux chacun chaque chez chose choses comme
comment contre d dans de dehors deja depuis des desquels dessous dessus deux devant devraient
devrait dire dis dit doit doivent donc dont du duquel elle elles en encore entre envers es est et
etaient etais etait etant etante etants ete etes etiez etions etre eu eue eues eurent eus eut eux
facilement faire fait fasse faudra faudrait faut font furent fus fut grand grande grands gros h
hormis hors hui ici il ils j jamais je jusqu jusque l la laquelle le lequel les lesquelles
lesquels leur leurs lors lorsqu lorsque lui m ma mais malgre me meme memes mes mettre mien mienne
mieux mis mise moi moins mon n ne ni nos notamment notre nous nul nulle nulles nuls on ont ou par
parce parfois parmi part partout pas pendant personne petit petite petits peu peut peuvent plus
plusieurs plutot point pour pourquoi pourrait pouvoir pres presque propose proposer puis puisqu
puisque qu quand que quel quelle quelles quelqu quelque quelques quels qui quiconque quoi quoique
rien s sa sans sauf se selon sera serai seraient serais serait seras serez seriez serions serons
seront ses seulement si sien sienne soient sois soit sommes son sont sous souvent soyez soyons
suis sur surtout t ta tandis tant te tel telle tes tien tienne toi ton toujours tous tout toute
toutes tres trois trop tu un une va vers veut voici voila vont vos votre voudrais vous vraiment
vu y
"""

_ARABIC_EMPTY = """
في من على الى عن مع هذا هذه ذلك التي الذي و او ان كل قد لا ما لم هو هي بعد قبل
"""
EMPTY = frozenset((_FRENCH_EMPTY + _ARABIC_EMPTY).split())
"""Words that say nothing about an idea; they are neither kept nor looked for."""

_ENDINGS = tuple(
    (ending, least)
    for endings, least in (
        ("isement isante isant", 4),
        ("ation atrice ateur", 3),
        ("ition ution", 4),
        ("ement ament ment", 4),
        ("ite ique iste isme able ible", 4),
        ("ance ence ante ant", 4),
        ("age", 4),
        ("erie", 3),
        ("euse eur ure", 4),
        ("iene ien iere ier ele el", 4),
        ("ale al ive if", 4),
        ("eraient erait aient erait ait ion ent ee", 4),
        ("er ez", 3),
        ("ee ir it ie", 4),
        ("ete et", 4),
    )
    for ending in endings.split()
)
"""Endings in the singular, letters written once, and how many letters are left at least."""


def words(text: str) -> Iterator[str]:
    """The stems of the words of `text` that say something, in order, each as often as it stands."""
    for word in _WORD.findall(fold(text)):
        found = stem(word[:LONGEST])
        if found:
            yield found


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """What stays of a folded word when its grammar is taken off; empty when it says nothing."""
    if _ARABIC.fullmatch(word):
        return _arabic(word)
    if word in EMPTY or (len(word) == 1 and not word.isdigit()):
        return ""
    return _french(word) if _FRENCH.fullmatch(word) else word


def _french(word: str) -> str:
    """Letters once, then without plural, one ending and a silent e, as long as enough is left."""
    word = _DOUBLED.sub(r"\1", word)
    if len(word) > 4 and word.endswith("eaux"):
        return word[:-1]
    if len(word) > 5 and word.endswith("aux"):
        word = word[:-2] + "l"
    elif len(word) > 3 and word[-1] in "sx":
        word = word[:-1]
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: -len(ending)]
            break
    if word.endswith(("dre", "dr")):
        return word.rstrip("er")  # prendre, il prend
    if len(word) > 5 and word.endswith("ag"):
        return word[:-2]  # partager, un jardin partagé
    return word[:-1] if len(word) > 3 and word[-1] in "eiy" else word


_ARABIC_STARTS = ("وال", "بال", "كال", "فال", "لل", "ال")
_ARABIC_ENDS = ("ات", "ون", "ين", "ان", "ها", "ية", "ة", "ه", "ي")


def _arabic(word: str) -> str:
    """An Arabic word without article and the commonest ends."""
    if word in EMPTY:
        return ""
    for start in _ARABIC_STARTS:
        if word.startswith(start) and len(word) - len(start) >= 3:
            word = word[len(start) :]
            break
    for end in _ARABIC_ENDS:
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    return word


_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"sch|sh|ch", "C"),
        (r"h", ""),
        (r"e?au", "o"),
        (r"[ae]i|[ae]y", "e"),
        (r"qu|ck|q", "k"),
        (r"sc(?=[eiy])|c(?=[eiy])|z", "s"),
        (r"c", "k"),
        (r"g(?=[eiy])", "j"),
        (r"ti(?=on)", "si"),
        (r"y", "i"),
        (r"w", "v"),
        (r"(?:[ae][nm])(?![aeiou])", "A"),
        (r"(?:i[nm])(?![aeiou])", "I"),
        (r"(?<=..)[tdspxe]$", ""),
    )
)


@lru_cache(maxsize=16_384)
def sound(word: str) -> str:
    """How a stem sounds to a French ear: `pharmac` and `farmass` are the same."""
    if not _FRENCH.fullmatch(word):
        return word
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


SHORTEST_MISSPELT = 4


@lru_cache(maxsize=16_384)
def spellings(word: str) -> frozenset[str]:
    """A stem's keys: its sound, itself, and all that is left of it without one letter.

    Two words that share one of these sound alike, or are one slip of the finger apart (or two): a
    letter too many, missing, exchanged, or two in the wrong order.
    """
    if len(word) < SHORTEST_MISSPELT:
        return frozenset()
    left = (word[:i] + word[i + 1 :] for i in range(len(word)))
    return frozenset({f"~{sound(word)}", word, *left})


def is_elided(word: str, term: str) -> bool:
    """Whether `word` is `term` after an article without its apostrophe: `lombre`, `decole`."""
    return word[:1] in "dl" and word[1:] == term and term[:1] in "aeiouh"


def distance(one: str, other: str) -> int:
    """Slips between two words: letters added, left out, exchanged, or two neighbours swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row, older = row, [i], before
        for j, b in enumerate(other, 1):
            cost = min(row[j - 1] + 1, above[j] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]
