"""What a person does to task instances and runs: the effects that ``engine.clearing`` computed, written.

``change`` raises the run's version; whoever calls another of these alone does (``runs.touch``), in the same
transaction. So the scheduler reloads the run, decides from the new rows and stops processes that no longer
belong to a live attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain.states import FINISHED, FINISHED_RUN, DagRunState, TaskInstanceState
from tradewind.engine import decisions
from tradewind.engine.clearing import Effect
from tradewind.store.database import Tx
from tradewind.store.records import RunRecord
from tradewind.store.statements import Statement, const, one_of
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.transitions import runs, tasks, tries
from tradewind.store.transitions.rows import may_become, ti, update

Changes = Sequence[tuple[str, Effect]]
"""(attempt id, what becomes of it)."""
_at = sa.bindparam("at", type_=Time)
_RESTART = update(may_become(TaskInstanceState.RESTARTING), state=const("restarting"), updated_at=_at)
_has_ended = one_of(ti.c.state, sorted(FINISHED))
_MARK = update(
    state=...,
    end_date=sa.case((_has_ended, sa.func.coalesce(ti.c.end_date, _at)), else_=_at),
    start_date=sa.func.coalesce(ti.c.start_date, _at),
    trigger_id=sa.null(),
    trigger_timeout=sa.null(),
    next_method=sa.null(),
    next_kwargs=sa.null(),
    reschedule_date=sa.null(),
    reason=...,
    updated_at=_at,
)


def change(tx: Tx, of: RunRecord, changes: Changes, *, now: datetime, reason: str = "") -> None:
    """Clear or mark task instances of one run. A row that has moved on meanwhile is left as it is.

    The run's row comes first, as in every transaction: no turn of the scheduler comes between.
    """
    runs.touch(tx, of.pk, now=now)
    cleared = [(key, effect) for key, effect in changes if effect.state is None]
    tries.reset(
        tx,
        [(of, decisions.Reset(attempt_id=key, max_tries=effect.max_tries)) for key, effect in cleared],
        now,
    )
    restarting = [key for key, effect in changes if effect.state is TaskInstanceState.RESTARTING]
    tx.run_many(_RESTART, [{"attempt_id": key, "at": now} for key in restarting])
    marked = [
        {"attempt_id": key, "state": effect.state.value, "at": now, "reason": reason}
        for key, effect in changes
        if effect.state is not None and effect.state is not TaskInstanceState.RESTARTING
    ]
    tx.run_many(_MARK, marked)


def run_out_of_turn(
    tx: Tx, of: RunRecord, begun: decisions.NewTry | None, it: decisions.Schedule, *, now: datetime
) -> None:
    """A task instance that ``change`` has just cleared waits for a slot, and for nothing else."""
    if begun is not None:
        tries.new_try(tx, [(of, begun)], now)
    tasks.schedule(tx, [(of, it)])


_pk = sa.bindparam("pk", type_=Key)
_QUEUE_AGAIN = Statement(
    sa.update(run)
    .where(run.c.id == _pk)
    .values(
        state=const("queued"), queued_at=_at, start_date=sa.null(), end_date=sa.null(), reason=sa.null(),
        clear_number=run.c.clear_number + const(1), updated_at=_at,
    )
)  # fmt: skip
_MARK_RUN = Statement(
    sa.update(run)
    .where(run.c.id == _pk)
    .values(
        state=sa.bindparam("state", type_=sa.String()), start_date=sa.func.coalesce(run.c.start_date, _at),
        end_date=sa.case((one_of(run.c.state, sorted(FINISHED_RUN)), run.c.end_date), else_=_at),
        reason=sa.bindparam("reason", type_=sa.Text()), updated_at=_at,
    )
)  # fmt: skip
_USE_VERSION = Statement(
    sa.update(run).where(run.c.id == _pk).values(version_hash=sa.bindparam("hash", type_=sa.String()))
)
_SET_OPTIONS = Statement(
    sa.update(run).where(run.c.id == _pk).values(options=sa.bindparam("options", type_=run.c.options.type))
)


_FOR_ONE_PASS = frozenset({"mark_success", "ignore_pause", "ignore_depends_on_past", "disable_retry", "pool"})
"""Options of the command that made the run, not of the run: what is cleared later really runs."""


def queue_run_again(tx: Tx, of: RunRecord, *, now: datetime, options: dict[str, Any] | None = None) -> None:
    """A cleared run waits to be started, with no start and end of its own.

    ``options`` replace its own; without them, those that were meant for one pass lapse.
    """
    if options is None:
        options = {name: value for name, value in of.options.items() if name not in _FOR_ONE_PASS}
    if options != of.options:
        set_options(tx, of.pk, options)
    tx.run(_QUEUE_AGAIN, pk=of.pk, at=now)


def mark_run(tx: Tx, pk: int, state: DagRunState, *, reason: str, now: datetime) -> None:
    """A marked run has ended, at once."""
    tx.run(_MARK_RUN, pk=pk, state=state.value, reason=reason, at=now)


def use_version(tx: Tx, pk: int, version_hash: str) -> None:
    """Continue a run with another version of its DAG."""
    tx.run(_USE_VERSION, pk=pk, hash=version_hash)


def set_options(tx: Tx, pk: int, options: dict[str, Any]) -> None:
    """Give a run other options (``only_tasks``, ``mark_success``, …); tasks that now take part are added."""
    text = msgspec.json.encode(options).decode() if options else None
    tx.run(_SET_OPTIONS, pk=pk, options=text)
