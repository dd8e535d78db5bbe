"""State moves of task instances: one function per verb of ``engine.decisions``, one statement a function.

Each takes pairs of a run and a decision, of as many runs as there are, and gives the ids (``pk``) of the runs
whose rows did not match. ``apply`` calls them in the order of the fields of ``Decisions``, so that a turn
sends at most a few statements per verb, whatever the number of runs and tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from tradewind.domain.spec import DagSpec
from tradewind.domain.states import TaskInstanceState as T
from tradewind.engine import decisions as d
from tradewind.store.database import Tx
from tradewind.store.records import RunRecord
from tradewind.store.statements import Row, Statement, const, insert_all, one_of
from tradewind.store.tables import task_instances, triggers
from tradewind.store.tables.base import Time
from tradewind.store.transitions import callbacks, hitl, runs, tries
from tradewind.store.transitions.rows import NONE, Pairs, may_become, ti, unfinished, update, write

Batch = Sequence[tuple[RunRecord, d.Decisions]]
_reschedules = task_instances.task_reschedule
_at = sa.bindparam("at", type_=Time)
_attempt = sa.bindparam("attempt_id", type_=ti.c.id.type)


def apply(
    tx: Tx,
    batch: Batch,
    *,
    now: datetime,
    addresses: Mapping[str, str] | None = None,
    specs: Mapping[int, DagSpec] | None = None,
) -> frozenset[int]:
    """Write all decisions of all runs of a turn; the ids of runs whose rows did not match.

    ``now`` is for decisions without a time of their own. ``addresses`` maps the attempt ids being queued to
    the host incarnations that get them. ``specs`` maps the ids of runs with expansions to their specs; a run
    that is missing there goes by its DAG's newest version. Where the answer is not empty the transaction must
    be rolled back: part of those runs' decisions is written.
    """
    wrong: frozenset[int] = NONE
    extra = _Extra(
        now, addresses or {}, specs or {}, _at_once(batch, "starts", "finishes"), _handed_out(batch)
    )
    for field in d.Decisions.__struct_fields__:
        verb = _VERBS.get(field)
        if verb is None:
            continue
        pairs = [(run, decision) for run, decisions in batch for decision in getattr(decisions, field)]
        if pairs:
            wrong |= verb(tx, pairs, extra)
    return wrong


class _Extra(NamedTuple):
    """What verbs need besides their decisions."""

    now: datetime
    addresses: Mapping[str, str]
    specs: Mapping[int, DagSpec]
    started: Mapping[str, d.Start]
    """Of those that end in the same turn: both moves are one statement, as are the two below."""
    scheduled: Mapping[str, d.Schedule]
    """Of those that are queued in the same turn, unless a trigger has to be forgotten first."""


def _at_once(batch: Batch, first: str, second: str) -> dict[str, Any]:
    """The decisions of ``first`` whose task instances are also among those of ``second``, by attempt."""
    later = {it.attempt_id for _, decisions in batch for it in getattr(decisions, second)}
    if not later:
        return {}
    return {
        it.attempt_id: it
        for _, decisions in batch
        for it in getattr(decisions, first)
        if it.attempt_id in later
    }


def _handed_out(batch: Batch) -> dict[str, d.Schedule]:
    return {key: it for key, it in _at_once(batch, "schedules", "queues").items() if it.resume is None}


# --- start, finish -------------------------------------------------------------------------------

_START = update(
    may_become(T.RUNNING),
    state=const("running"),
    start_date=sa.func.coalesce(ti.c.start_date, _at),
    first_start=sa.func.coalesce(ti.c.first_start, _at),
    end_date=sa.null(),
    duration=sa.null(),
    hostname=...,
    pid=...,
    unixname=...,
    last_heartbeat_at=_at,
    updated_at=_at,
)


def start(tx: Tx, pairs: Pairs[d.Start]) -> frozenset[int]:
    """queued → running. A later dispatch of the same try keeps the try's start date."""
    return write(tx, _START, pairs, _start_row, "running")


def _start_row(it: d.Start) -> Row:
    return {
        "attempt_id": it.attempt_id, "at": it.at, "hostname": it.hostname, "pid": it.pid,
        "unixname": it.unixname,
    }  # fmt: skip


_after = sa.bindparam("after", type_=sa.String())
_try = sa.bindparam("try_number", type_=sa.Integer())
_ran = sa.bindparam("ran", type_=sa.Boolean())
_FINISH = update(
    # A branch may still skip what an upstream had failed, and a task that left the DAG may have ended before.
    sa.or_(
        ti.c.state == const("running"),
        sa.and_(~_ran, unfinished()),
        _after == const("removed"),
        sa.and_(_after == const("skipped"), ti.c.state == const("upstream_failed")),
    ),
    state=_after,
    start_date=sa.func.coalesce(ti.c.start_date, sa.bindparam("start", type_=Time)),
    end_date=_at,
    duration=...,
    reason=...,
    try_number=sa.case((ti.c.try_number < _try, _try), else_=ti.c.try_number),
    trigger_id=sa.null(),
    trigger_timeout=sa.null(),
    next_method=sa.null(),
    next_kwargs=sa.null(),
    reschedule_date=sa.null(),
    updated_at=_at,
)


