"""What a concertation of each template begins with: words and questions that staff then change.

Nothing here is decided for anybody: a draft is seen by those who make concertations alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from engage.consultations.making.drafts import (
    Calendar,
    Draft,
    DraftOption,
    DraftQuestion,
    Texts,
    Voters,
    Wording,
)
from engage.consultations.models import BudgetCount, Electorate, Purpose, QuestionKind
from engage.core.i18n import date_per_language
from engage.core.i18n import lazy as _

PARTY_AHEAD = 120
"""Days from the first idea to the party (domain notes, paragraph 4.2): the plan begins there."""

SATURDAY = 5

ADVICE: Texts = {
    "fr": "Ce vote donne un avis. Qui décide dira ce qui est retenu et pourquoi.",
    "ar": "هذا التصويت استشاري. من يقرر سيقول ما تم اختياره ولماذا.",
}

NOT_THE_LAW: Texts = {
    "fr": "Ce vote donne un avis. Il ne remplace pas la consultation écrite prévue par la loi.",
    "ar": "هذا التصويت استشاري. لا يعوض الاستشارة المكتوبة التي ينص عليها القانون.",
}
"""Said of every refurbishment (domain notes, paragraph 4.1)."""


def party(now: datetime) -> Draft:
    """A street party: the day, what happens, how the money is shared. `now` on the town's clocks.

    From 11 years on; people say themselves that they live there.
    """
    calendar = Calendar.proposed(now)
    first = (now + timedelta(days=PARTY_AHEAD)).date()
    first += timedelta(days=(SATURDAY - first.weekday()) % 7)
    days = [first + timedelta(days=7 * week) for week in range(3)]
    return Draft(
        Wording(
            title={"fr": "Fête de quartier : choisissons ensemble", "ar": "حفل الحي: لنختر معا"},
            summary={
                "fr": "Choisissez la date, les activités et comment partager l’argent.",
                "ar": "اختاروا التاريخ والأنشطة وكيف نقسم المال.",
            },
            notice=ADVICE,
            purpose=Purpose.PARTY,
        ),
        replace(calendar, decision_due_at=calendar.closes_at + timedelta(days=7)),
        Voters(Electorate.DECLARED, min_age=11),
        (_party_day(days), _activities(), _party_budget()),
    )


def _party_day(days: list[date]) -> DraftQuestion:
    return DraftQuestion(
        QuestionKind.SINGLE,
        title={"fr": "Quelle date préférez-vous ?", "ar": "أي تاريخ تفضلون؟"},
        help={"fr": "La fête a lieu l’après-midi.", "ar": "يقام الحفل بعد الظهر."},
        options=tuple(DraftOption(date_per_language(day)) for day in days),
    )


ACTIVITIES: tuple[Texts, ...] = (
    {"fr": "Repas partagé", "ar": "وجبة مشتركة"},
    {"fr": "Musique", "ar": "موسيقى"},
    {"fr": "Jeux géants", "ar": "ألعاب كبيرة"},
    {"fr": "Tournoi", "ar": "دوري رياضي"},
    {"fr": "Atelier cuisine", "ar": "ورشة طبخ"},
    {"fr": "Scène ouverte", "ar": "مسرح مفتوح"},
    {"fr": "Réparation de vélos", "ar": "تصليح الدراجات"},
    {"fr": "Photos d’hier et d’aujourd’hui", "ar": "صور الأمس واليوم"},
)


def _activities() -> DraftQuestion:
    return DraftQuestion(
        QuestionKind.APPROVAL,
        title={"fr": "Quelles activités voulez-vous ?", "ar": "أي أنشطة تريدون؟"},
        help={"fr": "Choisissez-en 5 au plus.", "ar": "اختاروا 5 على الأكثر."},
        options=tuple(DraftOption(words) for words in ACTIVITIES),
        max_choices=5,
    )


BUDGET = 2_600
"""Euros: 3,000 less the 400 that safety and first aid take in any case."""

PROJECTS: tuple[tuple[int, Texts], ...] = (
    (900, {"fr": "Un groupe de musique", "ar": "فرقة موسيقية"}),
    (600, {"fr": "Des jeux géants", "ar": "ألعاب كبيرة"}),
    (800, {"fr": "Le repas pour tous", "ar": "وجبة للجميع"}),
    (500, {"fr": "Une structure gonflable", "ar": "لعبة هوائية"}),
    (300, {"fr": "Un atelier pour les enfants", "ar": "ورشة للأطفال"}),
    (200, {"fr": "Affiches et invitations", "ar": "ملصقات ودعوات"}),
)


def _party_budget() -> DraftQuestion:
    return DraftQuestion(
        QuestionKind.BUDGET,
        title={"fr": "Comment partager l’argent de la fête ?", "ar": "كيف نقسم مال الحفل؟"},
        help={
            "fr": "400 € de plus sont gardés pour la sécurité et les secours.",
            "ar": "نحتفظ بـ400 يورو إضافية للسلامة والإسعاف.",
        },
        options=tuple(DraftOption(words, cost=cost) for cost, words in PROJECTS),
        budget=BUDGET,
        counting=BudgetCount.GREEDY,
    )


def rehabilitation(now: datetime) -> Draft:
    """Works in homes: three priorities and what worries; a code for each dwelling."""
    return Draft(
        Wording(
            title={"fr": "Réhabilitation : vos priorités", "ar": "التجديد: أولوياتكم"},
            summary={
                "fr": "Des travaux se préparent chez vous. Dites ce qui compte le plus.",
                "ar": "يتم تحضير أشغال في مسكنكم. قولوا ما الأهم لكم.",
            },
            already_decided={"fr": "Isolation et sécurité.", "ar": "العزل والسلامة."},
            notice=NOT_THE_LAW,
            purpose=Purpose.REHABILITATION,
        ),
        Calendar.proposed(now),
        Voters(Electorate.DWELLING_CODE, takes_paper=True),
        (_priorities(), _judged_works(), _worry()),
    )


PRIORITIES: tuple[Texts, ...] = (
    {"fr": "Halls plus clairs et mieux fermés", "ar": "مداخل أكثر إضاءة وأفضل إغلاقا"},
    {"fr": "Local vélos et poussettes", "ar": "غرفة للدراجات وعربات الأطفال"},
    {"fr": "Entrées sans marche", "ar": "مداخل بلا درج"},
    {"fr": "Plantations et bancs", "ar": "نباتات ومقاعد"},
    {"fr": "Éclairage des allées", "ar": "إنارة الممرات"},
    {"fr": "Local de tri plus propre", "ar": "غرفة فرز أنظف"},
)


def _priorities() -> DraftQuestion:
    return DraftQuestion(
        QuestionKind.FAVOURITES,
        title={"fr": "Qu’est-ce qui compte le plus pour vous ?", "ar": "ما الأهم بالنسبة لكم؟"},
        help={"fr": "Trois au plus, dans l’ordre.", "ar": "ثلاثة على الأكثر، بالترتيب."},
        options=tuple(DraftOption(words) for words in PRIORITIES),
    )


def _judged_works() -> DraftQuestion:
    ways: tuple[Texts, ...] = (
        {
            "fr": "Bâtiment par bâtiment, six mois chacun",
            "ar": "عمارة بعد عمارة، ستة أشهر لكل منها",
        },
        {"fr": "Tous ensemble, pendant un an", "ar": "الكل معا، خلال سنة"},
    )
    return DraftQuestion(
        QuestionKind.JUDGMENT,
        title={"fr": "Comment faire les travaux ?", "ar": "كيف نقوم بالأشغال؟"},
        help={"fr": "Donnez votre avis sur chaque façon.", "ar": "أعطوا رأيكم في كل طريقة."},
        options=tuple(DraftOption(words) for words in ways),
    )


def _worry() -> DraftQuestion:
    return DraftQuestion(
        QuestionKind.TEXT,
        title={
            "fr": "Qu’est-ce qui vous inquiète pendant les travaux ?",
            "ar": "ما الذي يقلقكم أثناء الأشغال؟",
        },
        help={"fr": "Quelques mots suffisent.", "ar": "تكفي بضع كلمات."},
    )


def survey(now: datetime) -> Draft:
    """Questions at the door or at a stand: marks from 1 to 5 and a few words; nothing is decided.

    Each person gets a code, on the mediator's list: no account is needed, nobody answers twice.
    """
    calendar = Calendar.proposed(now)
    return Draft(
        Wording(
            title={"fr": "Enquête : comment va le quartier ?", "ar": "استطلاع: كيف حال الحي؟"},
            summary={
                "fr": "Quelques questions pour savoir ce qui va et ce qui ne va pas.",
                "ar": "بعض الأسئلة لمعرفة ما يسير وما لا يسير.",
            },
            notice={
                "fr": "Cette enquête ne décide rien. Les résultats sont publics.",
                "ar": "هذا الاستطلاع لا يقرر شيئا. النتائج علنية.",
            },
            decided_by={"fr": "Rien n’est à décider.", "ar": "لا شيء للتقرير."},
            purpose=Purpose.SURVEY,
        ),
        replace(calendar, decision_due_at=calendar.closes_at),
        Voters(Electorate.PERSON_CODE),
        (_marks(), _missing_words()),
    )


MARKED: tuple[Texts, ...] = (
    {"fr": "La propreté", "ar": "النظافة"},
    {"fr": "La tranquillité", "ar": "الهدوء"},
    {"fr": "Les espaces verts et les jeux", "ar": "المساحات الخضراء والألعاب"},
    {"fr": "Les transports", "ar": "النقل"},
    {"fr": "L’entraide entre voisins", "ar": "التعاون بين الجيران"},
)


def _marks() -> DraftQuestion:
    return DraftQuestion(
        QuestionKind.SCALE,
        title={"fr": "Donnez une note à chaque chose", "ar": "أعطوا نقطة لكل شيء"},
        help={"fr": "De 1 à 5.", "ar": "من 1 إلى 5."},
        options=tuple(DraftOption(words) for words in MARKED),
        low={"fr": "Ça ne va pas du tout", "ar": "سيئ جدا"},
        high={"fr": "Ça va très bien", "ar": "جيد جدا"},
    )


def _missing_words() -> DraftQuestion:
    return DraftQuestion(
        QuestionKind.TEXT,
        title={"fr": "Que faudrait-il changer en premier ?", "ar": "ما الذي يجب تغييره أولا؟"},
        help={"fr": "Quelques mots suffisent.", "ar": "تكفي بضع كلمات."},
    )


@dataclass(frozen=True)
class Kit:
    """One template as it is offered: lazy French words, and the draft it gives (`now` local)."""

    name: str
    words: str
    icon: str
    draft: Callable[[datetime], Draft]


KITS: Mapping[str, Kit] = {
    "fete": Kit(
        _("Une fête de quartier"),
        _("La date, les activités, le budget ; puis les bénévoles et le rétroplanning."),
        "heart",
        party,
    ),
    "rehabilitation": Kit(
        _("Une réhabilitation"),
        _("Les priorités des locataires, les réunions, leurs questions et les réponses."),
        "building",
        rehabilitation,
    ),
    "enquete": Kit(
        _("Une enquête de terrain"),
        _("Des notes et quelques mots, au porte-à-porte ou sur un stand. Sans décision."),
        "ear",
        survey,
    ),
}
"""Word of the address → template, in the order in which they are offered."""
