"""Where requests of running tasks are answered: fence, transaction, handler, reply."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.domain.messages.data import Answer, Call, Refusal, Reply, Request
from tradewind.domain.messages.deferral import TRIGGER_PREFIX
from tradewind.domain.messages.wake import Wake
from tradewind.domain.states import TaskInstanceState
from tradewind.runtime.plugin_hosts import Ask, nobody
from tradewind.store.queries import task_data
from tradewind.store.queries.task_data import LiveAttempt

if TYPE_CHECKING:
    from tradewind.api.dag_specs import DagSpecs
    from tradewind.api.xcom_lists import XComLists
    from tradewind.runtime.clock import Clock
    from tradewind.secrets.chain import Chain
    from tradewind.secrets.cipher import Cipher
    from tradewind.store.database import Database

log = logging.getLogger("tradewind.data")
LIVE: Final = frozenset({TaskInstanceState.QUEUED, TaskInstanceState.RUNNING, TaskInstanceState.DEFERRED})
OF_WATCHERS: Final = (
    data.GetVariable, data.SetVariable, data.DeleteVariable, data.GetConnection, data.GetAsset,
    data.GetAssetEvents, data.GetAssetState, data.SetAssetState, data.DeleteAssetState,
)  # fmt: skip


class RunExists(errors.Conflict):
    """The run to be triggered is there already."""


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """What handlers may use. ``chain`` asks the configured backends before the database is looked at."""

    database: Database
    clock: Clock
    wake: Callable[[Wake], None]
    specs: DagSpecs
    cipher: Cipher
    lists: XComLists
    chain: Chain | None = None


class Asked:
    """One request on its way through a handler."""

    __slots__ = ("ask", "attempt", "now", "services", "tx", "wakes")

    def __init__(self, tx: Any, attempt: LiveAttempt, services: Services, *, now: datetime, ask: Ask) -> None:
        self.tx, self.attempt, self.services, self.now, self.ask = tx, attempt, services, now, ask
        self.wakes: list[Wake] = []


Handler = Callable[[Asked, Any], Any]


class Rule(msgspec.Struct, frozen=True):
    """How one kind of request is answered. ``outside``: it may wait for something other than the database."""

    handler: Handler
    writes: bool = False
    outside: bool = False


HANDLERS: dict[type[Request], Rule] = {}


def answers(
    kind: type[Request], *, writes: bool = False, outside: bool = False
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of ``kind``."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = Rule(handler, writes, outside)
        return handler

    return register


def is_quick(call: Call, services: Services) -> bool:
    """Will ``answer`` neither wait for other writers nor for a network? Then it may run on the event loop."""
    rule = HANDLERS.get(type(call.request))
    local = services.database.dialect.one_writer
    return rule is None or (local and not rule.writes and not (rule.outside and services.chain is not None))


class Stale(errors.TradewindError):
    """The attempt that asks is not the current one any more."""


REFUSALS: Final[tuple[tuple[type[errors.TradewindError], str], ...]] = (
    (Stale, "stale_attempt"),
    (RunExists, "run_exists"),
    (errors.NotFound, "not_found"),
    (errors.DatabaseError, "unavailable"),
    (errors.TradewindError, "invalid"),
)
"""What a task is told, by error; the first match counts."""


def answer(call: Call, services: Services, *, now: datetime, ask: Ask = nobody) -> Reply:
    """Carry out one request in one transaction; never raises for anything that a task can cause.

    Where ``ask`` raises Unanswered, it goes to the caller: nothing was done, and the call is to be made
    again, with the same ``now``, when the answer is there.
    """
    rule = HANDLERS.get(type(call.request))
    if rule is None:
        name = type(call.request).__name__
        return Refusal(kind="invalid", message=f"{name} is not a request this server knows.")
    try:
        return Answer(value=_carry_out(call, rule, services, now, ask))
    except errors.TradewindError as error:
        kind = next(kind for known, kind in REFUSALS if isinstance(error, known))
        return Refusal(kind=kind, message=str(error))


def _carry_out(call: Call, rule: Rule, services: Services, now: datetime, ask: Ask) -> Any:
    database = services.database
    with database.write() if rule.writes else database.read() as tx:
        asked = Asked(tx, check_fence(tx, call), services, now=now, ask=ask)
        value = rule.handler(asked, call.request)
    for wake in asked.wakes:
        services.wake(wake)
    return value


def check_fence(tx: Any, call: Call) -> LiveAttempt:
    """The task instance whose live attempt asks, or what stands in its place. Raises Stale."""
    if call.attempt_id.startswith(TRIGGER_PREFIX):
        return _watcher(tx, call)
    named = call.attempt_id.startswith(task_data.CALLBACK_PREFIX)  # which is no UUID
    found = None if named else task_data.attempt(tx, call.attempt_id)
    if found is not None and found.state in LIVE and found.dispatch == call.dispatch:
        return found
    behind = task_data.callback_attempt(tx, call.attempt_id)
    if behind is not None:  # its own process calls the callbacks of its end, or another one does
        return found if found is not None and found.dispatch == call.dispatch else behind
    if found is None:
        why = "a later try took its place, or its run was deleted"
    elif found.state not in LIVE:
        why = f"its task instance is {found.state or 'cleared'}"
    else:
        why = f"dispatch {found.dispatch} of it took the place of dispatch {call.dispatch}"
    raise Stale(f"Attempt {call.attempt_id} may not go on: {why}.")


def _watcher(tx: Any, call: Call) -> LiveAttempt:
    """A trigger that watches assets may ask for what belongs to no run. Raises Stale, BadRequest."""
    found = task_data.watching_trigger(tx, call.attempt_id)
    if found is None:
        raise Stale(f"{call.attempt_id} may not go on: no DAG names its watcher any more.")
    if not isinstance(call.request, OF_WATCHERS):
        name = type(call.request).__name__
        raise errors.BadRequest(f"A trigger that watches assets belongs to no run, so it cannot ask {name}.")
    return found