def finish(tx: Tx, pairs: Pairs[d.Finish]) -> frozenset[int]:
    """→ success, failed, skipped, upstream_failed or removed."""
    return write(tx, _FINISH, pairs, _finish_row)


def _finish_row(it: d.Finish) -> Row:
    return {
        "attempt_id": it.attempt_id, "after": it.state.value, "start": it.start, "at": it.at,
        "duration": it.duration, "reason": it.reason, "try_number": it.try_number if it.counted else 0,
        "ran": it.ran,
    }  # fmt: skip


_began = sa.bindparam("began", type_=Time)
_START_AND_FINISH = update(
    may_become(T.RUNNING),
    state=_after,
    start_date=sa.func.coalesce(ti.c.start_date, _began),
    first_start=sa.func.coalesce(ti.c.first_start, _began),
    end_date=_at,
    duration=...,
    reason=...,
    hostname=...,
    pid=...,
    unixname=...,
    last_heartbeat_at=_began,
    try_number=sa.case((ti.c.try_number < _try, _try), else_=ti.c.try_number),
    trigger_id=sa.null(),
    trigger_timeout=sa.null(),
    next_method=sa.null(),
    next_kwargs=sa.null(),
    reschedule_date=sa.null(),
    updated_at=_at,
)


def start_and_finish(tx: Tx, pairs: Pairs[d.Finish], started: Mapping[str, d.Start]) -> frozenset[int]:
    """queued → running → its end, told of in one turn: what ``start`` and then ``finish`` would leave."""

    def row(it: d.Finish) -> Row:
        begin = started[it.attempt_id]
        return {
            "attempt_id": it.attempt_id, "after": it.state.value, "began": begin.at, "at": it.at,
            "duration": it.duration, "reason": it.reason, "try_number": it.try_number if it.counted else 0,
            "hostname": begin.hostname, "pid": begin.pid, "unixname": begin.unixname,
        }  # fmt: skip

    return write(tx, _START_AND_FINISH, pairs, row, stamped=True)


# --- retry, reschedule, defer ----------------------------------------------------------------------

_RETRY = update(
    may_become(T.UP_FOR_RETRY),
    state=const("up_for_retry"),
    end_date=_at,
    duration=...,
    retry_delay_override=...,
    reason=...,
    next_method=sa.null(),
    next_kwargs=sa.null(),
    trigger_id=sa.null(),
    trigger_timeout=sa.null(),
    updated_at=_at,
)


def retry(tx: Tx, pairs: Pairs[d.Retry]) -> frozenset[int]:
    """running → up_for_retry. When it is due is not stored: it follows from the end and the current delay."""
    return write(
        tx, _RETRY, pairs,
        lambda it: {
            "attempt_id": it.attempt_id, "at": it.at, "duration": it.duration,
            "retry_delay_override": it.retry_delay, "reason": it.reason,
        },
        "up_for_retry",
    )  # fmt: skip


_RESCHEDULE = update(
    may_become(T.UP_FOR_RESCHEDULE),
    state=const("up_for_reschedule"),
    end_date=_at,
    duration=...,
    reschedule_date=...,
    updated_at=_at,
)
_RESCHEDULED = Statement(
    insert_all(_reschedules, "ti_id", "start_date", "end_date", "duration", "reschedule_date")
)


def reschedule(tx: Tx, pairs: Pairs[d.Reschedule]) -> frozenset[int]:
    """running → up_for_reschedule, with a row that tells people when the sensor looked."""
    wrong = write(
        tx, _RESCHEDULE, pairs,
        lambda it: {
            "attempt_id": it.attempt_id, "at": it.at, "duration": (it.at - it.start).total_seconds(),
            "reschedule_date": it.until,
        },
        "up_for_reschedule",
    )  # fmt: skip
    rows = [
        {
            "ti_id": it.attempt_id, "start_date": it.start, "end_date": it.at,
            "duration": int((it.at - it.start).total_seconds()), "reschedule_date": it.until,
        }
        for run, it in pairs
        if run.pk not in wrong
    ]  # fmt: skip
    tx.run_many(_RESCHEDULED, rows)
    return wrong


