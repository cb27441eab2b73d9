"""The page for whoever was slower: what happened to the item, and how to go on."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from engage.accounts import gate
from engage.core.errors import Conflict
from engage.core.web import get_db, page
from engage.moderation import policy, queries
from engage.moderation.item_page import until


def handle(bp: Blueprint) -> None:
    """Let the pages of `bp` answer conflicts with this page."""
    for error in (Conflict, StaleDataError, IntegrityError):
        bp.register_error_handler(error, meanwhile)


def meanwhile(error: Exception) -> ResponseReturnValue:
    """Somebody was faster: say what happened, so that the member can go on."""
    db, item_id = get_db(), (request.view_args or {}).get("item_id", 0)
    db.rollback()
    person, found = gate.signed_in(), queries.item(db, item_id)
    if found is None:
        raise error
    return page(
        "moderation/meanwhile.html",
        409,
        item=found,
        said=getattr(error, "message", ""),
        elsewhere=policy.is_held_by_another(found, person),
        until=until(found),
        own=policy.has_judged(person, found),
    )
