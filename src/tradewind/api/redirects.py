"""Where a browser is sent on, and what it then asks for: pages of this server, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind.api.settings import Settings
from tradewind.domain.errors import BadRequest, InvalidValue

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


def check_prefix(settings: Settings, paths: Iterable[str]) -> None:
    """``paths`` are those of our routes. Raises InvalidValue where the prefix would hide some of them."""
    ours = {path.split("/")[1] for path in paths} - {""}
    first = prefix(settings).split("/")[1:2]
    if first and first[0] in ours:
        rule = f"have another path than /{first[0]}, which is this server's own; /airflow, for example"
        raise InvalidValue("[api] base_url", settings.base_url, rule)


class Prefixed:
    """Serves paths with the prefix as without it, for proxies keep it or take it away. Behind this nobody
    sees it. The prefix is none of our own paths (``check_prefix``).
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._prefix = app, unquote(prefix(settings))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if self._prefix and f"{scope.get('path', '')}/".startswith(f"{self._prefix}/"):
            scope = {**scope, "path": scope["path"].removeprefix(self._prefix) or "/"}
        await self._app(scope, receive, send)