_trigger = triggers.trigger
_TRIGGER = Statement(insert_all(_trigger, "classpath", "kwargs", "created_date", "queue", "ti_id"))
_DEFER = update(
    may_become(T.DEFERRED),
    state=const("deferred"),
    trigger_id=sa.select(sa.func.max(_trigger.c.id)).where(_trigger.c.ti_id == _attempt).scalar_subquery(),
    trigger_timeout=...,
    next_method=...,
    next_kwargs=...,
    # Of one that starts from its trigger; another has them.
    try_number=sa.case((ti.c.try_number < _try, _try), else_=ti.c.try_number),
    start_date=sa.func.coalesce(ti.c.start_date, _at),
    first_start=sa.func.coalesce(ti.c.first_start, _at),
    updated_at=_at,
)


def defer(tx: Tx, pairs: Pairs[d.Defer]) -> frozenset[int]:
    """→ deferred, with the trigger it waits for."""
    rows = [
        {
            "classpath": it.trigger.classpath, "kwargs": tx.seal.close(it.trigger.kwargs),
            "created_date": it.at, "queue": it.trigger.queue, "ti_id": it.attempt_id,
        }
        for _, it in pairs
    ]  # fmt: skip
    tx.run_many(_TRIGGER, rows)
    return write(
        tx, _DEFER, pairs,
        lambda it: {
            "attempt_id": it.attempt_id, "at": it.at, "trigger_timeout": it.timeout_at,
            "next_method": it.trigger.next_method, "next_kwargs": it.trigger.next_kwargs,
            "try_number": it.try_number,
        },
        "deferred",
    )  # fmt: skip


# --- schedule, unqueue, queue -------------------------------------------------------------------------

_SCHEDULE = update(
    may_become(T.SCHEDULED),
    state=const("scheduled"),
    scheduled_dttm=_at,
    try_number=...,
    priority_weight=...,
    next_method=...,
    next_kwargs=...,
    trigger_id=sa.null(),
    trigger_timeout=sa.null(),
    reschedule_date=sa.null(),
    updated_at=_at,
)
_FORGET_TRIGGER = Statement(sa.delete(_trigger).where(_trigger.c.ti_id == _attempt))


def schedule(tx: Tx, pairs: Pairs[d.Schedule]) -> frozenset[int]:
    """→ scheduled. A task that resumes after deferral is done with its trigger."""
    tx.run_many(_FORGET_TRIGGER, [{"attempt_id": it.attempt_id} for _, it in pairs if it.resume is not None])
    return write(
        tx, _SCHEDULE, pairs,
        lambda it: {
            "attempt_id": it.attempt_id, "at": it.at, "try_number": it.try_number,
            "priority_weight": it.priority, "next_method": it.next_method, "next_kwargs": it.resume,
        },
        "scheduled",
    )  # fmt: skip


_UNQUEUE = update(
    ti.c.state == const("queued"),
    state=const("scheduled"),
    queued_dttm=sa.null(),
    external_executor_id=sa.null(),
    claim=sa.null(),
    updated_at=_at,
)


def unqueue(tx: Tx, pairs: Pairs[d.Unqueue], now: datetime) -> frozenset[int]:
    """queued → scheduled."""
    return write(tx, _UNQUEUE, pairs, lambda it: {"attempt_id": it.attempt_id, "at": now}, "scheduled")


_QUEUE = update(
    may_become(T.QUEUED),
    state=const("queued"),
    queued_dttm=_at,
    dispatch=...,
    pool=...,
    pool_slots=...,
    external_executor_id=...,
    last_heartbeat_at=sa.null(),
    claim=sa.null(),
    updated_at=_at,
)


def queue(tx: Tx, pairs: Pairs[d.Queue], addresses: Mapping[str, str]) -> frozenset[int]:
    """scheduled → queued. ``addresses`` maps attempt ids to the host incarnations that may take them."""
    return write(
        tx, _QUEUE, pairs,
        lambda it: {
            "attempt_id": it.attempt_id, "at": it.at, "dispatch": it.dispatch, "pool": it.pool,
            "pool_slots": it.pool_slots,
            "external_executor_id": addresses.get(it.attempt_id),
        },
        "queued",
    )  # fmt: skip


_SCHEDULE_AND_QUEUE = update(
    may_become(T.SCHEDULED),
    state=const("queued"),
    scheduled_dttm=sa.bindparam("scheduled", type_=Time),
    try_number=...,
    priority_weight=...,
    next_method=...,
    next_kwargs=sa.null(),
    trigger_id=sa.null(),
    trigger_timeout=sa.null(),
    reschedule_date=sa.null(),
    queued_dttm=_at,
    dispatch=...,
    pool=...,
    pool_slots=...,
    external_executor_id=...,
    last_heartbeat_at=sa.null(),
    claim=sa.null(),
    updated_at=_at,
)


