"""Words as the search compares them: folded, without grammar, and by their sound in French.

Everything starts from folded letters, so that `Réparation` and `reparer` meet even when somebody
writes without accents. Raise `RULES_VERSION` when anything here changes: `engage upgrade` then
makes the index again.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from engage.core.folding import fold

RULES_VERSION = 1

LONGEST = 32
"""Letters of a word that are compared."""

_WORD = re.compile(r"[^\W_]+")
_FRENCH = re.compile(r"[a-z]+")
_ARABIC = re.compile(r"[\u0621-\u064a]+")

_FRENCH_EMPTY = """
a afin ai aie ainsi alors apres as assez au aucun aucune aujourd aussi autour autre autres aux
avait avant avec avez avoir avons bien bon bonne c ca car ce ceci cela celle celles celui ces cet
cette ceux chacun chaque chez comme comment contre d dans de dehors deja depuis des dessous dessus
deux devant devraient devrait dire doit doivent donc dont du elle elles en encore entre es est et
etaient etait etant ete etes etre eu eux facilement faire fait fasse faudra faudrait faut font
grand grande grands gros h hors hui ici il ils j je jusqu jusque l la le les leur leurs lors
lorsque lui m ma mais me meme memes mes mettre mieux mis mise moins mon n ne ni nos notre nous on
ont ou par parce pas pendant personne petit petite petits peu peut peuvent plus plusieurs plutot
point pour pourquoi pourrait pouvoir pres propose proposer puis qu quand que quel quelle quelles
quelque quelques quels qui quoi rien s sa sans se sera seraient serait ses seulement si soient
soit sommes son sont sous souvent sur t ta tant te tel telle tes toi ton toujours tous tout toute
toutes tres trois trop tu un une va vers veut voici voila vont vos votre voudrais vous vraiment vu
y
"""

_ARABIC_EMPTY = """
في من على الى عن مع هذا هذه ذلك التي الذي و او ان كل قد لا ما لم هو هي بعد قبل
"""
EMPTY = frozenset((_FRENCH_EMPTY + _ARABIC_EMPTY).split())
"""Words that say nothing about an idea; they are neither kept nor looked for."""

_ENDINGS = tuple(
    (ending, least)
    for endings, least in (
        ("issements issement issantes issante issants issant", 4),
        ("ations ation atrices atrice ateurs ateur", 3),
        ("itions ition utions ution", 4),
        ("ements ement emment amment ments ment", 4),
        ("ities ites ite", 4),
        ("iques ique istes iste ismes isme ables able ibles ible", 4),
        ("ances ance ences ence antes ante ants ant", 4),
        ("ages age eries erie", 4),
        ("euses euse eurs eur ures ure", 4),
        ("ieres iere iers ier elles elle els el", 4),
        ("ales ale aux als al ives ive ifs if", 4),
        ("eraient erait aient erons eront ions iez ait ons ent ees", 4),
        ("ers ez er ee ir is it ie", 4),
        ("ettes ette ets et", 4),
    )
    for ending in endings.split()
)


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
    """Plural, then one ending, then a silent e and a doubled letter, as long as enough is left."""
    if len(word) > 4 and word.endswith("eaux"):
        return word[:-1]
    if len(word) > 3 and word[-1] in "sx" and not word.endswith("ss"):
        word = word[:-1]
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] in "eiy":
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word


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
        (r"sc(?=[eiy])|c(?=[eiy])|ss|z", "s"),
        (r"c", "k"),
        (r"g(?=[eiy])", "j"),
        (r"ti(?=on)", "si"),
        (r"y", "i"),
        (r"w", "v"),
        (r"(?:[ae][nm])(?![aeiou])", "A"),
        (r"(?:i[nm])(?![aeiou])", "I"),
        (r"(.)\1+", r"\1"),
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


def spellings(word: str) -> set[str]:
    """The sound of `word` and all that is left of it without one letter.

    Two words that share one of these are one slip of the finger apart, or two: a letter too many,
    missing, exchanged, or two in the wrong order.
    """
    heard = sound(word)
    if len(heard) < SHORTEST_MISSPELT:
        return {heard}
    return {heard, *(heard[:i] + heard[i + 1 :] for i in range(len(heard)))}


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
