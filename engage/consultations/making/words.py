"""What staff read while they make a concertation, in French only; what residents read is below."""

from engage.consultations.making.models import ChangeKind
from engage.consultations.making.shown import Change
from engage.consultations.models import Electorate, Purpose, QuestionKind
from engage.core.i18n import _, date_long

PURPOSES = {
    Purpose.VOTE.value: "Un vote",
    Purpose.PARTY.value: "Une fête de quartier",
    Purpose.REHABILITATION.value: "Une réhabilitation",
    Purpose.SURVEY.value: "Une enquête, sans décision à prendre",
}

ELECTORATES = {
    Electorate.DECLARED.value: "Avec un compte\xa0: on dit où on habite",
    Electorate.VERIFIED.value: "Avec un compte vérifié",
    Electorate.DWELLING_CODE.value: "Avec un code par logement",
    Electorate.PERSON_CODE.value: "Avec un code par personne",
}

ELECTORATE_HINTS = {
    Electorate.DECLARED.value: "Simple. Bien pour une fête ou un aménagement.",
    Electorate.VERIFIED.value: "Un téléphone, un e-mail ou une carte, et une preuve d’adresse.",
    Electorate.DWELLING_CODE.value: "Une lettre avec un code. Bien pour des travaux chez soi.",
    Electorate.PERSON_CODE.value: "Un code remis en main propre ou par lettre à chacun.",
}

RESIDENCE = {
    "declared": "La personne le dit elle-même",
    "perimeter": "Elle choisit son adresse dans une liste",
    "letter": "Le code d’une lettre le montre",
    "attested": "Un médiateur ou le bailleur le confirme",
    "council": "Seuls les membres du conseil citoyen",
}

KINDS = {
    QuestionKind.YES_NO: ("Oui, non, sans avis", "check"),
    QuestionKind.SINGLE: ("Un seul choix", "vote"),
    QuestionKind.APPROVAL: ("Plusieurs choix, avec un maximum", "list"),
    QuestionKind.FAVOURITES: ("Trois préférés, dans l’ordre", "heart"),
    QuestionKind.JUDGMENT: ("Un jugement pour chaque réponse", "chat"),
    QuestionKind.BUDGET: ("Un budget à partager", "people"),
    QuestionKind.SCALE: ("Une note de 1 à 5", "eye"),
    QuestionKind.TEXT: ("Une réponse libre", "edit"),
}
"""The kinds of question: words, icon."""

KIND_HINTS = {
    QuestionKind.YES_NO: "Les trois réponses sont déjà écrites.",
    QuestionKind.SINGLE: "Une date, un nom\xa0: une seule réponse est retenue.",
    QuestionKind.APPROVAL: "Cocher ce qui convient. Vous dites combien au plus.",
    QuestionKind.FAVOURITES: "Le premier vaut 3 points, le deuxième 2, le troisième 1.",
    QuestionKind.JUDGMENT: "De «\xa0à rejeter\xa0» à «\xa0excellent\xa0», pour chaque réponse.",
    QuestionKind.BUDGET: "Chaque projet a un prix. On choisit sans dépasser la somme.",
    QuestionKind.SCALE: "Pour une enquête\xa0: la propreté, le bruit, l’éclairage.",
    QuestionKind.TEXT: "Lue avant d’être publiée. Elle ne compte pas comme une voix.",
}


def steps(consultation_id: int) -> tuple[tuple[str, str, str], ...]:
    """The guided steps: slug, name, address."""
    base = f"/concertations/{consultation_id}/preparer"
    return tuple((slug, name, f"{base}/{slug}") for slug, name in STEPS.items())


STEPS = {
    "essentiel": "De quoi il s’agit",
    "questions": "Les questions",
    "documents": "Les documents",
    "votants": "Qui vote",
    "calendrier": "Le calendrier",
}


def change(told: Change) -> str:
    """What residents read of one change; the two ends of an extension are said in full."""
    if told.kind is ChangeKind.CANCELLED:
        return _("La concertation est annulée.")
    if told.old_closes_at and told.new_closes_at:
        return _("Le vote est prolongé\xa0: il finit le {new} au lieu du {old}.").format(
            old=date_long(told.old_closes_at), new=date_long(told.new_closes_at)
        )
    return {
        "wording": _("Les textes ont changé avant le vote."),
        "voters": _("Qui peut voter a changé avant le vote."),
        "calendar": _("Les dates ont changé avant le vote."),
        "documents": _("Les documents ont changé avant le vote."),
    }.get(told.part, _("Les questions ont changé avant le vote."))
