"""Have the callbacks run that turns decided on: rows in, assignments out, until a host says that they ended.

A row stays until the end of its callback is recorded; a host keeps that end until it is acknowledged. So each
callback is recorded once and runs at least once: again where its host died under it, at most ``TRIES`` times.

What is to be called after a task's success its own process calls, when the success is recorded: then the row
waits for the word that it has, and goes out only where that process died.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tradewind.domain.events import Lost
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.lifecycle import Gone, Hello
from tradewind.domain.messages.report import Finished, Started
from tradewind.scheduler import callback_work
from tradewind.scheduler.active_runs import ActiveRuns
from tradewind.scheduler.dispatch import Dispatch, Outgoing, has_called
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.transitions import callbacks, results
from tradewind.store.transitions.callbacks import CallbackRecord

OF_SUCCESS: Final = "task_success"
AT_ONCE: Final = 4
"""How many callbacks run at a time; they take no slots from tasks."""
TRIES: Final = 3


class Sent(msgspec.Struct, kw_only=True):
    """What one call did."""

    sent: int = 0
    done: int = 0


class SendCallbacks:
    """``grace`` is how long a host may be away, or a scheduler restart, before a callback is sent anew."""

    def __init__(
        self,
        *,
        database: Database,
        runs: ActiveRuns,
        dispatch: Dispatch,
        grace: timedelta,
        began: datetime,
        time_limit: float = 300.0,
        lease: leases.Lease | None = None,
    ) -> None:
        """``began``: when this scheduler did. What an earlier one sent may be alive on a host that is not
        back yet, so it is not sent anew before the grace has passed. ``time_limit`` is how many seconds one
        callback may take.
        """
        self._began = began
        self._database, self._runs, self._dispatch = database, runs, dispatch
        self._grace, self._time_limit, self._lease = grace, time_limit, lease
        self._out: dict[int, str] = {}
        """Callback to the host incarnation that has it."""
        self._ended: list[tuple[Finished, str]] = []
        self.wanted = True
        """Whether a call has something to do: rows were written, or ends came in."""

    # --- news -------------------------------------------------------------------------------------

    def request(self) -> None:
        """A committed turn wrote callbacks."""
        self.wanted = True

    def heard(self, message: Started | Finished | Gone, source: str) -> bool:
        """News from a host of a process that runs a callback. True where it has ended."""
        if isinstance(message, Finished):
            self.finished(message, source)
        elif isinstance(message, Gone):
            self.gone(message.attempt_id)
        return isinstance(message, Finished)

    def finished(self, message: Finished, source: str) -> None:
        """A host says how a callback ended, or those of a task's success, called by its own process."""
        self._ended.append((message, source))
        self.wanted = True

    def gone(self, attempt_id: str) -> None:
        """Its host could not take it, or let it go."""
        number = callback_work.number_of(attempt_id)
        if number is not None:
            self._out.pop(number, None)

    def host_arrived(self, hello: Hello) -> None:
        """What the host holds is out; what was sent to it and did not reach it is not."""
        held = {
            number for it in hello.holds if (number := callback_work.number_of(it.attempt_id)) is not None
        }
        for number in [n for n, at in self._out.items() if at == hello.incarnation and n not in held]:
            del self._out[number]
        self._out.update(dict.fromkeys(held, hello.incarnation))
        self.wanted = True

    # --- work -------------------------------------------------------------------------------------

    def run_once(self, now: datetime) -> Sent:
        """Record what has ended, send what may go. Raises what the database raises; then nothing was sent."""
        self.wanted = False
        host = self._dispatch.freest()
        ended = list(self._ended)
        noted = {
            message.attempt_id: message.note
            for message, _ in ended
            if has_called(message) and message.note is not None
        }
        with self._database.read() as tx:
            done = [number for message, _ in ended for number in _over(tx, message)]
            chosen = self._choose(tx, now, set(done)) if host is not None else []
        if not chosen and not ended:
            return Sent()
        try:
            assignments = self._write(chosen, done, noted, now) if chosen or done or noted else {}
        except BaseException:
            self.wanted = True
            raise
        del self._ended[: len(ended)]
        self._send(host, chosen, assignments, ended)
        return Sent(sent=len(assignments), done=len(ended))

    def _choose(self, tx: Tx, now: datetime, done: set[int]) -> list[CallbackRecord]:
        """Rows that no living host has, oldest first."""
        ending = {callback_work.number_of(message.attempt_id) for message, _ in self._ended} | done
        out = {n for n, at in self._out.items() if self._dispatch.is_connected(at)} - ending
        room = AT_ONCE - len(out)
        if room <= 0:
            return []
        before = now - self._grace
        most = AT_ONCE + len(out) + len(ending) + self._dispatch.lingering
        rows = callbacks.pending(tx, sent_before=before if before >= self._began else None, limit=most)
        free = [row for row in rows if row.id not in out and row.id not in ending]
        return [row for row in free if not self._is_calling(row, before)][:room]

    def _is_calling(self, row: CallbackRecord, gone_since: datetime) -> bool:
        """Whether the process that succeeded calls it itself."""
        return row.kind == OF_SUCCESS and self._dispatch.lingers(row.attempt_id or "", gone_since=gone_since)

    def _write(
        self, chosen: list[CallbackRecord], done: list[int], noted: dict[str, str], now: datetime
    ) -> dict[int, Assignment]:
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            callbacks.done(tx, done)
            for attempt_id, note in noted.items():
                results.set_note(tx, attempt_id, note, user=None, now=now)
            found = {
                row.id: callback_work.assignment(tx, self._runs, row, limit=self._time_limit)
                for row in chosen
            }
            assignments = {number: made for number, made in found.items() if made is not None}
            callbacks.sent(tx, list(assignments), now)
            callbacks.done(tx, [number for number, made in found.items() if made is None])
        return assignments

    def _send(
        self,
        host: str | None,
        chosen: list[CallbackRecord],
        assignments: dict[int, Assignment],
        ended: Iterable[tuple[Finished, str]],
    ) -> None:
        outgoing = Outgoing()
        for message, source in ended:
            self._out.pop(callback_work.number_of(message.attempt_id) or 0, None)
            outgoing.ack(source, message)
        for row in chosen:
            if row.kind == OF_SUCCESS:
                self._dispatch.let_go(row.attempt_id or "")  # its host is gone
            if host is not None and row.id in assignments:
                self._out[row.id] = host
                outgoing.assign(host, assignments[row.id])
        self._dispatch.send(outgoing)


def _over(tx: Tx, message: Finished) -> list[int]:
    """The callback's number, unless its process was lost and may be tried again; or of a task that has
    called them itself, those of its success.
    """
    number = callback_work.number_of(message.attempt_id)
    if number is None:
        return (
            []
            if getattr(message.outcome, "uncalled", False)
            else callbacks.of_success(tx, message.attempt_id)
        )
    return [] if isinstance(message.outcome, Lost) and message.dispatch < TRIES else [number]
