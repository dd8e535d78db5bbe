"""The HTTP application, put together.

Plain Starlette, on which FastAPI applications that plug-ins bring can be mounted as on any other: our own
operations go through ``door`` and use nothing of FastAPI, which would cost 15 MB and 0.15 s at each start.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradewind.api import docs_page, guard, openapi, problems, redirects
from tradewind.api.dag_specs import DagSpecs
from tradewind.api.door import ACTIONS, Operation, Passage, Services
from tradewind.api.grid import Cells
from tradewind.api.live import Live
from tradewind.api.logins import Logins
from tradewind.api.routes import experimental, public, ui, v1
from tradewind.api.routes.v1.passage import V1Passage
from tradewind.api.server import serve
from tradewind.api.settings import Settings
from tradewind.api.ui_page import Pages
from tradewind.auth import tokens
from tradewind.auth.attempts import Attempts
from tradewind.domain.messages.wake import Wake

if TYPE_CHECKING:
    from tradewind.auth.oidc import Provider
    from tradewind.auth.people import People
    from tradewind.auth.proxies import TrustedProxy
    from tradewind.config.explain import Row
    from tradewind.runtime.clock import Clock
    from tradewind.runtime.plugin_hosts import PluginHosts
    from tradewind.secrets.cipher import Cipher
    from tradewind.store.database import Database


__all__ = ["create", "serve"]


def create(
    *,
    database: Database,
    clock: Clock,
    settings: Settings,
    signer: tokens.Signer,
    people: People,
    cipher: Cipher,
    options: Callable[[], Iterable[Row]],
    wake: Callable[[Wake], None],
    plugins: PluginHosts,
    log_folder: Path,
    oidc: Provider | None = None,
    proxy: TrustedProxy | None = None,
) -> Starlette:
    """The application. ``wake`` is called after a commit, from any thread, and must not block.

    ``signer``, ``people``, ``oidc`` and ``proxy`` say who people are; ``cipher`` opens stored secrets;
    ``options`` lists the configuration; ``log_folder`` is where task logs lie. Raises InvalidValue for a
    ``base_url`` whose path hides ours.
    """
    stopping = threading.Event()
    services = Services(
        database=database, clock=clock, settings=settings, signer=signer, people=people,
        attempts=Attempts(clock, settings.login_rate), oidc=oidc, proxy=proxy, cipher=cipher, options=options,
        specs=DagSpecs(), cells=Cells(), live=Live(database, clock, stopping), plugins=plugins, wake=wake,
        log_folder=log_folder, stopping=stopping,
    )  # fmt: skip
    operations, pages = [*public.operations(), *ui.operations()], Pages(settings)
    routes = [
        *(_route(operation, Passage(operation, services)) for operation in operations),
        *_older_routes(services),
        *pages.routes(),
        *_described_routes(settings, operations),
    ]
    redirects.check_prefix(settings, (route.path for route in routes))
    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: pages.not_found},
        middleware=[
            Middleware(wrap, settings=settings) for wrap in (redirects.Prefixed, guard.Guard, guard.cors)
        ],
    )
    app.router.redirect_slashes = False  # it would send people to whatever host the request names
    app.state.stopping = services.stopping
    return app


def _older_routes(services: Services) -> list[Route]:
    """For clients of Airflow 2, and where that is switched on of 1.10."""
    logins = Logins(services)
    routes = [_route(operation, V1Passage(operation, services, logins)) for operation in v1.operations()]
    if not services.settings.experimental:
        return [*routes, Route("/api/experimental/{rest:path}", experimental.off, methods=[*ACTIONS])]
    oldest = Logins(services, cookies=False)  # its GETs change things, which other sites' pages could send
    return routes + [
        _route(operation, experimental.ExperimentalPassage(operation, services, oldest))
        for operation in experimental.door.operations
    ]


def _route(operation: Operation, passage: Passage) -> Route:
    async def endpoint(request: Request) -> Response:
        return await passage(request)

    return Route(operation.route, endpoint, methods=[operation.method], name=operation.name)


def _described_routes(settings: Settings, operations: list[Operation]) -> list[Route]:
    """The API described, for people and for programs."""
    if not settings.docs:
        return []
    title, server = f"{settings.instance_name} REST API", redirects.prefix(settings)
    document = cache(
        partial(openapi.document, operations, title=title, version=settings.version, server=server)
    )
    return [*docs_page.routes(settings, document), Route("/openapi.json", _described(document))]


def _described(document: Callable[[], object]) -> Callable[[Request], Awaitable[Response]]:
    async def described(_: Request) -> Response:
        return problems.answer(document())

    return described
