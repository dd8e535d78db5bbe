"""The web UI as a browser gets it: the built app from a folder, its page on every path that is no other's.

The folder is what ``ui/`` builds to: ``index.html``, ``assets/*`` with hashed names, and some files beside
them (an icon). Paths that ``index.html`` names may begin with ``./`` or ``/``: they are sent with the prefix
of ``[api] base_url`` before them, and the app finds that prefix in
``<meta name="tradewind-prefix" content="…">``. Of a file ``x`` that has ``x.br`` or ``x.gz`` beside it, the
browser gets the one that it can read. Pages hold no data, so they need no log-in. Without a built app there
is ``home_page`` at ``/``, and nothing else.
"""

from __future__ import annotations

import mimetypes
import re
from html import escape
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from tradewind.api import home_page, problems, redirects
from tradewind.api.settings import Settings

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
WORKER_POLICY: Final = "default-src 'none'; script-src 'self'; connect-src 'self'"
"""Of scripts: a worker lives by the policy of its own file, not by the page's."""
_FOREVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_PACKED: Final = (("br", ".br"), ("gzip", ".gz"))
_KINDS: Final = {
    ".js": "text/javascript",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
"""Where the machine's own table may know none, or another one."""
_OTHERS: Final = frozenset({"api", "auth", "docs", "redoc", "openapi.json"})
"""First parts of paths that are no pages of the app, whoever asks."""
_LINK: Final = re.compile(r'\b(src|href)="\.?/(?!/)')


class Pages:
    """What is served of the built app; a new build is seen at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._folder = settings, Path(settings.web)
        self._files = StaticFiles(directory=self._folder, check_dir=False)

    def routes(self) -> list[Route]:
        """The page at ``/``, and the files that it loads."""
        return [Route("/", self._home), Route("/assets/{name:path}", self._asset)]

    async def not_found(self, request: Request, error: Exception) -> Response:
        """The answer where no route fits: a file of the app's root, its page, or the problem."""
        missing = isinstance(error, HTTPException) and error.status_code == 404
        if missing and request.method in {"GET", "HEAD"} and (self._folder / "index.html").is_file():
            first, _, rest = request.url.path.removeprefix("/").partition("/")
            found = None if rest or first.startswith(".") else self._file(request, first, _ASK_AGAIN)
            if found is not None:
                return found
            if first not in _OTHERS and "text/html" in request.headers.get("accept", ""):
                return self._index()
        return await problems.handle_http(request, error)

    async def _home(self, _: Request) -> Response:
        if (self._folder / "index.html").is_file():
            return self._index()
        html = home_page.render(self._settings)
        return HTMLResponse(html, headers={"Content-Security-Policy": home_page.POLICY})

    async def _asset(self, request: Request) -> Response:
        found = self._file(request, f"assets/{request.path_params['name']}", _FOREVER)
        if found is None:
            raise HTTPException(404)  # what the app calls assets, too, has pages below that path
        return found

    def _index(self) -> Response:
        """The page, for the path under which people reach this server."""
        before = escape(redirects.prefix(self._settings))
        html = _LINK.sub(rf'\1="{before}/', (self._folder / "index.html").read_text("utf-8"))
        told = f'<meta name="tradewind-prefix" content="{before}"></head>'
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        return HTMLResponse(html.replace("</head>", told, 1), headers=headers)

    def _file(self, request: Request, name: str, cache: str) -> Response | None:
        """A file of the folder, as small as the browser can read it; None where there is none."""
        if not name.isprintable() or name.endswith((".html", *(ending for _, ending in _PACKED))):
            return None
        path, about = self._files.lookup_path(name)  # None for what lies outside the folder, too
        if about is None or not Path(path).is_file():
            return None
        ending = Path(name).suffix
        kind = _KINDS.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
        if kind == _KINDS[".js"]:
            headers["Content-Security-Policy"] = WORKER_POLICY
        accepted = request.headers.get("accept-encoding", "")
        for coding, packed in _PACKED:
            if _accepts(accepted, coding) and Path(path + packed).is_file():
                return FileResponse(
                    path + packed, headers=headers | {"Content-Encoding": coding}, media_type=kind
                )
        return FileResponse(path, headers=headers, media_type=kind)


def _accepts(header: str, coding: str) -> bool:
    """Whether an ``Accept-Encoding`` names that coding, and not to refuse it."""
    for part in header.split(","):
        name, _, weight = part.partition(";")
        if name.strip().lower() == coding:
            return weight.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
