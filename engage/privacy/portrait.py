"""All that is known of one person, gathered for themselves: a file for programs, one to read."""

import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engage.accounts import consents
from engage.accounts.models import ContactKind, ContactPoint, Mandate, Person, SignIn
from engage.accounts.proofs import Passkey
from engage.accounts.residence import ResidenceProof
from engage.agenda.models import Event, EventReminder
from engage.consultations.kits.models import PartyHelper, PartyNeed
from engage.consultations.models import Consultation, RollEntry, unit_of_person
from engage.consultations.outcome.models import ResultFollow
from engage.core import clock
from engage.core.errors import NotFound
from engage.core.outbox import OutboxMessage
from engage.core.storage import Storage
from engage.discussions.models import Comment
from engage.fieldwork.models import Enquiry
from engage.incidents.models import (
    Incident,
    IncidentEvent,
    IncidentFollower,
    IncidentPhoto,
    Moment,
)
from engage.moderation.appeals_models import Appeal
from engage.moderation.notices_models import Notice
from engage.moderation.rota_models import Rhythm
from engage.privacy import leaving, own_ideas, queries
from engage.proposals.news import ProposalFollow
from engage.territory.models import Neighbourhood

Portrait = dict[str, Any]


def portrait(db: Session, person: Person) -> Portrait:
    """What the platform knows of `person`, as plain values under French names.

    How somebody voted is not in it: ballots name nobody.
    """
    return {
        "fait_le": clock.local(clock.now()).isoformat(timespec="minutes"),
        "compte": _account(db, person),
        "adresses": _contact_points(db, person),
        "appareils": _sign_ins(db, person),
        "cles": [
            {"nom": key.name, "depuis": _day(key.created_at)}
            for key in db.scalars(select(Passkey).where(Passkey.person_id == person.id))
        ],
        "mandats": [
            {"role": m.role, "du": _text(m.starts_on), "au": _text(m.ends_on)}
            for m in db.scalars(select(Mandate).where(Mandate.person_id == person.id))
        ],
        "preuves_de_domicile": [
            {"niveau": proof.level, "le": _text(proof.proven_on)}
            for proof in db.scalars(
                select(ResidenceProof).where(ResidenceProof.person_id == person.id)
            )
        ],
        "accords": [
            {"pour": c.purpose, "oui_le": _day(c.given_at), "non_le": _day(c.withdrawn_at)}
            for c in consents.answers_of(db, person)
        ],
        "idees": own_ideas.ideas(db, person),
        "precisions": own_ideas.additions(db, person),
        "commentaires": [
            {
                "texte": said.body,
                "au_nom_de": said.voice.value,
                "visible": said.visibility.value,
                "par": said.channel,
                "le": _day(said.created_at),
            }
            for said in db.scalars(
                select(Comment).where(Comment.author_id == person.id).order_by(Comment.id)
            )
        ],
        "soutiens": [
            {"idee": title, "le": _text(day), "par": channel}
            for title, day, channel in queries.supported(db, person)
        ],
        "rappels_demandes": [
            {"date": event.title.get("fr", ""), "le": _day(event.starts_at)}
            for event in db.scalars(
                select(Event)
                .join(EventReminder, EventReminder.event_id == Event.id)
                .where(EventReminder.person_id == person.id)
                .order_by(Event.starts_at, Event.id)
            )
        ],
        "aides_promises_pour_une_fete": [
            {"quoi": what.get("fr", ""), "prenom": name, "le": _text(day)}
            for what, name, day in db.execute(
                select(PartyNeed.title, PartyHelper.name, PartyHelper.asked_on)
                .join(PartyNeed, PartyNeed.id == PartyHelper.need_id)
                .where(PartyHelper.person_id == person.id)
                .order_by(PartyHelper.need_id)
            )
        ],
        "idees_suivies": [
            {"idee": number, "depuis": _text(day)}
            for number, day in db.execute(
                select(ProposalFollow.proposal_id, ProposalFollow.created_on)
                .where(ProposalFollow.person_id == person.id)
                .order_by(ProposalFollow.proposal_id)
            )
        ],
        "resultats_attendus": [
            {"concertation": title.get("fr", "")}
            for title in db.scalars(
                select(Consultation.title)
                .join(ResultFollow, ResultFollow.consultation_id == Consultation.id)
                .where(ResultFollow.person_id == person.id)
                .order_by(Consultation.id)
            )
        ],
        "rythme_de_lecture": [
            {
                "silence_de": rhythm.quiet_from,
                "a": rhythm.quiet_until,
                "en_pause_jusqu_au": _text(rhythm.paused_until),
            }
            for rhythm in db.scalars(select(Rhythm).where(Rhythm.person_id == person.id))
        ],
        "textes_signales": [
            {"explication": notice.explanation, "le": _day(notice.created_at)}
            for notice in db.scalars(select(Notice).where(Notice.reporter_id == person.id))
        ],
        "nouvelles_lectures_demandees": [
            {"demande": appeal.word, "reponse": appeal.answer, "le": _day(appeal.created_at)}
            for appeal in db.scalars(select(Appeal).where(Appeal.author_id == person.id))
        ],
        "problemes_signales": _reports(db, person),
        "problemes_suivis": _followed(db, person),
        "votes": _votes(db, person),
        "questions_posees": [
            {"question": e.question, "reponse": e.answer, "le": _day(e.created_at)}
            for e in db.scalars(select(Enquiry).where(Enquiry.person_id == person.id))
        ],
        "messages_envoyes": _messages(db, person),
    }


