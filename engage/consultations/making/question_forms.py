"""Forms of questions, answers and documents; staff read them in French."""

import re

from flask import request
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import RadioField
from wtforms.validators import ValidationError

from engage.consultations.making import checks
from engage.consultations.making.drafts import DraftOption, DraftQuestion, Texts
from engage.consultations.making.forms import LINE, LONG, TOO_LONG, number
from engage.consultations.models import BudgetCount, Option, Question, QuestionKind
from engage.core.errors import InvalidInput
from engage.core.forms import Line, SeenForm, SendOnceForm, Words
from engage.core.spoken import filled_in, spoken, texts

PRICE = re.compile(r"^(?P<label>.*?)\s*=\s*(?P<cost>[\d\s\u00a0\u202f]+)\s*(?:€|euros?)?$")
"""A project with its price, as it is typed on one line: `Un composteur = 800`."""

COUNTINGS = {
    BudgetCount.GREEDY.value: "Les projets les plus choisis, tant qu’il reste de l’argent",
    BudgetCount.EQUAL_SHARES.value: "À parts égales\xa0: chacun a la même part de la somme",
}

LABEL = 160
ALT = "Dites ce que montre l’image, pour qui ne la voit pas."


@spoken(
    "title",
    "La question",
    Line,
    longest=200,
    missing="Écrivez la question en français.",
    too_long=TOO_LONG,
)
@spoken("help", "Une aide, sous la question", Words, longest=600, missing="", too_long=TOO_LONG)
@spoken("low", "Ce que veut dire 1", Line, longest=60, missing="", too_long=TOO_LONG)
@spoken("high", "Ce que veut dire 5", Line, longest=60, missing="", too_long=TOO_LONG)
class QuestionForm(SendOnceForm, SeenForm):
    """A question of one kind; `more` are answers to add, one a line."""

    most = number("Combien de réponses au plus", most=checks.MOST_OPTIONS)
    budget = number("La somme à partager, en euros", most=checks.LARGEST_SUM)
    counting = RadioField(
        "Comment choisir les projets",
        choices=COUNTINGS,
        default=BudgetCount.GREEDY.value,
    )
    more = Words("Les réponses, une par ligne")

    def __init__(self, kind: QuestionKind, **values: object) -> None:
        super().__init__(**values)
        self.kind = kind

    @classmethod
    def showing(cls, question: Question) -> "QuestionForm":
        """The form as the question is now."""
        return cls(
            question.kind,
            **filled_in(
                title=question.title, help=question.help, low=question.low, high=question.high
            ),
            most=question.max_choices,
            budget=question.budget,
            counting=question.counting.value if question.counting else None,
            version=question.consultation.version,
        )

    def validate_more(self, field: Words) -> None:
        too_long = [line for line in lines(field.data) if len(line) > LABEL]
        if too_long:
            raise ValidationError(
                f"Cette réponse est trop longue\xa0: «\xa0{too_long[0][:40]}…\xa0»"
            )

    def to_input(self) -> DraftQuestion:
        is_budget, is_scale = self.kind is QuestionKind.BUDGET, self.kind is QuestionKind.SCALE
        return DraftQuestion(
            kind=self.kind,
            title=texts(self, "title"),
            options=tuple(_answer(line, priced=is_budget) for line in lines(self.more.data)),
            help=texts(self, "help"),
            max_choices=self.most.data or 1,
            budget=self.budget.data,
            counting=BudgetCount(self.counting.data) if is_budget else None,
            low=texts(self, "low") if is_scale else {},
            high=texts(self, "high") if is_scale else {},
        )


def lines(typed: str | None) -> list[str]:
    """The lines of a text, without blanks around and without empty ones."""
    return [line.strip() for line in (typed or "").split("\n") if line.strip()]


def _answer(line: str, *, priced: bool) -> DraftOption:
    found = PRICE.match(line) if priced else None
    if found is None:
        return DraftOption({"fr": line})
    cost = int("".join(c for c in found["cost"] if c.isascii() and c.isdigit())[:9] or 0)
    return DraftOption({"fr": found["label"]}, cost=cost)


@spoken(
    "label",
    "La réponse",
    Line,
    longest=LABEL,
    missing="Écrivez la réponse en français.",
    too_long=TOO_LONG,
)
@spoken("details", "Une explication", Words, longest=LONG, missing="", too_long=TOO_LONG)
@spoken("alt", "Ce que montre l’image", Line, longest=LINE, missing="", too_long=TOO_LONG)
class OptionForm(SeenForm):
    """One answer."""

    cost = number("Son prix, en euros", most=checks.LARGEST_SUM)
    photo = FileField("Une image ou un plan")

    @classmethod
    def showing(cls, option: Option, version: int) -> "OptionForm":
        """The form as the answer is now."""
        return cls(
            **filled_in(label=option.label, details=option.details, alt=option.photo_alt),
            cost=option.cost,
            version=version,
        )

    def to_input(self) -> DraftOption:
        return DraftOption(texts(self, "label"), texts(self, "details"), self.cost.data)

    def alt(self, *, pictured: bool) -> Texts:
        """What the picture shows; raises `InvalidInput` where there is one without words."""
        said = texts(self, "alt")
        if pictured and "fr" not in said:
            raise InvalidInput("alt_fr", ALT)
        return said if pictured else {}


@spoken(
    "title",
    "Le titre du document",
    Line,
    longest=LINE,
    missing="Donnez un titre en français.",
    too_long=TOO_LONG,
)
@spoken("alt", "Ce que montre l’image", Line, longest=300, missing="", too_long=TOO_LONG)
class DocumentForm(SendOnceForm, SeenForm):
    """A PDF, or a picture or a plan."""

    pdf = FileField("Un document PDF")
    photo = FileField("Ou une image, un plan (JPEG, PNG)")

    def sent_pdf(self) -> FileStorage | None:
        """The PDF that was chosen."""
        file = request.files.get("pdf")
        return file if file is not None and file.filename else None
