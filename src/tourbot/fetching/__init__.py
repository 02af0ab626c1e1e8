"""Web pages → files in a folder, which an ingest then reads. ``fetch`` is the only door.

Whatever a server answers comes out as a file, a ``UsageError`` or a named failure; what the network
libraries raise never does.
"""

from tourbot.fetching.limits import Limits
from tourbot.fetching.results import Failure, Fetched, Progress
from tourbot.fetching.run import fetch

__all__ = ["Failure", "Fetched", "Limits", "Progress", "fetch"]
