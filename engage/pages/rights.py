"""What each role may do, asked of the policy functions themselves: the page can not be wrong."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engage.accounts import admin_policy, attesting, residence
from engage.accounts import policy as accounts
from engage.accounts.models import Mandate, Person, Role
from engage.agenda import policy as agenda
from engage.agenda.models import Event
from engage.consultations import policy as consultations
from engage.consultations.codes import policy as codes
from engage.consultations.kits import policy as kits
from engage.consultations.making import policy as making
from engage.consultations.models import Consultation, Electorate
from engage.consultations.outcome import policy as decisions
from engage.consultations.paper import policy as paper
from engage.core import clock
from engage.core.i18n import lazy
from engage.core.town_settings import TownSettings
from engage.core.words import Visibility
from engage.discussions import policy as discussions
from engage.discussions.models import Comment
from engage.fieldwork import conversion_policy
from engage.fieldwork import policy as fieldwork
from engage.incidents import policy as incidents
from engage.incidents.models import Incident
from engage.moderation import alerts_policy as alerts
from engage.moderation import appeals_policy as appeals
from engage.moderation import incident_words
from engage.moderation import notices_policy as notices
from engage.moderation import policy as moderation
from engage.moderation.appeals_models import Appeal
from engage.moderation.appeals_workflow import Status as AppealStatus
from engage.moderation.models import ModerationItem
from engage.moderation.notices_targets import Target
from engage.moderation.workflow import Status as ItemStatus
from engage.pages import policy as pages
from engage.privacy import policy as privacy
from engage.proposals import call_policy as calls
from engage.proposals import follow_up_policy as follow_up
from engage.proposals import policy as proposals
from engage.proposals.call_models import Call
from engage.proposals.models import Proposal, Voice
from engage.proposals.workflow import Status as IdeaStatus
from engage.reminders import policy as reminders
from engage.territory.models import Organisation

ONESELF, ANOTHER = 1, 2
"""Ids of the person who asks and of somebody else; nothing of this is in a database."""

OURS, THEIRS = 1, 2
"""Ids of the organisation that the person acts for and of another one."""


@dataclass(frozen=True)
class Act:
    """Something to do, in words; `rule` is the policy function that decides on `subject`."""

    words: str
    rule: Callable[..., bool]
    subject: Callable[[], Sequence[Any]] = tuple

    def is_open_to(self, person: Person) -> bool:
        return self.rule(person, *self.subject())


def somebody(*roles: Role, id_: int = ONESELF) -> Person:
    """A person in memory who holds `roles` today, for `OURS`."""
    today = clock.today()
    given = [
        Mandate(person_id=id_, role=role.value, organisation_id=OURS, starts_on=today)
        for role in roles
        if role is not Role.RESIDENT
    ]
    return Person(id=id_, mandates=given)


def _idea(
    author_id: int, status: IdeaStatus, visibility: Visibility, **values: Any
) -> Callable[[], tuple[Any]]:
    return lambda: (Proposal(author_id=author_id, status=status, visibility=visibility, **values),)


def _item(author_id: int, status: ItemStatus) -> Callable[[], tuple[Any]]:
    return lambda: (ModerationItem(author_id=author_id, status=status, decisions=[]),)


def _for_council() -> tuple[Voice, None]:
    return Voice.COUNCIL, None


def _for_mediators() -> tuple[Voice, None]:
    return Voice.MEDIATOR, None


def _for_association() -> tuple[Voice, int]:
    return Voice.ASSOCIATION, OURS


def _report(organisation_id: int) -> Callable[[], tuple[Any]]:
    return lambda: (Incident(organisation_id=organisation_id),)


def _mandate(role: Role, holder: int = ANOTHER) -> Callable[[], tuple[Any]]:
    return lambda: (Mandate(person_id=holder, role=role.value, starts_on=clock.today()),)


def _any_vote() -> tuple[Any]:
    return (_vote_to_come()[0],)


def _ended_vote() -> tuple[Any, Any]:
    """Sealed; the organisation that the person acts for owes the decision."""
    now = clock.now()
    ended = now - timedelta(days=1)
    vote = Consultation(closes_at=ended, announced_at=ended, sealed_at=ended, organisation_id=OURS)
    return vote, now


def _decided_vote() -> tuple[Any]:
    (vote, now) = _ended_vote()
    vote.decided_on = clock.local(now).date()
    return (vote,)


def _draft_vote() -> tuple[Any, Any]:
    now = clock.now()
    return Consultation(is_draft=True, opens_at=now, closes_at=now), now


def _vote_to_come() -> tuple[Any, Any]:
    now = clock.now()
    opens = now + timedelta(days=3)
    closes = opens + timedelta(days=7)
    return Consultation(is_draft=False, opens_at=opens, closes_at=closes), now


def _paper_vote() -> tuple[Any, ...]:
    ended, now = _ended_vote()
    ended.takes_paper, ended.is_draft = True, False
    return ended, now


def _party() -> tuple[Any, ...]:
    """One that is announced and has no day yet."""
    return Consultation(is_draft=False), None, clock.today()


def _works() -> tuple[Any, ...]:
    """Of the organisation that the person acts for."""
    return (Consultation(organisation_id=OURS),)


def _vote_by_code() -> tuple[Any, ...]:
    return (Consultation(electorate=Electorate.DWELLING_CODE),)


def _tenant() -> tuple[Any, ...]:
    return somebody(id_=ANOTHER), None, Organisation(id=OURS, kind=residence.LANDLORD)


def _neighbour() -> tuple[Any, ...]:
    return somebody(id_=ANOTHER), None, None


OPEN_TOWN = TownSettings(comments_open=True)
"""Where the coordinator opened comments."""


def _comment(author_id: int, visibility: Visibility) -> Comment:
    return Comment(author_id=author_id, visibility=visibility)


def _refused_item(author_id: int) -> Callable[[], tuple[Any]]:
    return lambda: (
        ModerationItem(
            author_id=author_id,
            status=ItemStatus.REFUSED,
            decided_at=clock.now(),
            decisions=[],
        ),
    )


def _text() -> tuple[Target]:
    return (Target("proposals", 1, 1, ANOTHER, "", ""),)


def _date() -> tuple[Any, ...]:
    """A date of the agenda in three days, and now."""
    now = clock.now()
    starts = now + timedelta(days=3)
    return Event(starts_at=starts, ends_at=starts + timedelta(hours=1)), now


def _call(opens_in: int, lasts: int) -> Callable[[], Any]:
    """A call of the council, and today."""

    def made() -> tuple[Any, ...]:
        first = clock.today() + timedelta(days=opens_in)
        asks = Organisation(id=THEIRS, kind=calls.COUNCIL_KIND)
        last = first + timedelta(days=lasts)
        return Call(organisation=asks, opens_on=first, closes_on=last), clock.today()

    return made


def _partner() -> tuple[Any, ...]:
    return (Organisation(id=THEIRS, kind=residence.LANDLORD),)


WAITING = _idea(ONESELF, IdeaStatus.RECEIVED, Visibility.PENDING)
REFUSED = _idea(ONESELF, IdeaStatus.REFUSED, Visibility.HIDDEN)
OWN_PUBLISHED = _idea(ONESELF, IdeaStatus.PUBLISHED, Visibility.PUBLIC)
PUBLISHED = _idea(ANOTHER, IdeaStatus.PUBLISHED, Visibility.PUBLIC)
PROMISED = _idea(ANOTHER, IdeaStatus.ANSWERED, Visibility.PUBLIC, partner_id=OURS)

ACTS: Mapping[str, Sequence[Act]] = {
    lazy("Les idées"): (
        Act(lazy("Proposer une idée"), proposals.can_submit),
        Act(lazy("Soutenir l’idée de quelqu’un"), proposals.can_endorse, PUBLISHED),
        Act(lazy("Suivre mon idée, même refusée"), proposals.can_see, REFUSED),
        Act(lazy("Changer l’action de mon idée"), proposals.can_change_action, WAITING),
        Act(lazy("Écrire de nouveau mon idée refusée"), proposals.can_rewrite, REFUSED),
        Act(lazy("Changer les mots de mon idée"), proposals.can_edit, WAITING),
        Act(lazy("Ajouter une précision à mon idée publiée"), proposals.can_add, OWN_PUBLISHED),
        Act(lazy("Proposer au nom du conseil citoyen"), proposals.can_speak_as, _for_council),
        Act(lazy("Proposer au nom de la médiation"), proposals.can_speak_as, _for_mediators),
        Act(lazy("Proposer au nom de mon association"), proposals.can_speak_as, _for_association),
        Act(lazy("Retirer mon idée"), proposals.can_withdraw, WAITING),
        Act(lazy("Suivre l’idée de quelqu’un"), follow_up.can_follow, PUBLISHED),
        Act(lazy("Mettre une idée à l’étude"), follow_up.can_study, PUBLISHED),
        Act(lazy("Confier une idée à un partenaire"), follow_up.can_entrust, PUBLISHED),
        Act(lazy("Publier la réponse à une idée"), follow_up.can_reply, PUBLISHED),
        Act(lazy("Dire qu’une idée se réalise"), follow_up.can_carry_out, PROMISED),
        Act(lazy("Réunir deux idées semblables"), follow_up.can_join, PUBLISHED),
        Act(lazy("Proposer une idée au vote"), follow_up.can_put_to_vote, PUBLISHED),
        Act(lazy("Faire d’une idée un signalement"), follow_up.can_convert, PUBLISHED),
        Act(
            lazy("Demander à un habitant si son signalement peut devenir une idée"),
            conversion_policy.can_ask_author,
            _report(OURS),
        ),
        Act(
            lazy("Voir les photos des idées avant leur publication"),
            proposals.can_see_waiting_photos,
        ),
    ),
    lazy("Les commentaires, quand la ville les ouvre"): (
        Act(lazy("Commenter une idée"), discussions.can_comment, lambda: (OPEN_TOWN,)),
        Act(
            lazy("Répondre à un commentaire"),
            discussions.can_answer,
            lambda: (_comment(ANOTHER, Visibility.PUBLIC), OPEN_TOWN),
        ),
        Act(
            lazy("Corriger mon commentaire avant qu’il soit publié"),
            discussions.can_rewrite,
            lambda: (_comment(ONESELF, Visibility.PENDING),),
        ),
        Act(
            lazy("Retirer mon commentaire"),
            discussions.can_take_back,
            lambda: (_comment(ONESELF, Visibility.PUBLIC),),
        ),
    ),
    lazy("L’agenda"): (
        Act(lazy("Demander un rappel la veille"), agenda.can_be_reminded, _date),
        Act(lazy("Ajouter une date à l’agenda"), agenda.can_keep_agenda),
        Act(lazy("Changer ou annuler une date"), agenda.can_change_event, _date),
    ),
    lazy("Les appels à participation"): (
        Act(lazy("Préparer un appel"), calls.can_prepare_calls),
        Act(lazy("Préparer un appel au nom d’un partenaire"), calls.can_ask_for, _partner),
        Act(lazy("Voir un appel ouvert"), calls.can_see_call, _call(-2, 9)),
        Act(
            lazy("Changer un appel du conseil avant son début"),
            calls.can_change_call,
            _call(3, 9),
        ),
        Act(lazy("Prolonger un appel du conseil"), calls.can_extend_call, _call(-2, 9)),
        Act(lazy("Arrêter un appel du conseil"), calls.can_stop_call, _call(-2, 9)),
        Act(lazy("Publier la réponse à un appel du conseil"), calls.can_answer_call, _call(-9, 3)),
    ),
    lazy("La lecture avant publication"): (
        Act(lazy("Lire les idées qui attendent"), moderation.can_look),
        Act(lazy("Décider de ce qui est publié"), moderation.can_moderate),
        Act(
            lazy("Accepter l’idée de quelqu’un d’autre"),
            moderation.can_judge,
            _item(ANOTHER, ItemStatus.WAITING),
        ),
        Act(
            lazy("Accepter ma propre idée"),
            moderation.can_judge,
            _item(ONESELF, ItemStatus.WAITING),
        ),
        Act(
            lazy("Proposer un refus"),
            moderation.can_propose_refusal,
            _item(ANOTHER, ItemStatus.WAITING),
        ),
        Act(
            lazy("Confirmer le refus proposé par un autre membre"),
            moderation.can_confirm_refusal,
            _item(ANOTHER, ItemStatus.SECOND_LOOK),
        ),
        Act(
            lazy("Me déporter d’un texte"),
            moderation.can_recuse,
            _item(ANOTHER, ItemStatus.WAITING),
        ),
        Act(lazy("Trancher quand deux membres ne sont pas d’accord"), moderation.can_arbitrate),
        Act(lazy("Traduire un texte pour le conseil"), moderation.can_translate),
    ),
    lazy("Les nouvelles lectures"): (
        Act(
            lazy("Demander une nouvelle lecture de mon texte refusé"),
            appeals.can_appeal,
            _refused_item(ONESELF),
        ),
        Act(lazy("Voir les demandes de nouvelle lecture"), appeals.can_read_appeals),
        Act(
            lazy("Répondre à une demande, sans avoir décidé la première fois"),
            appeals.can_judge_appeal,
            lambda: (
                Appeal(status=AppealStatus.OPEN, due_at=clock.now()),
                *_refused_item(ANOTHER)(),
                True,
            ),
        ),
    ),
    lazy("Les textes signalés"): (
        Act(
            lazy("Proposer de montrer à tous les mots d’un problème"),
            incident_words.can_propose_words,
            lambda: (Incident(organisation_id=THEIRS, listed=True),),
        ),
        Act(lazy("Signaler le texte de quelqu’un"), notices.can_report, _text),
    ),
    lazy("Les alertes"): (
        Act(lazy("Dire que quelqu’un est en danger, ou que l’on me menace"), alerts.can_alert),
        Act(lazy("Répondre aux alertes"), alerts.can_answer_alerts),
    ),
    lazy("Les problèmes du quartier"): (
        Act(lazy("Ouvrir la liste des problèmes"), incidents.can_open_desk),
        Act(lazy("Lire un problème confié à mon organisation"), incidents.can_see, _report(OURS)),
        Act(
            lazy("Lire un problème confié à une autre organisation"),
            incidents.can_see,
            _report(THEIRS),
        ),
        Act(lazy("Voir tous les problèmes"), incidents.can_see_all),
        Act(
            lazy("Dire ce qui est prévu ou réparé"),
            incidents.can_act,
            _report(OURS),
        ),
        Act(lazy("Confier un problème à une organisation"), incidents.can_triage, _report(THEIRS)),
        Act(lazy("Voir ce que chaque partenaire doit"), reminders.can_follow_partners),
    ),
    lazy("Les votes"): (
        Act(lazy("Préparer une concertation"), making.can_make),
        Act(lazy("Annoncer une concertation"), consultations.can_announce),
        Act(lazy("Annoncer un brouillon relu"), making.can_announce_draft, _draft_vote),
        Act(lazy("Répéter un vote avant son ouverture"), making.can_rehearse, _vote_to_come),
        Act(lazy("Changer une concertation avant le vote"), making.can_change, _vote_to_come),
        Act(lazy("Prolonger un vote"), making.can_extend, _vote_to_come),
        Act(lazy("Annuler une concertation"), making.can_cancel, _vote_to_come),
        Act(lazy("Être prévenu du résultat d’un vote"), decisions.can_follow_result, _any_vote),
        Act(lazy("Sceller les bulletins d’un vote fini"), consultations.can_seal, _ended_vote),
        Act(lazy("Publier la décision après un vote"), decisions.can_decide, _ended_vote),
        Act(lazy("Compléter une décision publiée"), decisions.can_add_to_decision, _decided_vote),
        Act(lazy("Dire qui doit la décision"), decisions.can_entrust, _ended_vote),
        Act(lazy("Archiver une concertation"), decisions.can_archive, _decided_vote),
        Act(lazy("Remettre des bulletins au stand"), paper.can_hand_out),
        Act(lazy("Lire les bulletins en papier"), paper.can_read_ballots),
        Act(lazy("Faire des bulletins en papier"), paper.can_run_count),
        Act(lazy("Compter l’urne et clore le dépouillement"), paper.can_open_urn, _paper_vote),
        Act(lazy("Faire les lettres d’un vote"), codes.can_make_letters, _vote_by_code),
        Act(lazy("Annuler le code d’une lettre perdue"), codes.can_cancel_codes),
        Act(lazy("Vérifier le code de vote que quelqu’un montre"), codes.can_check_code),
    ),
    lazy("Les fêtes et les travaux"): (
        Act(lazy("Donner un coup de main à une fête"), kits.can_help, _party),
        Act(lazy("Organiser une fête, voir les prénoms des bénévoles"), kits.can_organise),
        Act(lazy("Lier une réunion, publier son compte rendu"), kits.can_accompany),
        Act(lazy("Répondre aux questions sur mes travaux"), kits.can_answer_worries, _works),
    ),
    lazy("L’accueil"): (
        Act(lazy("Écrire pour quelqu’un au guichet"), fieldwork.can_capture),
        Act(
            lazy("Donner sa liste de codes à un membre du conseil"),
            accounts.can_give_code_list,
            lambda: (somebody(Role.COUNCIL, id_=ANOTHER),),
        ),
        Act(lazy("Confirmer que quelqu’un habite ici"), residence.can_attest, _neighbour),
        Act(
            lazy("Confirmer que quelqu’un est locataire de mon organisation"),
            residence.can_attest,
            _tenant,
        ),
        Act(lazy("Compter qui a prouvé son adresse, sans savoir qui"), attesting.can_count),
    ),
    lazy("Mon compte"): (
        Act(lazy("Changer mes numéros et mes adresses"), accounts.can_change_ways_in),
        Act(lazy("Supprimer mon compte"), privacy.can_leave),
        Act(lazy("Avoir une deuxième étape pour entrer"), accounts.can_secure),
        Act(lazy("Entrer avec un mot de passe et une application"), accounts.can_use_app),
    ),
    lazy("L’administration"): (
        Act(lazy("Voir qui a quel rôle"), admin_policy.can_administer),
        Act(
            lazy("Donner un rôle du conseil, d’agent ou de médiation"),
            admin_policy.can_give_mandate,
            lambda: (Role.COUNCIL,),
        ),
        Act(
            lazy("Donner un rôle de coordination ou d’administration"),
            admin_policy.can_give_mandate,
            lambda: (Role.ADMIN,),
        ),
        Act(
            lazy("Arrêter le rôle d’un agent"),
            admin_policy.can_end_mandate,
            _mandate(Role.AGENT),
        ),
        Act(
            lazy("Prolonger le rôle d’un agent"),
            admin_policy.can_prolong_mandate,
            _mandate(Role.AGENT),
        ),
        Act(
            lazy("Prolonger mon propre rôle"),
            admin_policy.can_prolong_mandate,
            _mandate(Role.AGENT, ONESELF),
        ),
        Act(
            lazy("Envoyer une invitation à un agent"),
            accounts.can_invite,
            lambda: (somebody(Role.AGENT, id_=ANOTHER),),
        ),
        Act(lazy("Retrouver une personne par son adresse exacte"), admin_policy.can_find_person),
        Act(
            lazy("Voir les coordonnées d’une personne, en disant pourquoi"),
            admin_policy.can_reveal_contact,
        ),
        Act(lazy("Lire le journal"), admin_policy.can_read_journal),
        Act(lazy("Changer les réglages"), pages.can_change_settings),
    ),
}
"""Theme → what can be done there. A test fails when a policy function is missing."""

ROLES = (Role.RESIDENT, Role.COUNCIL, Role.AGENT, Role.MEDIATOR, Role.COORDINATOR, Role.ADMIN)


@dataclass(frozen=True)
class Row:
    """An act and the roles it is open to."""

    words: str
    roles: Collection[Role]


def table() -> list[tuple[str, list[Row]]]:
    """Every act by theme, with the roles that may do it."""
    holders = {role: somebody(role) for role in ROLES}
    return [
        (
            str(theme),
            [
                Row(
                    str(act.words),
                    [role for role, one in holders.items() if act.is_open_to(one)],
                )
                for act in acts
            ],
        )
        for theme, acts in ACTS.items()
    ]


def open_to(roles: Collection[Role]) -> list[tuple[str, list[str]]]:
    """What somebody with `roles` may do, by theme; themes with nothing are left out."""
    person = somebody(*roles)
    found = [
        (str(theme), [str(act.words) for act in acts if act.is_open_to(person)])
        for theme, acts in ACTS.items()
    ]
    return [(theme, acts) for theme, acts in found if acts]
