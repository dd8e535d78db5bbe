"""The one door that every request passes: who, may they, is it well formed, one transaction, then act.

A route module declares its operations with a ``Door``; the declaration says which resource is touched, which
structs describe query, body and answer, and therefore also what the OpenAPI document says::

    door = Door("DagRun")

    @door.get("/dags/{dag_id}/dagRuns/{dag_run_id}", Resource.RUN, answer=DAGRunResponse)
    def get_dag_run(call: Call) -> DAGRunResponse: ...

A handler is a plain function that runs in a worker thread inside one transaction: a reading one for GET, a
writing one otherwise. What it asks to be woken is woken after the commit. A coroutine function instead gets
no transaction (streams).
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from tradewind.api import params, path_names, problems
from tradewind.api.authentication import address_of, authenticate
from tradewind.api.settings import Settings
from tradewind.auth import permissions, tokens
from tradewind.auth.attempts import Attempts
from tradewind.auth.people import People
from tradewind.auth.permissions import Action, Principal, Resource
from tradewind.domain.access import NOTHING, Access
from tradewind.domain.messages.wake import Wake
from tradewind.runtime import plugin_hosts
from tradewind.store.queries import audit
from tradewind.telemetry.masking import MASKER

if TYPE_CHECKING:
    from tradewind.api.dag_specs import DagSpecs
    from tradewind.api.grid import Cells
    from tradewind.api.live import Live
    from tradewind.auth.oidc import Provider
    from tradewind.auth.proxies import TrustedProxy
    from tradewind.config.explain import Row
    from tradewind.runtime.clock import Clock
    from tradewind.runtime.plugin_hosts import PluginHosts
    from tradewind.secrets.cipher import Cipher
    from tradewind.store.database import Database


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """What handlers may use."""

    database: Database
    clock: Clock
    settings: Settings
    signer: tokens.Signer
    people: People
    attempts: Attempts
    """Log-ins that failed."""
    oidc: Provider | None
    """Where else people may log in."""
    proxy: TrustedProxy | None
    """Who else says who people are."""
    cipher: Cipher
    options: Callable[[], Iterable[Row]]
    """The configuration, an option a row."""
    specs: DagSpecs
    cells: Cells
    """Of the web UI's grid."""
    live: Live
    """Tells the web UI what changes."""
    plugins: PluginHosts
    wake: Callable[[Wake], None]
    log_folder: Path
    stopping: threading.Event
    """Set when the server was told to stop: streams then end."""