def _text(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _day(moment: datetime | None) -> str | None:
    return clock.local(moment).date().isoformat() if moment else None


def _account(db: Session, person: Person) -> Portrait:
    hood = db.get(Neighbourhood, person.neighbourhood_id) if person.neighbourhood_id else None
    return {
        "numero": person.id,
        "nom_public": person.public_name,
        "quartier": hood.name["fr"] if hood else None,
        "langue": person.language,
        "annee_de_naissance": person.birth_year,
        "ouvert_le": _day(person.created_at),
        "derniere_connexion": _text(person.last_seen_on),
    }


def _contact_points(db: Session, person: Person) -> list[Portrait]:
    """A card is kept as a hash, which says nothing to anybody."""
    rows = db.scalars(select(ContactPoint).where(ContactPoint.person_id == person.id))
    return [
        {
            "sorte": point.kind,
            "valeur": None if point.kind == ContactKind.CARD else point.value,
            "prouvee_le": _day(point.verified_at),
        }
        for point in rows
    ]


def _sign_ins(db: Session, person: Person) -> list[Portrait]:
    rows = db.scalars(select(SignIn).where(SignIn.person_id == person.id).order_by(SignIn.id))
    return [
        {
            "appareil": row.device,
            "avec": row.opened_with,
            "du": clock.local(row.created_at).isoformat(timespec="minutes"),
            "fini_le": _day(row.revoked_at or row.expires_at),
        }
        for row in rows
    ]


def _reports(db: Session, person: Person) -> list[Portrait]:
    rows = db.scalars(
        select(Incident)
        .options(
            joinedload(Incident.kind),
            joinedload(Incident.place),
            joinedload(Incident.photos).joinedload(IncidentPhoto.photo),
        )
        .where(Incident.reporter_id == person.id)
        .order_by(Incident.id)
    ).unique()
    return [
        {
            "numero": report.reference,
            "quoi": report.kind.resident_label.get("fr", ""),
            "lieu": report.place.name.get("fr", ""),
            "texte": report.description,
            "etat": report.status.value,
            "le": _day(report.created_at),
            "photos": [
                own_ideas.file_of(p.photo.key) for p in report.photos if p.moment is Moment.BEFORE
            ],
            "etapes": _steps(db, report),
        }
        for report in rows
    ]


def _steps(db: Session, report: Incident) -> list[Portrait]:
    rows = db.scalars(
        select(IncidentEvent)
        .where(IncidentEvent.incident_id == report.id)
        .order_by(IncidentEvent.id)
    )
    return [{"le": _day(e.at), "etat": e.status.value, "mot": e.word} for e in rows]


def _followed(db: Session, person: Person) -> list[str]:
    reached = leaving.reached(leaving.addresses_of(db, person))
    rows = db.execute(
        select(Incident.reference, IncidentFollower.channel, IncidentFollower.address)
        .join(IncidentFollower, IncidentFollower.incident_id == Incident.id)
        .where(IncidentFollower.address.in_([address for _channel, address in reached]))
        .order_by(Incident.id)
    )
    return [reference for reference, channel, address in rows if (channel, address) in reached]


def _votes(db: Session, person: Person) -> list[Portrait]:
    """That the person voted, as long as the roll says so; never what."""
    rows = db.execute(
        select(Consultation.id, Consultation.title, RollEntry.channel)
        .join(RollEntry, RollEntry.consultation_id == Consultation.id)
        .where(RollEntry.unit == unit_of_person(person.id))
        .order_by(Consultation.id)
    )
    each = {(id_, channel): title for id_, title, channel in rows}
    return [
        {"concertation": title.get("fr", ""), "par": channel}
        for (_id, channel), title in each.items()
    ]


def _messages(db: Session, person: Person) -> list[Portrait]:
    """When, where to and about what; the words may hold codes and are not repeated."""
    wanted = leaving.messages_to(person, leaving.reached(leaving.addresses_of(db, person)))
    rows = db.scalars(select(OutboxMessage).where(wanted).order_by(OutboxMessage.id))
    return [
        {"sorte": m.kind, "a": m.recipient, "le": _day(m.sent_at), "objet": m.subject} for m in rows
    ]


def photo_files(found: Portrait) -> list[str]:
    """The names of the photos that belong into the archive."""
    ideas = [name for idea in found["idees"] for name in idea["photos"]]
    reports = [name for report in found["problemes_signales"] for name in report["photos"]]
    return [*ideas, *reports]


def write(out: IO[bytes], found: Portrait, readable: str, storage: Storage) -> None:
    """Write the archive: data.json, the same to read, and the person's own photos."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(found, ensure_ascii=False, indent=1))
        archive.writestr("index.html", readable)
        for name in photo_files(found):
            _add_photo(archive, storage, name)


def _add_photo(archive: zipfile.ZipFile, storage: Storage, name: str) -> None:
    try:
        content = storage.open(name.removeprefix("photos/").removesuffix(".webp"))
    except NotFound:  # lost on the disk: `engage verify` says so, the rest is still owed
        return
    archive.writestr(zipfile.ZipInfo(name), content)


def sections(found: Portrait) -> Sequence[tuple[str, Sequence[Any]]]:
    """The lists of a portrait that are not empty, for the page that is read."""
    return [(name, rows) for name, rows in found.items() if isinstance(rows, list) and rows]
