"""Forms of who accompanies works: an answer, a meeting and its minutes."""

from collections.abc import Sequence

from wtforms import SelectField
from wtforms.validators import InputRequired

from engage.agenda.models import Event
from engage.consultations.kits.concern_form import named_themes
from engage.consultations.kits.models import Concern, Meeting
from engage.consultations.kits.works import Answered
from engage.core.forms import Form, SeenForm, Words
from engage.core.i18n import _ as now_
from engage.core.i18n import date_long, label
from engage.core.i18n import lazy as _
from engage.core.spoken import filled_in, spoken, texts
from engage.territory.models import Organisation

TOO_LONG = _("Ce texte est trop long.")


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
        self.theme.choices = named_themes()
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