class Call:
    """One request on its way through a handler."""

    __slots__ = (
        "_access", "_ending", "_given_up", "_settled", "_who", "ask", "body", "headers", "now", "operation",
        "path", "query", "request", "services", "tx", "wakes",
    )  # fmt: skip

    def __init__(
        self,
        request: Request,
        services: Services,
        operation: Operation,
        who: Principal | None,
        *,
        access: Access | None,
        path: Mapping[str, str],
        query: Any,
        body: Any,
    ) -> None:
        self.request, self.services, self.operation = request, services, operation
        self._given_up = self._settled = False
        self._ending = threading.Lock()
        self._who, self._access = who, access
        self.path, self.query, self.body = path, query, body
        self.now = services.clock.now()
        """When the request came."""
        self.begin(None, plugin_hosts.nobody)

    def begin(self, tx: Any, ask: plugin_hosts.Ask) -> None:
        """A plain handler is called, with its transaction (``store.database.Tx``). Where it asks what no
        plug-in has said yet, it is called again with the answer.
        """
        self.tx, self.ask = tx, ask
        self.headers: dict[str, str] = {}
        self.wakes: list[Wake] = []
        self.check_time()

    def give_up(self) -> bool:
        """It took too long: its statement in the database ends, and nothing of it is committed. False where
        it is too late for that.
        """
        with self._ending:
            self._given_up = not self._settled
        if self._given_up and self.tx is not None:
            self.tx.interrupt()
        return self._given_up

    def settle(self) -> None:
        """The handler is done: from here on it is committed. Raises TooSlow."""
        with self._ending:
            self.check_time()
            self._settled = True

    def check_time(self) -> None:
        """Raises TooSlow once it was given up."""
        if self._given_up:
            raise problems.TooSlow(
                f"It took longer than {self.services.settings.request_seconds:g} s and was given up; nothing "
                "was changed. Ask for less, or raise [api] worker_timeout."
            )

    @property
    def who(self) -> Principal:
        """Who asks."""
        if self._who is None:
            raise problems.NotAuthenticated("Not authenticated")
        return self._who

    @property
    def access(self) -> Access:
        """The DAGs to which the asker may do what this operation does."""
        if self._access is None:
            raise problems.NotAuthenticated("Not authenticated")
        return self._access

    def require(self, action: Action) -> Access:
        """The DAGs to which the asker may do that too, to the kind of thing that this operation is about.

        Raises NotAllowed where there can be none.
        """
        if self.operation.resource is None:
            return NOTHING
        return authorize(self.who, action, self.operation.resource)

    def act_as(self, action: Action) -> None:
        """From here on ``access`` is for doing that. Raises NotAllowed."""
        self._access = self.require(action)

    @property
    def sees(self) -> Access:
        """The DAGs that the asker may know of: decides between "there is none" and "you may not"."""
        return permissions.access(self.who, Action.READ, Resource.DAG) or NOTHING

    @property
    def dag_id(self) -> str:
        """The DAG that the path names."""
        return self.path["dag_id"]

    @property
    def run_id(self) -> str:
        """The run that the path names."""
        return self.path["dag_run_id"]

    @property
    def task_id(self) -> str:
        """The task that the path names."""
        return self.path["task_id"]

    def wake(self, kind: str, *, dag_id: str = "", run_id: str = "") -> None:
        """Have the scheduler look there once this request has committed."""
        self.wakes.append(Wake(kind=kind, dag_id=dag_id, run_id=run_id))

    def audit(
        self,
        event: str,
        *,
        extra: Mapping[str, Any] | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        **about: Any,
    ) -> None:
        """Note in the audit log that the asker did that, from where, and what it changed: ``before`` and
        ``after`` are fields with their values, in which what is known to be secret is masked; ``extra``: what
        else is named, which stays as it is; ``about``: dag_id, run_id, … Values of variables, XComs and
        what is secret of connections are not for here at all.
        """
        noted = {**(extra or {}), "address": address_of(self.request)}
        if before is not None or after is not None:
            noted.update(before=MASKER.redact(before), after=MASKER.redact(after))
        text = msgspec.json.encode(noted).decode()
        audit.add(self.tx, event, at=self.services.clock.now(), owner=self.who.name, extra=text, **about)


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came, for what proves where it comes from."""

    headers: Mapping[str, str]
    path: Mapping[str, str]
    body: bytes


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method on one path. ``resource`` None: no token is needed."""

    method: str
    path: str
    route: str
    """The path with how its last part is matched: ``{key:path}`` may hold slashes."""
    name: str
    tag: str
    handler: Callable[[Call], Any]
    resource: Resource | None
    action: Action = Action.READ
    """What it does to the resource, and so the right that it takes."""
    by_body: bool = False
    """Its body says what is done: one right to change comes in, and ``Call.act_as`` asks for each."""
    query: type | None = None
    body: type | None = None
    headers: tuple[str, ...] = ()
    """Request headers that it takes."""
    answer: Any = None
    """Type of the answer's body, or a tuple of several."""
    status: int = 200
    wildcard: bool = False
    """``~`` may stand for the DAG or the run."""
    other_media: tuple[str, ...] = ()
    """Media types besides JSON that it can answer in."""
    reads_only: bool = False
    writes: bool = False
    """The one changes nothing though its method is not GET, the other something though it is."""
    in_document: bool = True
    proof: Callable[[Sent, Services], Principal] | None = None
    """Says who sends a request that no person's token is for. It may ask the database."""


ACTIONS: Final = {
    "GET": Action.READ,
    "POST": Action.CREATE,
    "PUT": Action.EDIT,
    "PATCH": Action.EDIT,
    "DELETE": Action.DELETE,
}

_CHANGING: Final = (Action.CREATE, Action.EDIT, Action.DELETE)


OWN: Final = "/api/tradewind"
"""Before the paths of what Airflow does not have."""


class Door:
    """Collects the operations of one route module."""

    def __init__(self, tag: str, prefix: str = "/api/v2") -> None:
        self._tag, self._prefix = tag, prefix
        self.operations: list[Operation] = []

    def get(self, path: str, resource: Resource | None, **options: Any) -> Callable[[Any], Any]:
        """Declare a reading operation; options are fields of ``Operation``."""
        return self._declare("GET", path, resource, options)

    def post(self, path: str, resource: Resource | None, **options: Any) -> Callable[[Any], Any]:
        """Declare one that creates, or does something."""
        return self._declare("POST", path, resource, options)

    def patch(self, path: str, resource: Resource | None, **options: Any) -> Callable[[Any], Any]:
        """Declare one that changes."""
        return self._declare("PATCH", path, resource, options)

    def put(self, path: str, resource: Resource | None, **options: Any) -> Callable[[Any], Any]:
        """Declare one that brings something into a state, however often it is sent."""
        return self._declare("PUT", path, resource, options)

    def delete(self, path: str, resource: Resource | None, **options: Any) -> Callable[[Any], Any]:
        """Declare one that deletes."""
        return self._declare("DELETE", path, resource, {"status": 204, **options})

    def _declare(
        self, method: str, path: str, resource: Resource | None, options: dict[str, Any]
    ) -> Callable[[Any], Any]:
        def register(handler: Callable[[Call], Any]) -> Callable[[Call], Any]:
            if "proof" in options and "body" not in options:
                raise TypeError(f"{handler.__name__}: a proof is about a body")
            settled = {"name": handler.__name__, **options}
            settled["action"] = Action(options.get("action", ACTIONS[method]))
            self.operations.append(
                Operation(
                    method=method,
                    path=self._prefix + path.replace(":path}", "}"),
                    route=self._prefix + path,
                    tag=self._tag,
                    handler=handler,
                    resource=resource,
                    **settled,
                )
            )
            return handler

        return register


