"""Where variables and connections come from, and how they are kept.

``Chain`` asks a list of backends in order; the first answer wins, and what is handed out is registered with
the masker. A worker's chain ends at its host, a server's at the database. ``current()`` is the chain that
this process was given with ``use``; until then it is environment only. A backend that raises is passed over,
with a warning: the next may know.
"""

from tradewind.secrets.chain import Chain, current, use
from tradewind.secrets.connection import Connection

__all__ = ["Chain", "Connection", "current", "use"]
