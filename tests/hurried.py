"""`engage run` with a clock ten times as fast: nobody in a journey waits for a letter.

A decision of the council can be undone for one second instead of ten.
"""

import os
import sys
from datetime import timedelta

from engage import server
from engage.core.config import Config
from engage.moderation import commands

PACE = 0.1

if __name__ == "__main__":
    os.umask(0o077)
    commands.UNDO_WITHIN = timedelta(seconds=1)
    sys.exit(server.supervise(Config.from_environ(), lambda: None, pace=PACE))
