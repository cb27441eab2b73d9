"""What an application server imports: `engage.wsgi:app`."""

import gc
import logging
from functools import cache

from engage import create_app
from engage.core import html
from engage.core.web import Engage

app = create_app()

READ_FIRST = ("/", "/propositions", "/signalements", "/concertations", "/contrat", "/aide")


@cache
def warmed() -> Engage:
    """The application after a first reader, to be forked: what the readers after it need is shared.

    Left to themselves, all workers compile the same templates and statements, each in memory of
    its own.
    """
    html.from_plain("")  # loads what cleans
    logging.disable(logging.INFO)  # nobody visits yet
    reader = app.test_client()
    for path in READ_FIRST:
        reader.get(path)
    logging.disable(logging.NOTSET)
    app.services.pages.clear()
    app.services.cache.clear()
    app.services.database.close()  # a connection belongs to one process
    gc.collect()
    gc.freeze()  # what is shared is not touched by the collectors of those who share it
    return app
