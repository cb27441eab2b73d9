"""Words of neighbourhood life that people use for each other: who looks for one finds the others.

French only, a group a line; a word may stand in several groups. They count less than the word
itself. Nothing of it is kept in the index, so the list may grow at any time.
"""

from collections.abc import Mapping

from engage.core import stems

COUNTS = 0.6
"""What a word counts that was said for another one."""

_GROUPS = """
acces accessible rampe handicap handicape fauteuil pmr
achat commerce magasin boutique epicerie superette
affiche affichage panneau information pancarte
aide soutien accompagnement entraide
aine age ancien senior retraite vieux
ado adolescent jeune jeunesse
ami voisin voisinage habitant
animal chien chat
apprendre cours formation lecon atelier
argent prix cher gratuit
arbre ombre verdure vegetation planter
arreter interdire fermer
assoir asseoir banc siege chaise
atelier stage
attente arret abribus abri
auto voiture vehicule circulation
bac composteur compost epluchure
balancoire toboggan jeux
ballon foot football
barbecue repas pique-nique banquet
batiment immeuble residence tour
bebe creche garde nourrice poussette
benevole volontaire
bibliotheque mediatheque ludotheque livre lecture
bicyclette velo cyclable cycliste
boule petanque
bricolage reparer reparation repair
bruit calme tranquillite silence
bus car navette transport
camera securite police policier
chaleur chaud canicule fraicheur
chantier travaux metier
chauffage isolation fenetre
chemin allee sentier passage trottoir
chomage emploi travail embauche recrutement
cinema cine film projection
circuler rouler vitesse
colis paquet livraison
college collegien lycee lyceen ecole eleve scolaire devoir
concert musique musicien chanson
correspondance courrier lettre
couleur fresque peinture peindre dessin
course legume fruit panier marche
cuisine cuisiner repas plat
danse gym gymnastique sport
dechet poubelle ordure tri
decouvrir decouverte visite visiter
demarche papier administratif dossier formulaire
depanner reparer
dimanche week-end weekend samedi
docteur medecin infirmier infirmiere sante soin soigner
don donner donnerie echange echanger troc
eau fontaine robinet
eclairage eclairer lumiere lampe lampadaire sombre noir
enfant gamin petit
enseigner apprendre
entreprise societe usine
entretien nettoyer nettoyage menage proprete propre
escalier marche ascenseur
ete vacances
etranger langue traduction traduire interprete
examen concours
expo exposition
famille parent mere pere
fete festival bal kermesse
fleur fleurir jardiniere balcon
gateau gouter cafe
gymnase stade terrain salle
habit vetement fripe
handicap invalide fauteuil
hopital clinique consultation
informatique ordinateur numerique internet tablette
insertion reinsertion
jardin potager plantation culture
jouer jeux jouet
journal gazette bulletin
local salle piece garage cave
logement appartement loyer locataire hlm
loisir activite animation
marche brocante vide-grenier foire
mairie ville municipalite
metre distance
moto scooter
mutuelle complementaire assurance
mur facade
nature oiseau biodiversite
neuf renover renovation refaire
nuit nocturne soir soiree
opinion avis question reponse
parc square pelouse espace vert
parking stationnement garer
permis conduire auto-ecole
pieton pietonnier marcheur
piscine baignade
place placette
police gendarme tranquillite
pret preter emprunter louer location
produit ferme producteur agriculteur
promenade randonnee balade marche
propos reunion rencontre rencontrer parler discussion
ralentir ralentisseur vitesse dos-d-ane
rappeler rappel
reemploi recycler recyclage ressourcerie recyclerie
revision soutien devoir
roman livre
route rue avenue chaussee voirie
sanitaire toilette wc
secours urgence
securise securiser sur danger dangereux proteger
skate trottinette roller
tele television ecran
theatre spectacle
traverser traversee passage
vaccin vaccination depistage sante
vente vendre acheter
vol voler antivol
"""


def _made() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _GROUPS.splitlines():
        group = {word for word in stems.words(line) if word}
        for word in group:
            found.setdefault(word, set()).update(group - {word})
    return {word: frozenset(others) for word, others in found.items()}


OTHERS = _made()


def others(word: str) -> frozenset[str]:
    """The stems that may stand for the stem `word`."""
    return OTHERS.get(word, frozenset())
