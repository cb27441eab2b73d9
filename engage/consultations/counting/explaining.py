"""The steps of the explanation of a count, each said in a sentence or two."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from engage.consultations.counting.answers import AnyQuestion, euros, named, none_of
from engage.consultations.counting.parts import Step
from engage.core.i18n import _, lazy, ngettext


def grade(number: int) -> str:
    """The words of a grade of majority judgment, 0 to 5."""
    return (
        _("À rejeter"),
        _("Passable"),
        _("Assez bien"),
        _("Bien"),
        _("Très bien"),
        _("Excellent"),
    )[number]


def listed(names: Sequence[str]) -> str:
    """`A, B et C`."""
    if len(names) < 2:
        return "".join(names)
    return _("{first} et {last}").format(first=_(", ").join(names[:-1]), last=names[-1])


def decimal(value: Fraction) -> str:
    """With a comma and at most two decimals, halves up; no zeros at the end."""
    hundredths = (200 * value.numerator + value.denominator) // (2 * value.denominator)
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02}".rstrip("0").rstrip(",")


def _money(numerator: int, denominator: int) -> str:
    amount = Fraction(numerator, denominator)
    return euros(int(amount)) if denominator == 1 else f"{decimal(amount)}\xa0€"


def _names(question: AnyQuestion, step: Step) -> list[str]:
    return [named(question, id_) for id_ in step.ids]


def _voices(question: AnyQuestion, step: Step) -> str:
    (n,) = step.numbers
    text = ngettext("{answer}\xa0: {n} voix.", "{answer}\xa0: {n} voix.", n)
    return text.format(answer=named(question, step.ids[0]), n=n)


def _points(question: AnyQuestion, step: Step) -> str:
    points, first, second, third = step.numbers
    text = ngettext(
        "{answer}\xa0: {n} point. {first} × 3, {second} × 2, {third} × 1.",
        "{answer}\xa0: {n} points. {first} × 3, {second} × 2, {third} × 1.",
        points,
    )
    name = named(question, step.ids[0])
    return text.format(answer=name, n=points, first=first, second=second, third=third)


def _by_choices(text: str) -> Callable[[AnyQuestion, Step], str]:
    def say(question: AnyQuestion, step: Step) -> str:
        first, second = _names(question, step)
        points, more, less = step.numbers
        return str(text).format(first=first, second=second, n=points, more=more, less=less)

    return say


def _median(question: AnyQuestion, step: Step) -> str:
    score_, so_many, voters = step.numbers
    name = named(question, step.ids[0])
    if not score_:
        return _("{answer}\xa0: mention «\xa0À rejeter\xa0».").format(answer=name)
    text = ngettext(
        "{answer}\xa0: mention «\xa0{grade}\xa0». {n} votant sur {total} dit cette mention, "
        "ou mieux.",
        "{answer}\xa0: mention «\xa0{grade}\xa0». {n} votants sur {total} disent cette mention, "
        "ou mieux.",
        so_many,
    )
    return text.format(answer=name, grade=grade(score_), n=so_many, total=voters)


def _grades(question: AnyQuestion, step: Step) -> str:
    first, second = _names(question, step)
    same, taken, one, other = step.numbers
    text = ngettext(
        "{first} et {second} ont la même mention, «\xa0{same}\xa0». On retire à chacune {n} "
        "mention du milieu. Il vient ensuite «\xa0{one}\xa0» pour {first} et «\xa0{other}\xa0» "
        "pour {second}.",
        "{first} et {second} ont la même mention, «\xa0{same}\xa0». On retire à chacune {n} "
        "mentions du milieu, une par une. Il vient ensuite «\xa0{one}\xa0» pour {first} et "
        "«\xa0{other}\xa0» pour {second}.",
        taken,
    )
    words = {"same": grade(same), "one": grade(one), "other": grade(other)}
    return text.format(first=first, second=second, n=taken, **words)


def _project(text: str) -> Callable[[AnyQuestion, Step], str]:
    def say(question: AnyQuestion, step: Step) -> str:
        voices, cost, left = step.numbers
        name = named(question, step.ids[0])
        return str(text).format(answer=name, n=voices, cost=euros(cost), left=euros(left))

    return say


def _shares(_question: AnyQuestion, step: Step) -> str:
    voters, numerator, denominator, raised = step.numbers
    share = _money(numerator, denominator)
    if not raised:
        text = ngettext(
            "{n} votant a choisi un projet. Il reçoit toute la somme\xa0: {share}.",
            "{n} votants ont choisi un projet. Chacun reçoit une part égale\xa0: {share}.",
            voters,
        )
        return text.format(n=voters, share=share)
    text = ngettext(
        "{n} votant a choisi un projet. Pour employer tout l’argent, sa part est agrandie de "
        "{percent}\xa0%\xa0: {share}.",
        "{n} votants ont choisi un projet. Chacun reçoit une part égale. Pour employer tout "
        "l’argent, les parts sont agrandies de {percent}\xa0%\xa0: {share} chacune.",
        voters,
    )
    return text.format(n=voters, percent=raised, share=share)


def _paid(question: AnyQuestion, step: Step) -> str:
    payers, cost, *most = step.numbers
    text = ngettext(
        "{answer} coûte {cost}. {n} votant le paie. Le projet est retenu.",
        "{answer} coûte {cost}. {n} votants le paient, {most} chacun au plus. "
        "Le projet est retenu.",
        payers,
    )
    name = named(question, step.ids[0])
    return text.format(answer=name, cost=euros(cost), n=payers, most=_money(*most))


def _left(question: AnyQuestion, step: Step) -> str:
    left = euros(step.numbers[0])
    if not step.ids:
        return _("Aucun projet ne tient dans la somme. Il reste {left}.").format(left=left)
    return _("Il reste {left}.").format(left=left)


def _mean(question: AnyQuestion, step: Step) -> str:
    total, n = step.numbers
    text = ngettext(
        "{answer}\xa0: {n} réponse, moyenne {mean} sur 5.",
        "{answer}\xa0: {n} réponses, moyenne {mean} sur 5 ({total} divisé par {n}).",
        n,
    )
    mean = decimal(Fraction(total, n))
    return text.format(answer=named(question, step.ids[0]), n=n, mean=mean, total=total)


def _none_apart(question: AnyQuestion, step: Step) -> str:
    n, total = step.numbers
    text = ngettext(
        "{answer}\xa0: {n} votant sur {total}, compté à part.",
        "{answer}\xa0: {n} votants sur {total}, comptés à part.",
        n,
    )
    return text.format(answer=named(question, step.ids[0]), n=n, total=total)


def _none_rejects(question: AnyQuestion, step: Step) -> str:
    n, total = step.numbers
    text = ngettext(
        "{answer}\xa0: {n} votant sur {total}. Cela compte «\xa0À rejeter\xa0» partout.",
        "{answer}\xa0: {n} votants sur {total}. Cela compte «\xa0À rejeter\xa0» partout.",
        n,
    )
    return text.format(answer=named(question, step.ids[0]), n=n, total=total)


def _most_refuse(question: AnyQuestion, step: Step) -> str:
    n, total = step.numbers
    text = _("C’est plus de la moitié\xa0: {n} sur {total}. Rien n’est retenu.")
    return text.format(n=n, total=total)


def _shared(question: AnyQuestion, step: Step) -> str:
    text = _("{names} sont à égalité, et la règle ne les départage pas.")
    return text.format(names=listed(_names(question, step)))


def _first(question: AnyQuestion, step: Step) -> str:
    name = named(question, step.ids[0])
    if step.ids[0] == none_of(question):
        return _("{name} arrive en tête\xa0: rien de la liste n’est retenu.").format(name=name)
    return _("{name} arrive en tête.").format(name=name)


def _fixed(text: str) -> Callable[[AnyQuestion, Step], str]:
    return lambda _question, _step: str(text)


STEPS: dict[str, Callable[[AnyQuestion, Step], str]] = {
    "voices": _voices,
    "points": _points,
    "first_choices": _by_choices(
        lazy(
            "{first} et {second} ont le même nombre de points\xa0: {n}. {first} a plus de premiers "
            "choix\xa0: {more} contre {less}."
        )
    ),
    "second_choices": _by_choices(
        lazy(
            "{first} et {second} ont autant de points ({n}) et de premiers choix. {first} a plus "
            "de deuxièmes choix\xa0: {more} contre {less}."
        )
    ),
    "median": _median,
    "grades": _grades,
    "all_rejected": _fixed(
        lazy("Aucune réponse n’a mieux que «\xa0À rejeter\xa0». Rien n’est retenu.")
    ),
    "budget": lambda _question, step: _("La somme à partager\xa0: {sum}.").format(
        sum=euros(step.numbers[0])
    ),
    "fits": _project(
        lazy("{answer}, {n} voix, coûte {cost}. Il reste {left}\xa0: le projet est retenu.")
    ),
    "too_dear": _project(
        lazy("{answer}, {n} voix, coûte {cost}. Il reste {left}\xa0: c’est trop cher, on passe.")
    ),
    "shares": _shares,
    "paid": _paid,
    "completed": _fixed(lazy("Avec le reste, on prend les projets dans l’ordre de leurs voix.")),
    "left": _left,
    "mean": _mean,
    "none_apart": _none_apart,
    "none_rejects": _none_rejects,
    "most_refuse": _most_refuse,
    "nobody": _fixed(lazy("Aucune réponse de la liste n’a de voix.")),
    "shared": _shared,
    "first": _first,
}
