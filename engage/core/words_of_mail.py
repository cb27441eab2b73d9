"""Renders the plain-text templates of messages: `templates/emails/<feature>/<mail>.txt`.

The first line of a template is the subject, the rest after a blank line is the body; an SMS is
the body of `<mail>.sms.txt`. The HTML part is made from the same words when the mail leaves.
"""

import re
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from engage.core import i18n
from engage.core.config import ROOT
from engage.core.outbox import Channel, OutboxMessage, Rendered


@lru_cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "emails"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  plain text; the HTML part escapes
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(i18n._, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        label=i18n.label,
        date_long=i18n.date_long,
        month_name=i18n.month_name,
        date_short=i18n.date_short,
        moment=i18n.moment,
    )
    return made


def rendered(
    template: str,
    message: OutboxMessage,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    **context: Any,
) -> Rendered:
    """The words of `message` in its language, from `templates/emails/<template>[.sms].txt`."""
    i18n.speak(message.language)
    if message.channel == Channel.SMS:
        text = _environment().get_template(f"{template}.sms.txt").render(**context)
        return Rendered("", " ".join(text.split()))
    text = _environment().get_template(f"{template}.txt").render(**context)
    subject, _blank, body = text.strip().partition("\n")
    body = re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n"
    return Rendered(subject.strip(), body, headers)
