"""The fictive draft of the demo: half written, so that whoever tries it has something to finish."""

from sqlalchemy.orm import Session

from engage.accounts.models import Person
from engage.consultations.kits.drafts import ADVICE
from engage.consultations.making import commands
from engage.consultations.making.drafts import (
    Calendar,
    Draft,
    DraftOption,
    DraftQuestion,
    Texts,
    Voters,
    Wording,
)
from engage.consultations.models import Consultation, Electorate, QuestionKind
from engage.core import clock

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