class Passage:
    """The endpoint of one operation. Older ages of the API say ``read_query``, ``read_body``, ``shown`` and
    ``refused`` in their own words, and know other ways to say who asks.
    """

    def __init__(self, operation: Operation, services: Services) -> None:
        self._operation, self._services = operation, services
        self._is_async = inspect.iscoroutinefunction(operation.handler)

    async def __call__(self, request: Request) -> Response:
        """Answer the request, whatever happens on the way."""
        try:
            return await self._answer(request)
        except Exception as error:  # noqa: BLE001 - the sender gets a status, and only our log the trace
            return self.refused(request, error)

    async def who(self, request: Request) -> Principal:
        """Who sends this. Raises NotAuthenticated, TokenExpired or TokenInvalid."""
        return await authenticate(request, self._services)

    def read_query(self, request: Request, kind: type) -> Any:
        """The query string as ``kind``. Raises Unprocessable."""
        return params.from_query(request.query_params.multi_items(), kind)

    def read_body(self, raw: bytes, kind: type) -> Any:
        """The body as ``kind``. Raises Unprocessable."""
        return params.from_body(raw, kind)

    def shown(self, call: Call, result: Any) -> Response:
        """What the handler gave, as it is sent."""
        return problems.answer(result, self._operation.status, call.headers)

    def refused(self, request: Request, error: Exception) -> Response:
        """What the sender is told of a request that failed."""
        return problems.explain(request, error)

    async def _answer(self, request: Request) -> Response:
        call = await self._check(request)
        if self._is_async:
            result = await self._operation.handler(call)
        else:
            result = await self._in_time(call)
        if isinstance(result, Response):
            result.headers.update({**problems.HEADERS, **call.headers})
            return result
        if self._operation.status == 204:
            return Response(None, 204, {**problems.HEADERS, **call.headers})
        return self.shown(call, result)

    async def _in_time(self, call: Call) -> Any:
        """What the handler answers. Raises TooSlow; its thread then ends by itself, as its statement has."""
        work = asyncio.ensure_future(run_in_threadpool(self._carry_out, call))
        await asyncio.wait({work}, timeout=self._services.settings.request_seconds)
        if work.done():
            return work.result()
        if await run_in_threadpool(call.give_up):
            work.add_done_callback(_forget)
            call.check_time()
        return await work

    async def _check(self, request: Request) -> Call:
        """Everything that can be refused before the database is asked, in the order that tells least."""
        operation = self._operation
        who, access = None, None
        if operation.resource is not None and operation.proof is None:
            who = await self.who(request)
            access = _admit(who, operation, operation.resource)
        path = path_names.checked(request.path_params, wildcard=operation.wildcard)
        query: Any = None
        if operation.query is not None:
            query = self.read_query(request, operation.query)
        body: Any = None
        if operation.body is not None:
            raw = await read_body(request, self._services.settings.max_body)
            if operation.proof is not None and operation.resource is not None:
                sent = Sent(headers=request.headers, path=path, body=raw)
                who = await run_in_threadpool(operation.proof, sent, self._services)
                access = authorize(who, operation.action, operation.resource)
            body = self.read_body(raw, operation.body)
        return Call(request, self._services, operation, who, access=access, path=path, query=query, body=body)

    def _carry_out(self, call: Call) -> Any:
        operation, database = self._operation, self._services.database
        reads = operation.reads_only or (operation.method == "GET" and not operation.writes)

        def work(ask: plugin_hosts.Ask) -> Any:
            with database.read() if reads else database.write() as tx:
                call.begin(tx, ask)
                result = operation.handler(call)
                call.settle()
                return result

        result = plugin_hosts.with_answers(self._services.plugins.ask, work)
        for wake in call.wakes:
            self._services.wake(wake)
        return result


def _forget(work: asyncio.Future[Any]) -> None:
    """Nobody waits for it any more; that it ended with an error is what was wanted."""
    if not work.cancelled():
        work.exception()


def authorize(who: Principal, action: Action, resource: Resource) -> Access:
    """The DAGs to which the policy lets them do it. Raises NotAllowed where there can be none."""
    access = permissions.access(who, action, resource)
    if access is None:
        raise problems.NotAllowed(
            f"Forbidden: the role {who.role!r} of {who.name!r} may not {action} a {resource}."
        )
    return access


def _admit(who: Principal, operation: Operation, resource: Resource) -> Access:
    """The DAGs to which they may do what the operation does; see ``Operation.by_body``. Raises NotAllowed."""
    for action in _CHANGING if operation.by_body else ():
        found = permissions.access(who, action, resource)
        if found is not None:
            return found
    return authorize(who, operation.action, resource)


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, as far as ``guard`` waits. Raises TooLarge once it is longer than ``limit`` bytes."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise problems.TooLarge(f"The request body is larger than the limit of {limit} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)
