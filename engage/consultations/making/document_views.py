"""Documents of a concertation: staff add and name them, everybody reads them once announced."""

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue

from engage.accounts import gate
from engage.consultations.making import desk, documents, queries, words
from engage.consultations.making.models import ConsultationDocument
from engage.consultations.making.question_forms import ALT, DocumentForm
from engage.consultations.models import Consultation
from engage.consultations.policy import can_see
from engage.core import clock, throttle
from engage.core.errors import InvalidInput, NotFound
from engage.core.forms import SeenForm, send_once
from engage.core.i18n import LANGUAGES, label, speak
from engage.core.photos import StoredPhoto
from engage.core.spoken import filled_in, texts
from engage.core.web import (
    accepts_photos,
    apart,
    form_page,
    get_db,
    see_other,
    sent_photo,
    services,
)

bp = Blueprint("making_documents", __name__)

DOCUMENTS = "/concertations/<ref:consultation_id>/preparer/documents"
AN_HOUR = 60

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Download-Options": "noopen",
}
"""A PDF is something to keep and read, never a page of this site."""


@bp.get(DOCUMENTS)
def index(consultation_id: int) -> ResponseReturnValue:
    speak("fr")
    consultation = desk.changeable(consultation_id)
    return _page(DocumentForm(version=consultation.version), consultation)


def _page(form: DocumentForm, consultation: Consultation) -> ResponseReturnValue:
    return form_page(
        "consultations/making/documents.html",
        form,
        small=SeenForm(formdata=None, version=consultation.version),
        consultation=consultation,
        documents=documents.of(get_db(), consultation.id),
        steps=words.steps(consultation.id),
        slug="documents",
        languages=LANGUAGES,
    )


@bp.post(DOCUMENTS)
@accepts_photos("photo")
@send_once
def add(consultation_id: int) -> ResponseReturnValue:
    speak("fr")
    desk.changeable(consultation_id)
    form = DocumentForm()
    if form.validate_on_submit():
        with form.refusals():
            file = _sent(form)
            documents.add(
                get_db(),
                desk.changeable(consultation_id),
                file,
                title=texts(form, "title"),
                alt=_alt(form, file),
                version=form.seen,
                actor=desk.maker(),
            )
            flash("Le document est ajouté.", "ok")
            return see_other(desk.step(consultation_id, "documents"))
    return _page(form, desk.found(consultation_id))


def _sent(form: DocumentForm) -> documents.StoredPdf | StoredPhoto:
    """The one file that was sent, checked and on the disk; raises `InvalidInput`."""
    pdf, photo = form.sent_pdf(), sent_photo("photo")
    if pdf is None and photo is None:
        raise InvalidInput("pdf", "Choisissez un fichier.")
    if pdf is None:
        assert photo is not None
        return photo
    if photo is not None:
        raise InvalidInput("pdf", "Un seul fichier à la fois\xa0: un PDF ou une image.")
    throttle.hit_hourly(apart(), f"document:{gate.signed_in().id}", limit=AN_HOUR)
    apart()  # what was read so far is over: the disk is waited for with no transaction open
    return documents.store_pdf(services().storage, pdf.stream, "pdf")


def _alt(form: DocumentForm, file: documents.StoredPdf | StoredPhoto) -> dict[str, str]:
    """What the picture shows; those who do not see it read it, so it is asked for."""
    said = texts(form, "alt")
    if isinstance(file, StoredPhoto) and "fr" not in said:
        raise InvalidInput("alt_fr", ALT)
    return said


@bp.get(f"{DOCUMENTS}/<int:document_id>")
def edit(consultation_id: int, document_id: int) -> ResponseReturnValue:
    speak("fr")
    consultation = desk.changeable(consultation_id)
    document = _document(consultation.id, document_id)
    values = filled_in(title=document.title, alt=document.alt)
    form = DocumentForm(version=consultation.version, **values)
    return _edit_page(form, consultation, document)


def _edit_page(
    form: DocumentForm, consultation: Consultation, document: ConsultationDocument
) -> ResponseReturnValue:
    return form_page(
        "consultations/making/document.html",
        form,
        small=SeenForm(formdata=None, version=consultation.version),
        consultation=consultation,
        document=document,
        languages=LANGUAGES,
    )


@bp.post(f"{DOCUMENTS}/<int:document_id>")
def change(consultation_id: int, document_id: int) -> ResponseReturnValue:
    speak("fr")
    consultation, form = desk.changeable(consultation_id), DocumentForm()
    document = _document(consultation.id, document_id)
    if form.validate_on_submit():
        with form.refusals():
            documents.edit(
                get_db(),
                consultation,
                document,
                title=texts(form, "title"),
                alt=texts(form, "alt"),
                version=form.seen,
                actor=desk.maker(),
            )
            flash("C’est enregistré.", "ok")
            return see_other(desk.step(consultation_id, "documents"))
    return _edit_page(form, desk.found(consultation_id), _document(consultation_id, document_id))


@bp.post(f"{DOCUMENTS}/<int:document_id>/retirer")
def remove(consultation_id: int, document_id: int) -> ResponseReturnValue:
    speak("fr")
    consultation, form = desk.changeable(consultation_id), SeenForm()
    document = _document(consultation.id, document_id)
    if not form.validate_on_submit():
        raise InvalidInput("", "Rechargez la page et recommencez.")
    documents.remove(get_db(), consultation, document, version=form.seen, actor=desk.maker())
    flash("Le document est retiré.", "ok")
    return see_other(desk.step(consultation_id, "documents"))


def _document(consultation_id: int, document_id: int) -> ConsultationDocument:
    found = (one for one in documents.of(get_db(), consultation_id) if one.id == document_id)
    if (document := next(found, None)) is None:
        raise NotFound
    return document


@bp.get("/concertations/<ref:consultation_id>/documents/<int:document_id>")
def read(consultation_id: int, document_id: int) -> ResponseReturnValue:
    """The PDF, to be kept: everybody's from the announcement on, staff's before."""
    consultation = queries.consultation(get_db(), consultation_id)
    if consultation is None or not documents.may_read(gate.actor(), consultation):
        raise NotFound
    document = _document(consultation.id, document_id)
    if document.key is None:
        raise NotFound
    public = can_see(consultation, clock.now())
    response = Response(services().storage.open(document.key), mimetype="application/pdf")
    response.headers.update(HEADERS)
    name = label(document.title)[:80] or "document"
    response.headers.set("Content-Disposition", "attachment", filename=f"{_plain(name)}.pdf")
    response.headers["Cache-Control"] = "no-cache" if public else "private, no-store"
    response.set_etag(document.key)
    return response.make_conditional(request)


def _plain(name: str) -> str:
    """A file name of letters, digits and blanks, which no system takes for a path."""
    kept = "".join(c if c.isalnum() or c in "-_" else " " for c in name)
    return " ".join(kept.split()) or "document"
