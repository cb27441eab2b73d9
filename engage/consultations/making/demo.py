"""What the demo shows of making: a draft to finish, and documents to read before one votes."""

import io

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations.kits.drafts import ADVICE
from engage.consultations.making import commands, documents
from engage.consultations.making.drafts import (
    Calendar,
    Draft,
    DraftOption,
    DraftQuestion,
    Texts,
    Voters,
    Wording,
)
from engage.consultations.making.models import ConsultationDocument
from engage.consultations.models import Consultation, Electorate, QuestionKind
from engage.core import clock, photos
from engage.core.images import prepare
from engage.core.storage import Storage

BEFORE_LUNCH: tuple[tuple[Texts, Texts], ...] = (
    (
        {"fr": "Une table d’hôtes du quartier", "ar": "مائدة الحي"},
        {"fr": "Le jeudi, dans la salle commune. Chacun apporte un plat."},
    ),
    (
        {"fr": "Des jeux de société", "ar": "ألعاب جماعية"},
        {"fr": "La ludothèque prête les jeux."},
    ),
    ({"fr": "Un atelier de réparation", "ar": "ورشة إصلاح"}, {}),
)


def load(db: Session, coordinator: Person) -> Consultation:
    """A draft with one question; who decides and who owes the decision are still to be said."""
    wording = Wording(
        title={
            "fr": "La salle commune : que faire le jeudi ?",
            "ar": "القاعة المشتركة: ماذا نفعل الخميس؟",
        },
        summary={"fr": "La salle est libre le jeudi midi. Dites ce qui vous ferait venir."},
        asked_by={"fr": "Le conseil citoyen"},
        already_decided={"fr": "La salle est gratuite. Elle ferme à 15 heures."},
        notice=ADVICE,
    )
    question = DraftQuestion(
        QuestionKind.FAVOURITES,
        title={"fr": "Vos trois préférés, dans l’ordre", "ar": "اختياراتكم الثلاثة بالترتيب"},
        options=tuple(DraftOption(label, details) for label, details in BEFORE_LUNCH),
    )
    draft = Draft(
        wording,
        Calendar.proposed(clock.local(clock.now())),
        Voters(Electorate.DECLARED, min_age=16),
        (question,),
    )
    made = commands.create(db, draft, actor=coordinator)
    made.is_demo = True
    return made


def furnish(db: Session, works: Consultation, storage: Storage) -> None:
    """Give the refurbishment a plan and a calendar, both of them fictive and saying so."""
    plan = photos.keep(db, photos.store(storage, prepare(_plan())))
    calendar = documents.store_pdf(storage, io.BytesIO(_pdf(CALENDAR)), "pdf")
    day = clock.local(works.announced_at).date()
    db.add_all(
        [
            ConsultationDocument(
                consultation_id=works.id,
                title={"fr": "Le plan des deux bâtiments (fictif)", "ar": "مخطط البنايتين (خيالي)"},
                alt={
                    "fr": "Deux bâtiments côte à côte, l’allée devant, les arbres derrière.",
                    "ar": "بنايتان متجاورتان، الممر أمامهما والأشجار خلفهما.",
                },
                photo_id=plan.id,
                added_on=day,
            ),
            ConsultationDocument(
                consultation_id=works.id,
                title={"fr": "Le calendrier des travaux (fictif)", "ar": "جدول الأشغال (خيالي)"},
                key=calendar.key,
                size=calendar.size,
                added_on=day,
            ),
        ]
    )
    db.flush()


CALENDAR = (
    "Calendrier des travaux - DOCUMENT DE DEMONSTRATION, FICTIF",
    "Janvier : les halls et les portes d'entree",
    "Fevrier et mars : l'isolation du batiment A",
    "Avril et mai : l'isolation du batiment B",
    "Juin : les allees et les plantations",
)


def _plan() -> io.BytesIO:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (1200, 800), (226, 232, 214))
    draw = ImageDraw.Draw(image)
    for x in (140, 660):
        draw.rectangle((x, 260, x + 400, 520), fill=(190, 140, 112), outline=(90, 60, 46), width=6)
        draw.rectangle((x + 170, 480, x + 230, 524), fill=(250, 244, 230))
    draw.rectangle((0, 600, 1200, 680), fill=(168, 164, 156))
    for x in range(120, 1150, 170):
        draw.ellipse((x, 110, x + 90, 200), fill=(88, 140, 92))
    draw.text((24, 730), "Plan fictif", fill=(40, 34, 30), font_size=40)
    out = io.BytesIO()
    image.save(out, "PNG")
    out.seek(0)
    return out


def _pdf(lines: tuple[str, ...]) -> bytes:
    """One page with these lines (ASCII), written by hand: the demo needs no library for it."""
    text = " T* ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F 14 Tf 60 780 Td 28 TL {text} ET".encode("ascii")
    fonts = b"<</Font <</F <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>"
    page = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources %s>>"
    objects = (
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        page % fonts,
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
    )
    out, starts = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    ends = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    ends += b"trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n" % (len(objects) + 1)
    return out + ends + b"%d\n%%%%EOF\n" % len(out)
