"""Forms of works: a worry or question, an answer, a meeting and its minutes."""

from collections.abc import Sequence

from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length

from engage.agenda.models import Event
from engage.consultations.kits.models import Concern, ConcernKind, Meeting
from engage.consultations.kits.themes import THEMES
from engage.consultations.kits.works import LONGEST, Answered, Raised
from engage.core.forms import Form, SeenForm, SendOnceForm, Words
from engage.core.i18n import _ as now_
from engage.core.i18n import date_long, label
from engage.core.i18n import lazy as _
from engage.core.spoken import filled_in, spoken, texts
from engage.territory.models import Organisation

TOO_LONG = _("Ce texte est trop long.")


class ConcernForm(SendOnceForm):
    """What a resident asks or fears; `vu` holds what was warned of already."""

    kind = RadioField(
        _("Vous écrivez"),
        choices=[
            SelectChoice(ConcernKind.QUESTION.value, _("une question")),
            SelectChoice(ConcernKind.WORRY.value, _("une inquiétude")),
        ],
        default=ConcernKind.QUESTION.value,
    )
    theme = SelectField(
        _("À propos de quoi"), validators=[InputRequired(_("Choisissez un sujet."))]
    )
    text = Words(
        _("Vos mots"),
        validators=[
            DataRequired(_("Écrivez votre question.")),
            Length(max=LONGEST, message=_("Ce texte est trop long : 600 caractères au plus.")),
        ],
    )
    vu = HiddenField()

    def offer(self) -> None:
        """Fill the list in the page's language."""
        self.theme.choices = {"": now_("Choisissez")} | _themes()

    def to_input(self) -> Raised:
        return Raised(ConcernKind(self.kind.data), self.theme.data, self.text.data or "")


def _themes() -> dict[str, str]:
    return {code: label(words) for code, words in THEMES.items()}


@spoken(
    "answer",
    _("La réponse"),
    Words,
    longest=2000,
    missing=_("Écrivez la réponse en français."),
    too_long=TOO_LONG,
)
class AnswerForm(SeenForm):
    """A public answer."""

    answerer = SelectField(_("Au nom de"))
    theme = SelectField(_("Le sujet"))

    @classmethod
    def showing(cls, concern: Concern, answerer_id: int | None) -> "AnswerForm":
        return cls(
            **filled_in(answer=concern.answer),
            version=concern.version,
            answerer=str(concern.answerer_id or answerer_id or ""),
            theme=concern.theme,
        )

    def offer(self, organisations: Sequence[Organisation]) -> None:
        self.theme.choices = _themes()
        self.answerer.choices = {str(o.id): o.name for o in organisations}

    def to_input(self) -> Answered:
        return Answered(texts(self, "answer"), int(self.answerer.data), self.theme.data)


class MeetingForm(Form):
    """Which date of the agenda belongs to the concertation."""

    event = SelectField(
        _("Une date de l’agenda"), validators=[InputRequired(_("Choisissez une date."))]
    )

    def offer(self, events: Sequence[Event]) -> None:
        self.event.choices = {"": now_("Choisissez")} | {
            str(event.id): f"{date_long(event.starts_at)} : {label(event.title)}"
            for event in events
        }


@spoken(
    "minutes",
    _("Le compte rendu"),
    Words,
    longest=8000,
    missing=_("Écrivez le compte rendu en français."),
    too_long=TOO_LONG,
)
class MinutesForm(SeenForm):
    """What was said at a meeting."""

    @classmethod
    def showing(cls, meeting: Meeting) -> "MinutesForm":
        return cls(**filled_in(minutes=meeting.minutes), version=meeting.version)

    def written(self) -> dict[str, str]:
        return texts(self, "minutes")