def schedule_and_queue(
    tx: Tx, pairs: Pairs[d.Queue], addresses: Mapping[str, str], scheduled: Mapping[str, d.Schedule]
) -> frozenset[int]:
    """→ scheduled → queued, decided in one turn: what ``schedule`` and then ``queue`` would leave."""

    def row(it: d.Queue) -> Row:
        ready = scheduled[it.attempt_id]
        return {
            "attempt_id": it.attempt_id, "scheduled": ready.at, "try_number": ready.try_number,
            "priority_weight": ready.priority, "next_method": ready.next_method, "at": it.at,
            "dispatch": it.dispatch, "pool": it.pool, "pool_slots": it.pool_slots,
            "external_executor_id": addresses.get(it.attempt_id),
        }  # fmt: skip

    return write(tx, _SCHEDULE_AND_QUEUE, pairs, row, "queued")


# --- all verbs ----------------------------------------------------------------------------------------


def _split(pairs: Pairs[Any], among: Mapping[str, Any]) -> tuple[Pairs[Any], Pairs[Any]]:
    """(those among them, the others)."""
    if not among:
        return (), pairs
    both = [pair for pair in pairs if pair[1].attempt_id in among]
    return both, [pair for pair in pairs if pair[1].attempt_id not in among]


def _start(tx: Tx, pairs: Pairs[d.Start], extra: _Extra) -> frozenset[int]:
    return start(tx, _split(pairs, extra.started)[1])


def _finish(tx: Tx, pairs: Pairs[d.Finish], extra: _Extra) -> frozenset[int]:
    both, others = _split(pairs, extra.started)
    return start_and_finish(tx, both, extra.started) | finish(tx, others)


def _schedule(tx: Tx, pairs: Pairs[d.Schedule], extra: _Extra) -> frozenset[int]:
    return schedule(tx, _split(pairs, extra.scheduled)[1])


def _queue(tx: Tx, pairs: Pairs[d.Queue], extra: _Extra) -> frozenset[int]:
    both, others = _split(pairs, extra.scheduled)
    wrong = schedule_and_queue(tx, both, extra.addresses, extra.scheduled)
    return wrong | queue(tx, others, extra.addresses)


def _request_callbacks(tx: Tx, pairs: Any, extra: _Extra) -> frozenset[int]:
    callbacks.request(tx, pairs, extra.now)
    return NONE


_VERBS: dict[str, Callable[[Tx, Any, _Extra], frozenset[int]]] = {
    "resets": lambda tx, pairs, extra: tries.reset(tx, pairs, extra.now),
    "expansions": lambda tx, pairs, extra: tries.expand(tx, pairs, extra.now, extra.specs),
    "starts": _start,
    "finishes": _finish,
    "retries": lambda tx, pairs, extra: retry(tx, pairs),
    "reschedules": lambda tx, pairs, extra: reschedule(tx, pairs),
    "new_tries": lambda tx, pairs, extra: tries.new_try(tx, pairs, extra.now),
    "defers": lambda tx, pairs, extra: defer(tx, pairs),
    "awaits": lambda tx, pairs, extra: hitl.park(tx, pairs),
    "expires": lambda tx, pairs, extra: hitl.expire(tx, pairs),
    "schedules": _schedule,
    "unqueues": lambda tx, pairs, extra: unqueue(tx, pairs, extra.now),
    "queues": _queue,
    "callbacks": _request_callbacks,
    "run": lambda tx, pairs, extra: runs.move(tx, pairs),
}
"""One verb a field of ``Decisions``; ``stops`` is an act, not a row."""


# --- heartbeats, claims -----------------------------------------------------------------------------------

_alive = one_of(ti.c.state, (T.QUEUED, T.RUNNING, T.RESTARTING))
_HEARTBEAT = update(_alive, last_heartbeat_at=_at)
_CLAIM = update(
    sa.and_(
        _alive,
        ti.c.dispatch == sa.bindparam("for_dispatch", type_=sa.Integer()),
        sa.or_(ti.c.claim.is_(None), ti.c.claim == sa.bindparam("claim", type_=sa.String())),
    ),
    claim=...,
    last_heartbeat_at=_at,
)


def heartbeat(tx: Tx, attempt_ids: Sequence[str], now: datetime) -> int:
    """Note that these attempts live; how many of them are current. Raises no run's version."""
    return tx.run_many(
        _HEARTBEAT, [{"attempt_id": attempt_id, "at": now} for attempt_id in sorted(attempt_ids)]
    )


def claim(tx: Tx, attempt_id: str, dispatch: int, claim: str, now: datetime) -> bool:
    """Give a dispatch to the process that asks first, named by ``claim``; True for the same one again too."""
    row = {"attempt_id": attempt_id, "for_dispatch": dispatch, "claim": claim, "at": now}
    return tx.run_many(_CLAIM, [row]) == 1
