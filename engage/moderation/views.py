"""Pages of the council: the queue, one item, who reads it."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from engage.accounts.forms import EmptyForm
from engage.core.errors import NotFound
from engage.core.web import form_page, get_db, see_other, services
from engage.moderation import commands, desk, meanwhile, policy, queries, queue, reading, register
from engage.moderation.decision_views import shown_version
from engage.moderation.display import CHOSEN
from engage.moderation.forms import BIGGEST, RevealForm
from engage.moderation.item_page import item_page, next_item, reader, to_decide
from engage.moderation.languages import LANGUAGES_READ, name_of
from engage.moderation.subjects import KINDS

bp = Blueprint("moderation", __name__)
meanwhile.handle(bp)


@bp.get("/moderation")
def index() -> ResponseReturnValue:
    """The queue, oldest first; what the coordinator decides stands above it."""
    person, db = reader(), get_db()
    mine = desk.desk_of(db, person)
    wanted, after = _wanted(), _after()
    lines, following = queue.queue(db, person, mine.languages, wanted, after=after)
    return form_page(
        "moderation/index.html",
        EmptyForm(),
        figures=desk.figures(db, _delay_hours()),
        lines=lines,
        arbitrate=queue.to_arbitrate(db, person) if policy.can_arbitrate(person) else [],
        continued=_address(wanted, following) if following else None,
        first_page=_address(wanted) if after else None,
        wanted=wanted,
        filters=_filters(wanted),
        desk=mine,
        chosen=CHOSEN,
        month=None if lines or wanted.is_narrow else register.last_month(db),
        can_take=policy.can_moderate(person),
        free=following is not None or any(line.is_free for line in lines),
    )


def _wanted() -> queue.Wanted:
    """What the address asks for; an unknown kind or language is a 404."""
    asked = request.args
    kind, language = asked.get("type", ""), asked.get("langue", "")
    if (kind and kind not in KINDS) or (language and language not in LANGUAGES_READ):
        raise NotFound
    return queue.Wanted(kind, language, "a-verifier" in asked, "retard" in asked)


def _after() -> tuple[int, int] | None:
    asked = request.args.get("apres")
    if asked is None:
        return None
    turn, _dash, last = asked.partition("-")
    if not (turn.isdecimal() and last.isdecimal() and int(turn) <= 9 and int(last) <= BIGGEST):
        raise NotFound
    return int(turn), int(last)


def _address(wanted: queue.Wanted, after: tuple[int, int] | None = None) -> str:
    parts = [
        *([f"type={wanted.kind}"] if wanted.kind else []),
        *([f"langue={wanted.language}"] if wanted.language else []),
        *(["a-verifier"] if wanted.flagged else []),
        *(["retard"] if wanted.late else []),
        *([f"apres={after[0]}-{after[1]}"] if after else []),
    ]
    return "/moderation" + ("?" + "&".join(parts) if parts else "")


def _filters(wanted: queue.Wanted) -> list[tuple[str, str, bool]]:
    """(label, address, chosen) of what the list can be narrowed to; pressed again it is all."""
    kinds = [(str(kind.label), queue.Wanted(kind=name)) for name, kind in KINDS.items()]
    tongues = [(f"En {name_of(code)}", queue.Wanted(language=code)) for code in ("fr", "ar")]
    more = [("À vérifier", queue.Wanted(flagged=True)), ("Plus de 48 h", queue.Wanted(late=True))]
    offered = [*more, *kinds, *tongues]
    return [
        (label, "/moderation" if one == wanted else _address(one), one == wanted)
        for label, one in offered
    ]


def _delay_hours() -> int | None:
    """At most a minute old: it is the mean of the last 200 decisions."""
    return services().cache.get("moderation.delay", lambda: desk.mean_delay(get_db()))


@bp.get("/moderation/<ref:item_id>")
def item(item_id: int) -> ResponseReturnValue:
    person, found = reader(), queries.item(get_db(), item_id)
    if found is None:
        raise NotFound
    return item_page(person, found)


@bp.post("/moderation/suivant")
def take_next() -> ResponseReturnValue:
    return next_item(reader())


@bp.post("/moderation/<ref:item_id>/lire")
def take(item_id: int) -> ResponseReturnValue:
    person, found = to_decide(item_id)
    commands.take(get_db(), found, moderator=person)
    return see_other(f"/moderation/{found.id}")


@bp.post("/moderation/<ref:item_id>/reprendre")
def take_over(item_id: int) -> ResponseReturnValue:
    """Take what another member holds, on purpose."""
    person, found = to_decide(item_id)
    commands.take_over(get_db(), found, moderator=person, version=shown_version())
    return see_other(f"/moderation/{found.id}")


@bp.post("/moderation/<ref:item_id>/montrer")
def reveal(item_id: int) -> ResponseReturnValue:
    """Lift the veil over a photo or over words; who looked is written down."""
    person, found = to_decide(item_id)
    form = RevealForm()
    if not form.validate_on_submit():
        raise NotFound
    reading.reveal(get_db(), found, form.what.data or "", moderator=person)
    hiding = "/masquer" if form.back.data == "masquer" else ""
    return see_other(f"/moderation/{found.id}{hiding}")
