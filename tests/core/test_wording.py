"""What is pointed at before sending, and the many words that must never be."""

import time

import pytest

from engage.core import emergency, wording
from engage.core.wording import Sign

HARMLESS = """\
Une rue de Constantine plus calme, avec une bonne connexion internet.
La connection est lente, le député est venu de Puteaux.
La Tête de Nègre et Nègrepelisse sont des noms de lieux, comme le chemin du Nègre ou le Rio Negro.
Un pain bâtard à la boulangerie, une salopette pour le jardin, un pédibus pédagogique.
Un café con leche para todos los vecinos, con bancos y árboles.
Vorremmo una fontana con acqua fresca e più alberi.
Uma praça com sombra para as crianças brincarem.
Daha fazla ağaç ve gölgeli bir park istiyoruz.
Vrem mai multe bănci și locuri de joacă pentru copii.
We would like more lights near the bus stop; nobody should con the old people.
نريد مقاعد في الظل قرب الألعاب.
Des bancs à l’ombre, rue Madame de Staël. École Monsieur Vincent : refaire la cour.
Bonjour Monsieur, Madame, je propose un composteur avec M. le Maire et Mme la Préfète.
Le ballon vole par-dessus le grillage, les papiers volent, et les pigeons aussi.
Feuilles qui volent dans les halls.
Personne ne deale si la lumière marche.
Mes voisins ont été cambriolés, il faut de la lumière. On nous a volé trois vélos.
Les voisins disent que les sacs volent. La gardienne est gentille.
Le feu tricolore est trop court pour tourner au feu rouge. Le feu d’artifice du 14 juillet.
Le compteur de gaz est dans le hall. Un poste de secours au stade.
Un damier pour les noirs et les blancs, des murs sales, noirs de fumée.
La mairie a détourné la circulation. Karim a proposé un tournoi de foot.
Gogol, Mongolie, conseil, conte, conserve, concert, Montcuq, Condom.
"""


@pytest.mark.parametrize("text", HARMLESS.splitlines())
def test_what_is_harmless_is_left_alone(text: str) -> None:
    assert wording.passages(text) == []


@pytest.mark.parametrize(
    ("text", "sign", "words"),
    [
        ("Appelez le 06 39 98 00 01.", Sign.PERSONAL, "06 39 98 00 01"),
        ("Demander à Mme Durand.", Sign.NAME, "Mme Durand"),
        ("Monsieur Jean Lefèvre habite là.", Sign.NAME, "Monsieur Jean Lefèvre"),
        ("Le gardien, ce connard, dort.", Sign.INSULT, "connard"),
        ("Quelle BANDE DE CONS !", Sign.INSULT, "BANDE DE CONS"),
        ("C’est un enculé.", Sign.INSULT, "enculé"),
        ("Sale pédé", Sign.INSULT, "pédé"),
        ("Ces sales gitans partout", Sign.INSULT, "Ces sales gitans"),
        ("Dehors les étrangers", Sign.INSULT, "Dehors les étrangers"),
        ("Untel deale dans le hall.", Sign.ACCUSATION, "Untel deale"),
        ("Hier Karim vole des vélos.", Sign.ACCUSATION, "Karim vole"),
        ("Karim trafique en bas.", Sign.ACCUSATION, "Karim trafique"),
        ("Mon voisin vend de la drogue.", Sign.ACCUSATION, "Mon voisin vend de la drogue"),
        ("C’est M. Dupont qui casse tout.", Sign.ACCUSATION, "C’est M. Dupont qui casse"),
        ("c’est le voisin du 3e qui a volé", Sign.ACCUSATION, "c’est le voisin du 3e qui a volé"),
        ("Mme Martin bat ses enfants", Sign.ACCUSATION, "Mme Martin bat ses enfants"),
        ("Il y a le feu dans le hall", Sign.EMERGENCY, "Il y a le feu"),
        ("Ça sent le gaz", Sign.EMERGENCY, "sent le gaz"),
        ("Je veux mourir", Sign.EMERGENCY, "veux mourir"),
    ],
)
def test_each_kind_is_found_with_its_exact_words(text: str, sign: Sign, words: str) -> None:
    (passage,) = wording.passages(text)
    assert (passage.sign, passage.words) == (sign, words)


def test_a_name_in_an_accusation_is_told_once_and_emergencies_come_first() -> None:
    text = "M. Dupont est un voleur. Il y a le feu chez Mme Martin, 06 39 98 00 01."
    assert [p.sign for p in wording.passages(text)] == [
        Sign.EMERGENCY,
        Sign.PERSONAL,
        Sign.NAME,
        Sign.ACCUSATION,
    ]
    assert wording.emergencies(text) == {"fire"}


def test_a_passage_stands_between_a_few_whole_words() -> None:
    (passage,) = wording.passages(f"{'mot ' * 30}connard{' mot' * 30}")
    assert passage.before.startswith("…mot")
    assert passage.after.endswith("mot…")
    assert len(passage.before) + len(passage.after) < 70


@pytest.mark.parametrize(
    "piece", ["M. ", "A", "le voisin de a b c ", "C’est M. Aa Bb qui ", "ﷺ", "e\u0301", "Mme "]
)
def test_no_text_takes_long(piece: str) -> None:
    started = time.thread_time()
    wording.findings(piece * (4000 // len(piece)))
    assert time.thread_time() - started < 1


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Il y a le feu.", ["18", "112", "114"]),
        ("Ça sent le gaz.", ["18", "112", "114"]),
        ("Mon mari me frappe.", ["3919", "17", "112", "114"]),
        ("Je veux mourir.", ["3114", "15", "112", "114"]),
        ("Des bancs.", []),
    ],
)
def test_an_emergency_has_its_numbers(text: str, numbers: list[str]) -> None:
    assert [n.number for n in emergency.numbers(wording.emergencies(text))] == numbers
