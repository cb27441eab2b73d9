"""Forms of ideas."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from engage.core.forms import Form, Line, SendOnceForm, Words
from engage.core.i18n import current, label
from engage.core.i18n import lazy as _
from engage.core.language import NAMES, language_of
from engage.proposals.album import AlbumForm
from engage.proposals.call_commands import closed
from engage.proposals.call_queries import Listed
from engage.proposals.commands import Idea
from engage.proposals.models import Voice
from engage.proposals.queries import Quarter, Spot, Subject
from engage.proposals.voices import Speaker

MAX_TITLE, MAX_TEXT = 80, 4000


class ActionField(SelectField):
    """An action of the contract by its number; empty for none."""

    def __init__(self, text: str, **options: Any) -> None:
        super().__init__(text, validate_choice=False, **options)
        self.ids: dict[str, int] = {}

    def offer(self, actions: Sequence[Subject], empty: str) -> None:
        """Show these actions after the line `empty`."""
        self.ids = {str(a.number): a.id for a in actions}
        named = [(str(a.number), f"{a.number}. {label(a.short_label)}") for a in actions]
        self.choices = [("", empty), *named]

    @property
    def action_id(self) -> int | None:
        return self.ids.get(self.data or "")

    def pre_validate(self, _form: Any) -> None:
        if self.data and self.data not in self.ids:
            raise ValidationError(str(_("Choisissez une action de la liste.")))


def _languages() -> list[tuple[str, str]]:
    """Each by its own name, after letting the words tell."""
    return [("", str(_("La reconnaître toute seule"))), *NAMES.items()]


class WordsForm(AlbumForm):
    """An idea in words and photos, warned about once for what may point at somebody."""

    title = Line(
        _("Votre idée en une phrase"),
        validators=[
            DataRequired(_("Écrivez votre idée en une phrase.")),
            Length(
                max=MAX_TITLE, message=_("Cette phrase est trop longue : 80 caractères au plus.")
            ),
        ],
    )
    text = Words(
        _("Expliquez un peu"),
        validators=[
            DataRequired(_("Expliquez votre idée en quelques mots.")),
            Length(max=MAX_TEXT, message=_("Ce texte est trop long : 4 000 caractères au plus.")),
        ],
    )
    neighbourhood = SelectField(
        _("Quel quartier ?"),
        validate_choice=False,
        validators=[DataRequired(_("Choisissez un quartier."))],
    )
    lieu = StringField(_("Un lieu précis"))
    langue = SelectField(
        _("Langue de votre texte"), choices=_languages, default="", validate_choice=False
    )
    vu = HiddenField()

    def offer_places(self, neighbourhoods: Sequence[Quarter], spots: Mapping[str, Spot]) -> None:
        """Fill in the neighbourhoods and the places in them (by code).

        Who chose a place alone has said the neighbourhood, too.
        """
        self._hoods = {n.code: n.id for n in neighbourhoods}
        self._spots = spots
        spot = spots.get(self.lieu.data or "")
        if spot is not None and not self.neighbourhood.data:
            codes = {n.id: n.code for n in neighbourhoods}
            self.neighbourhood.data = codes[spot.neighbourhood_id]
        self.neighbourhood.choices = [
            ("", _("Choisissez")),
            *((n.code, label(n.name)) for n in neighbourhoods),
        ]

    def validate_neighbourhood(self, field: SelectField) -> None:
        if field.data and field.data not in self._hoods:
            raise ValidationError(str(_("Choisissez un quartier de la liste.")))

    def validate_langue(self, field: SelectField) -> None:
        if field.data and field.data not in NAMES:
            raise ValidationError(str(_("Choisissez une langue de la liste.")))

    def validate_lieu(self, field: StringField) -> None:
        if not field.data:
            return
        spot = self._spots.get(field.data)
        if spot is None:
            raise ValidationError(str(_("Choisissez un lieu de la liste.")))
        chosen = self._hoods.get(self.neighbourhood.data)
        if chosen is not None and spot.neighbourhood_id != chosen:
            raise ValidationError(
                str(_("Ce lieu n’est pas dans ce quartier. Choisissez-en un autre."))
            )

    @property
    def where(self) -> tuple[int, int | None]:
        """The ids of neighbourhood and place (None for all of it), once they are valid."""
        spot = self._spots.get(self.lieu.data or "")
        return self._hoods[self.neighbourhood.data], spot.id if spot else None

    @property
    def words(self) -> str:
        return f"{self.title.data}\n{self.text.data}"

    @property
    def language(self) -> str:
        """As chosen, else as the words tell."""
        return self.langue.data or language_of(self.words, page=current().code)


class IdeaForm(WordsForm):
    """An idea, in one screen."""

    action = ActionField(_("Quel sujet du contrat de quartier ?"))
    appel = SelectField(_("Répondez-vous à un appel ?"), validate_choice=False, default="")
    voix = RadioField(_("Vous écrivez…"), validate_choice=False, choices=[], default="")

    def offer(
        self,
        neighbourhoods: Sequence[Quarter],
        actions: Sequence[Subject],
        spots: Mapping[str, Spot],
        speakers: Sequence[Speaker],
        calls: Sequence[Listed],
    ) -> None:
        """Fill in the choices; `speakers` are the voices of the author beside their own.

        `calls` are those that take ideas today.
        """
        self.offer_places(neighbourhoods, spots)
        self.action.offer(actions, str(_("Je ne sais pas : choisissez pour moi")))
        self.appel.choices = [
            ("", _("Non, c’est une autre idée")),
            *((str(call.id), label(call.title)) for call in calls),
        ]
        self._call_ids = {str(call.id): call.id for call in calls}
        self._speakers = {speaker.key: speaker for speaker in speakers}
        others = [(s.key, str(_("Pour {who}")).format(who=s.words)) for s in speakers]
        self.voix.choices = [("", _("En mon nom")), *others] if others else []

    def validate_appel(self, field: SelectField) -> None:
        if field.data and field.data not in self._call_ids:
            raise ValidationError(closed())

    def validate_voix(self, field: RadioField) -> None:
        if field.data and field.data not in self._speakers:
            raise ValidationError(
                str(_("Vous ne pouvez pas écrire en ce nom. Choisissez une réponse de la liste."))
            )

    def to_input(self) -> Idea:
        """What was written, once it is valid."""
        neighbourhood_id, place_id = self.where
        speaker = self._speakers.get(self.voix.data or "", Speaker(Voice.RESIDENT))
        return Idea(
            title=self.title.data or "",
            text=self.text.data or "",
            neighbourhood_id=neighbourhood_id,
            place_id=place_id,
            action_id=self.action.action_id,
            language=self.language,
            call_id=self._call_ids.get(self.appel.data or ""),
            voice=speaker.voice.value,
            organisation_id=speaker.organisation_id,
        )


class ActionForm(Form):
    """Another action for one's own idea."""

    action = ActionField(_("Le sujet de votre idée"))


class SupportForm(SendOnceForm):
    """A button, and a box that nobody ticked beforehand."""

    follow = BooleanField(_("Me prévenir des nouvelles de cette idée"))
