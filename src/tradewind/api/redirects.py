"""Where a browser is sent on: to pages of this server, and nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

from tradewind.api.settings import Settings
from tradewind.domain.errors import BadRequest

_LONGEST = 2048


def checked(path: str) -> str:
    """A path on this server, to which somebody asked to be sent. Raises BadRequest.

    Refused is whatever a browser might read as another server: ``//host``, a backslash, a scheme, and the
    control characters that browsers leave out.
    """
    bad = not path.startswith("/") or path[1:2] in {"/", "\\"} or "\\" in path
    if bad or not path.isprintable() or len(path) > _LONGEST:
        raise BadRequest(f"next must be a path on this server, such as /dags, got {path[:200]!r}.")
    return path


def prefix(settings: Settings) -> str:
    """The path under which people reach this server: empty, unless ``[api] base_url`` names one."""
    return urlsplit(settings.base_url).path.rstrip("/")
