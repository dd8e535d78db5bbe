"""What has changed in the database, told to whoever listens: one thread looks for all of them.

The thread is there only while somebody listens. It asks for the database's pulse ten times a second, and
looks what has changed only when something was committed; where a look costs much, it looks more rarely, so
that it never takes more than a fiftieth of a processor. Each listener is told what their rights let them
read, at most five times a second; what they have not fetched yet is merged, and beyond a bound becomes
"everything".
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from tradewind.api import problems
from tradewind.domain.access import Access
from tradewind.domain.errors import DatabaseError
from tradewind.store.pulse import Pulse
from tradewind.store.queries import reading
from tradewind.store.queries.ui import changes as queries
from tradewind.store.queries.ui.changes import Changes

if TYPE_CHECKING:
    from tradewind.runtime.clock import Clock
    from tradewind.store.database import Database, Tx

EVERY: Final = 0.1
"""Seconds between two questions for the pulse."""
SHARE: Final = 50
"""Looks take one part of so many of the time."""
MOST_RUNS: Final = 200
"""More that changed are told by their DAGs."""
MOST_DAGS: Final = 500
"""More that changed are everything."""
MOST_OF_ONE: Final = 32
"""Streams of one person."""
_AFTER_ERROR: Final = 1.0
log = logging.getLogger("tradewind.api")


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """What a listener may know of."""

    name: str
    dags: Access
    runs: Access
    kinds: frozenset[str]


class Listener:
    """One who listens, on an event loop; ``offer`` and ``end`` are called on it."""

    def __init__(self, audience: Audience, loop: asyncio.AbstractEventLoop) -> None:
        self.audience, self.loop = audience, loop
        self.ended = False
        self._news = asyncio.Event()
        self._pending = Changes()

    def offer(self, changes: Changes) -> None:
        """Something changed."""
        self._pending = merged(self._pending, changes)
        self._news.set()

    def end(self) -> None:
        """There will be no more."""
        self.ended = True
        self._news.set()

    async def wait(self, seconds: float) -> bool:
        """Whether there is news, or the end, within that time."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        return True

    def take(self) -> Changes:
        """What changed since this was called last."""
        found, self._pending = self._pending, Changes()
        if not self.ended:
            self._news.clear()
        return found


def merged(one: Changes, other: Changes) -> Changes:
    """Both, within the bounds."""
    runs, dags = one.runs | other.runs, one.dags | other.dags
    if len(runs) > MOST_RUNS:
        runs, dags = frozenset(), dags | {dag_id for dag_id, _ in runs}
    if one.everything or other.everything or len(dags) > MOST_DAGS:
        return Changes(kinds=one.kinds | other.kinds, everything=True)
    return Changes(runs=runs, dags=dags, kinds=one.kinds | other.kinds)


class Live:
    """Those who listen, and the thread that looks for them. For several threads."""

    def __init__(self, database: Database, clock: Clock, stopping: threading.Event) -> None:
        self._database, self._clock, self._stopping = database, clock, stopping
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._ready: threading.Event | None = None

    def listen(self, audience: Audience, loop: asyncio.AbstractEventLoop) -> Listener:
        """From here on they are told. Blocks until the first look is done. Raises TooMany."""
        listener = Listener(audience, loop)
        with self._lock:
            if sum(one.audience.name == audience.name for one in self._listeners) >= MOST_OF_ONE:
                raise problems.TooMany(f"{audience.name!r} listens {MOST_OF_ONE} times already.")
            self._listeners.append(listener)
            if self._ready is None:
                self._ready = threading.Event()
                threading.Thread(target=self._run, args=(self._ready,), name="live", daemon=True).start()
            ready = self._ready
        ready.wait(10)
        return listener

    def leave(self, listener: Listener) -> None:
        """They are told no more."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def _run(self, ready: threading.Event) -> None:
        pulse, missed = Pulse(self._database), False
        try:
            while self._somebody_listens():
                try:
                    self._watch(pulse, ready, missed)
                except DatabaseError as error:
                    log.warning("What changes cannot be seen now: %s", error)
                except Exception:
                    # Who listens now, and whoever comes later, has no other thread to look for them.
                    log.exception("What changes cannot be seen now")
                else:
                    continue
                missed = True
                ready.set()
                self._stopping.wait(_AFTER_ERROR)
        finally:
            pulse.close()
            ready.set()

    def _somebody_listens(self) -> bool:
        """Asked by the thread alone, which ends where it says no: the next listener starts another."""
        with self._lock:
            if self._stopping.is_set():
                for one in self._listeners:
                    _call(one.loop, one.end)
                self._listeners.clear()
            if not self._listeners:
                self._ready = None
            return bool(self._listeners)

    def _watch(self, pulse: Pulse, ready: threading.Event, missed: bool) -> None:
        """Look until nobody listens; ``missed``: something may have changed unseen. Raises DatabaseError."""
        pulse.moved()
        with self._database.read() as tx:
            seen = queries.first(tx)
        ready.set()
        if missed:
            self._tell(Changes(everything=True))
        pending, at, dags_at = False, 0.0, 0.0
        while not self._stopping.wait(EVERY) and self._somebody_listens():
            pending = pulse.moved() or pending
            now = self._clock.monotonic()
            if not pending or now < at:
                continue
            with self._database.read() as tx:
                changes = queries.look(tx, seen)
                between = self._clock.monotonic()
                at = between + (between - now) * SHARE - EVERY
                pending = between < dags_at
                if not pending:
                    changes = merged(changes, queries.look_at_dags(tx, seen))
                    done = self._clock.monotonic()
                    dags_at = done + (done - between) * SHARE - EVERY
                self._tell(changes, tx)

    def _tell(self, changes: Changes, tx: Tx | None = None) -> None:
        """Everybody what they may know. Without a transaction only what names no DAG is told."""
        if not changes:
            return
        with self._lock:
            listeners = list(self._listeners)
        parts: dict[Audience, Changes] = {}
        for one in listeners:
            part = parts.get(one.audience)
            if part is None:
                part = parts[one.audience] = _within(changes, one.audience, tx)
            if part:
                _call(one.loop, one.offer, part)


def _within(changes: Changes, audience: Audience, tx: Tx | None) -> Changes:
    dags, runs = changes.dags, changes.runs
    if tx is not None:
        dags = frozenset(_permitted(tx, dags, audience.dags))
        of_runs = _permitted(tx, (dag_id for dag_id, _ in runs), audience.runs)
        runs = frozenset(one for one in runs if one[0] in of_runs)
    return Changes(runs=runs, dags=dags, kinds=changes.kinds & audience.kinds, everything=changes.everything)


def _permitted(tx: Tx, dag_ids: Iterable[str], access: Access) -> set[str]:
    named = set(dag_ids)
    return reading.permitted(tx, named, access) if named else named


def _call(loop: asyncio.AbstractEventLoop, call: object, *args: object) -> None:
    """Have the loop call it, where it still runs."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(call, *args)  # type: ignore[arg-type]
