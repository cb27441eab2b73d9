"""How long everything personal is kept, as one table: the page, the purge and its report read it.

After domaine.md, paragraph 5.2: proposals that the data protection officer has to confirm.
"""

from collections.abc import Sequence

from engage.consultations import roll
from engage.core.config import Config
from engage.core import search
from engage.core.i18n import lazy as _
from engage.privacy import expiry, expiry_moderation, identities
from engage.privacy.rule import ERASED, GONE, Basis, Rule, Span
from engage.privacy.technical import TECHNICAL

NUMBER_ONLY = _("reste : un numéro, sans nom")

RULES: Sequence[Rule] = (
    Rule(
        "accounts",
        _("Compte : adresses, nom choisi, quartier, preuves, clés"),
        Basis.TASK,
        _("sans connexion"),
        _("effacé ; vous êtes prévenu 30 jours avant"),
        ERASED,
        (
            "people",
            "contact_points",
            "passwords",
            "authenticators",
            "one_time_codes",
            "passkeys",
            "residence_proofs",
            "rhythms",
            "moderators",
        ),
        Span(months=24),
        expiry.accounts,
    ),
    Rule(
        "proposals",
        _("Idées publiées"),
        Basis.TASK,
        _("sans limite"),
        _("versées aux archives publiques"),
        _("à vous de choisir : elles restent sans votre nom, ou elles sont retirées"),
        (
            "proposals",
            "proposal_revisions",
            "proposal_photos",
            "proposal_additions",
            "proposal_answers",
            "proposal_events",
            *search.TABLES,
        ),
    ),
    Rule(
        "endorsements",
        _("Vos soutiens"),
        Basis.TASK,
        _("tant que vous avez un compte"),
        GONE,
        ERASED,
        ("endorsements",),
    ),
    Rule(
        "event_reminders",
        _("Rappel d’une date de l’agenda, que vous avez demandé"),
        Basis.TASK,
        _("après la date"),
        GONE,
        ERASED,
        ("event_reminders",),
        Span(days=1),
        expiry.event_reminders,
    ),
    Rule(
        "proposal_follows",
        _("Les idées que vous suivez"),
        Basis.CONSENT,
        _("tant que vous les suivez"),
        GONE,
        ERASED,
        ("proposal_follows",),
    ),
    Rule(
        "refused_ideas",
        _("Idées non publiées"),
        Basis.TASK,
        _("après la décision"),
        _("texte et photo effacés ; le motif reste"),
        ERASED,
        ("moderation_items", "decisions", "pending_decisions", "translations"),
        Span(months=6),
        expiry.refused_ideas,
    ),
    Rule(
        "notices",
        _("Texte signalé par un lecteur : qui, pourquoi"),
        Basis.LAW,
        _("après la décision"),
        _("nom, adresse et explication effacés ; le nombre reste"),
        _("vos mots restent jusque-là, sans votre nom ni votre adresse"),
        ("notice_cases", "notices"),
        Span(months=6),
        expiry_moderation.notices,
    ),
    Rule(
        "appeals",
        _("Demande de nouvelle lecture"),
        Basis.TASK,
        _("après la réponse"),
        _("vos mots et la réponse effacés ; le résultat reste"),
        _("vos mots restent jusque-là, sans votre nom"),
        ("appeals",),
        Span(months=6),
        expiry_moderation.appeals,
    ),
    Rule(
        "alerts",
        _("Alerte : quelqu’un est en danger, ou un membre est menacé"),
        Basis.LAW,
        _("après la fin de l’alerte"),
        _("ce qui a été fait est effacé ; le jour reste"),
        NUMBER_ONLY,
        ("alerts",),
        Span(months=12),
        expiry_moderation.alerts,
    ),
    Rule(
        "comments",
        _("Commentaires publiés"),
        Basis.TASK,
        _("aussi longtemps que l’idée"),
        _("versés aux archives publiques"),
        _("à vous de choisir : ils restent sans votre nom, ou ils sont retirés"),
        ("comments", "threads", "proposal_threads"),
    ),
    Rule(
        "incident_photos",
        _("Photos d’un problème"),
        Basis.TASK,
        _("après la fin"),
        GONE,
        ERASED,
        ("incident_photos",),
        Span(months=6),
        expiry.incident_photos,
    ),
    Rule(
        "incidents",
        _("Problème signalé : vos mots, le lieu exact, qui suit"),
        Basis.TASK,
        _("après la fin"),
        _("rendu anonyme"),
        _("vos mots et votre photo sont effacés ; le problème reste, sans vous"),
        ("incidents", "incident_events", "incident_followers", "incident_publications"),
        Span(months=12),
        expiry.incidents,
    ),
    Rule(
        "anonymous_incidents",
        _("Problème rendu anonyme"),
        Basis.TASK,
        _("après la fin"),
        GONE,
        _("reste : plus rien ne dit qui l’a signalé"),
        ("deadlines", "conversions"),
        Span(months=36),
        expiry.anonymous_incidents,
    ),
    Rule(
        "roll_entries",
        _("Qui a voté (jamais quoi)"),
        Basis.TASK,
        _("après la décision"),
        _("effacé ; le nombre de votants reste"),
        _("reste jusque-là : un numéro, pour que personne ne vote deux fois"),
        ("roll_entries",),
        Span(months=roll.MONTHS),
        expiry.roll_entries,
    ),
    Rule(
        "ballots",
        _("Bulletins, sans nom"),
        Basis.TASK,
        _("sans limite"),
        _("versés aux archives publiques"),
        _("restent : rien ne dit lequel est le vôtre"),
        ("ballots", "final_counts"),
    ),
    Rule(
        "enquiries",
        _("Question posée au guichet"),
        Basis.TASK,
        _("après la réponse, ou la question restée sans réponse"),
        GONE,
        ERASED,
        ("enquiries",),
        Span(months=12),
        expiry.enquiries,
    ),
    Rule(
        "consents",
        _("Vos accords"),
        Basis.CONSENT,
        _("après avoir dit non"),
        GONE,
        ERASED,
        ("consents",),
        Span(months=12),
        expiry.consents,
    ),
    Rule(
        "mandates",
        _("Mandats : conseil citoyen, équipe"),
        Basis.TASK,
        _("après leur fin"),
        GONE,
        _("prennent fin ; le rôle et les dates restent, sans nom"),
        ("mandates",),
        Span(months=60),
        expiry.mandates,
    ),
    Rule(
        "retained_identities",
        _("Qui a publié un texte, sous clé, lu seulement pour la justice"),
        Basis.LAW,
        _("après la fin du compte"),
        GONE,
        _("gardé sous clé jusqu’à cette date si vous avez publié une idée"),
        ("retained_identities",),
        Span(months=12 * identities.YEARS),
        expiry.identities,
        optional=True,
    ),
    Rule(
        "audit_entries",
        _("Journal des actes : des numéros, jamais un nom"),
        Basis.LAW,
        _("sans limite"),
        _("versé aux archives publiques"),
        NUMBER_ONLY,
        ("audit_entries",),
    ),
    Rule(
        "reminders",
        _("Rappels aux partenaires et leurs réponses"),
        Basis.TASK,
        _("après l’envoi"),
        GONE,
        "",
        ("digests", "reminders", "reply_links", "answers"),
        Span(months=36),
        expiry.reminders,
    ),
    Rule(
        "contacts",
        _("Contacts professionnels des partenaires"),
        Basis.TASK,
        _("après la fin de leur fonction"),
        GONE,
        "",
        ("contact_people",),
        Span(months=36),
        expiry.contacts,
    ),
    *TECHNICAL,
)
"""In the order in which they are shown and applied."""

NO_PERSONAL_DATA = frozenset(
    {
        "actions",
        "axes",
        "calls",
        "consultations",
        "contract_rows",
        "demo_people",
        "events",
        "incident_categories",
        "incident_kinds",
        "incident_tiles",
        "neighbourhoods",
        "options",
        "organisations",
        "places",
        "questions",
        "refusal_reasons",
        "register_months",
        "routing_rules",
        "ticks",
        "town",
        "town_settings",
        "voting_codes",
    }
)
"""Tables that say nothing of anybody: the contract, questions, hashes of letters to dwellings."""


def on_leaving(config: Config) -> tuple[list[Rule], list[Rule]]:
    """What goes at once with an account, and what stays or waits for its own time."""
    told = [rule for rule in standing(config) if rule.leaving]
    return (
        [rule for rule in told if rule.leaving is ERASED],
        [rule for rule in told if rule.leaving is not ERASED],
    )


def standing(config: Config) -> list[Rule]:
    """The rules as this town has them."""
    return [rule for rule in RULES if config.keep_identities or not rule.optional]
