"""``/docs`` and ``/redoc``: the REST API described for people, under a policy without inline scripts.

Nothing is loaded from elsewhere. Where the package ``drf-spectacular-sidecar`` is installed (the extra
``docs``), whose files are unchanged copies of Swagger UI and ReDoc, the pages are those; its files are
served from a closed list, and nothing of it is imported. Without it both are a plain page.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from tradewind.api import problems
from tradewind.api.settings import Settings

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_PACKAGE: Final = "drf_spectacular_sidecar"
_ASSETS: Final = {
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "redoc.standalone.js": "redoc/bundles/redoc.standalone.js",
}
_START: Final = {
    "swagger.js": 'SwaggerUIBundle({url: "openapi.json", dom_id: "#page"});',
    "redoc.js": 'Redoc.init("openapi.json", {}, document.getElementById("page"));',
}
_PAGES: Final = {
    "/docs": ("swagger-ui.css", "swagger-ui-bundle.js", "swagger.js"),
    "/redoc": ("redoc.standalone.js", "redoc.js"),
}
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{overflow-wrap:anywhere}dt{margin-top:.6rem}:root{color-scheme:light dark}"
)
_HEAD: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{more}</head><body>'
)


def routes(settings: Settings, document: Any) -> list[Route]:
    """Both pages, and what they load, by paths relative to them. ``document`` makes the OpenAPI document."""
    folder = _folder()

    async def page(request: Request) -> Response:
        title = escape(f"{settings.instance_name} REST API")
        html = _loading(title, _PAGES[request.url.path]) if folder else _plain(title, document())
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name in _START:
            return Response(_START[name], media_type="text/javascript")
        if folder is None or name not in _ASSETS:
            return problems.problem(404, "Not Found")
        return FileResponse(folder / _ASSETS[name])

    return [*(Route(path, page) for path in _PAGES), Route("/docs/assets/{name}", asset)]


def _folder() -> Path | None:
    """Where the files are, if they are installed."""
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "static" / _PACKAGE


def _loading(title: str, names: tuple[str, ...]) -> str:
    tags = [
        f'<link rel="stylesheet" href="docs/assets/{name}">'
        if name.endswith(".css")
        else f'<script src="docs/assets/{name}" defer></script>'
        for name in names
    ]
    return _HEAD.format(title=title, more="".join(tags)) + '<div id="page"></div></body></html>'


def _plain(title: str, document: Mapping[str, Any]) -> str:
    """Every operation by its tag: method, path, what it is for, which parameters it has."""
    tags: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    sections = "".join(
        f"<h2>{escape(tag)}</h2><dl>{''.join(rows)}</dl>" for tag, rows in sorted(tags.items())
    )
    return (
        _HEAD.format(title=title, more=f"<style>{_STYLE}</style>")
        + f"<h1>{title}</h1><p>For programs: <a href='openapi.json'>/openapi.json</a>. To try requests from "
        f"here, install <code>tradewind[docs]</code>: then this page is Swagger UI, and /redoc is ReDoc.</p>"
        f"{sections}</body></html>"
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    names = ", ".join(escape(one["name"]) for one in operation.get("parameters", ()))
    words = escape(operation["summary"]) + (f"<br><small>{names}</small>" if names else "")
    return f"<dt><code>{method.upper()} {escape(path)}</code></dt><dd>{words}</dd>"
