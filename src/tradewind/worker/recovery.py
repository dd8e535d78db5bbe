"""What a new host does about the work of the one before it: end it, and report it as lost."""

from __future__ import annotations

import signal
import time
from typing import Final

import msgspec

from tradewind.client.logs import LogFile
from tradewind.domain.events import Failed, Lost, Skipped, Succeeded
from tradewind.domain.messages.report import Finished
from tradewind.runtime.clock import Clock
from tradewind.telemetry.masking import MASKER
from tradewind.worker import tree
from tradewind.worker.ledger import Ledger, Taken, key_of
from tradewind.worker.settings import HostSettings

REASON: Final = "the worker host that ran it ended without reporting how it went"


def run(ledger: Ledger, settings: HostSettings, boot: str, clock: Clock) -> int:
    """Blocks until nothing of the earlier host's tasks is alive; how many attempts were lost."""
    left = list(ledger.running.values())
    end_processes([taken for taken in left if taken.boot == boot], settings.term_grace, clock)
    for taken in left:
        told = ledger.calling.get(key_of(taken.held))
        if told is not None:
            ledger.ended(uncalled(told))
            continue
        _note(taken, settings, clock)
        held = taken.held
        ledger.ended(
            Finished(
                attempt_id=held.attempt_id,
                dispatch=held.dispatch,
                dag_id=held.dag_id,
                run_id=held.run_id,
                started_at=None,
                at=clock.now(),
                outcome=Lost(reason=REASON),
                pid=taken.pid,
                hostname=settings.hostname,
                unixname=settings.unixname,
            )
        )
    return len(left)


def uncalled(told: Finished, *, hung: bool = False) -> Finished:
    """The last word on a success whose process ended while it called callbacks, or before: somebody else has
    to call them, unless they ``hung``.
    """
    outcome = told.outcome
    if isinstance(outcome, Succeeded):
        outcome = msgspec.structs.replace(outcome, calling=False, called=outcome.calling, uncalled=not hung)
    elif isinstance(outcome, Failed | Skipped):
        outcome = msgspec.structs.replace(outcome, uncalled=not hung)
    return msgspec.structs.replace(told, outcome=outcome)


def end_processes(left: list[Taken], grace: float, clock: Clock) -> None:
    """SIGTERM to their groups, then SIGKILL to them and all below."""
    alive = [taken for taken in left if tree.is_same(taken.pid, taken.started)]
    below = tree.identities([pid for taken in alive for pid in tree.descendants(taken.pid)])
    for taken in alive:
        tree.kill_group(taken.pid, signal.SIGTERM)
        tree.kill(taken.pid, signal.SIGCONT)
    deadline = clock.monotonic() + grace
    while alive and clock.monotonic() < deadline:
        time.sleep(0.01)
        alive = [taken for taken in alive if tree.is_same(taken.pid, taken.started)]
    for taken in alive:
        tree.kill_all(taken.pid)
    tree.kill_same(below)


def _note(taken: Taken, settings: HostSettings, clock: Clock) -> None:
    if not taken.log_path:
        return
    try:
        log = LogFile(str(settings.log_folder), taken.log_path, MASKER, clock)
    except OSError:
        return
    log.write("error", f"The task was lost: {REASON}. It is repeated, without using up a retry.", "task")
    log.close()
