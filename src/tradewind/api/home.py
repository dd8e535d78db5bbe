"""The home page, put together: who is late, which pools are full, how the hours look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from tradewind.api import plans
from tradewind.api.schemas.ui import home as schemas
from tradewind.domain.states import DagRunState, DagRunType
from tradewind.store.queries import pools as pool_queries
from tradewind.store.queries.ui import home as queries
from tradewind.store.queries.ui import recent_runs

if TYPE_CHECKING:
    from tradewind.domain.access import Access
    from tradewind.store.database import Tx

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
PATIENCE: Final = timedelta(minutes=5)
"""A run that was due longer ago than this and has not begun is late."""
ENTRIES: Final = 20
_COUNTED: Final = 200
"""Late runs of one kind that are looked at."""
_SAMPLE: Final = 30
"""Runs of a DAG that say how long it usually takes; fewer than ``_FEWEST`` say nothing."""
_FEWEST: Final = 5
_MOST_PLANNED: Final = 5000
_MOST_TOLD: Final = 10_000
"""Planned runs in the timeline; beyond them only the next one of each DAG."""


def run(row: queries.HomeRun, now: datetime, cause: queries.FailedTask | None = None) -> schemas.UIHomeRun:
    """A run of one of the lists."""
    lasted = None if row.start_date is None else ((row.end_date or now) - row.start_date).total_seconds()
    return schemas.UIHomeRun(
        dag_id=row.dag_id,
        dag_display_name=row.dag_display_name or row.dag_id,
        run_id=row.run_id,
        state=DagRunState(row.state),
        run_type=DagRunType(row.run_type),
        run_after=row.run_after,
        start_date=row.start_date,
        end_date=row.end_date,
        duration=lasted,
        cause=None if cause is None else first_cause(cause),
    )


def first_cause(found: queries.FailedTask) -> schemas.UIFirstCause:
    """What failed first."""
    return schemas.UIFirstCause(
        task_id=found.task_id,
        map_index=found.map_index,
        try_number=found.try_number,
        end_date=found.end_date,
        message=found.reason or None,
    )


def late(
    tx: Tx, now: datetime, running: Sequence[queries.HomeRun], *, access: Access
) -> tuple[list[schemas.UILate], int]:
    """Runs that missed a deadline since a day and still go on, that take unusually long, that did not begin,
    that were not made: some of each, every run once; and how many there are.
    """
    kinds = (
        _missed(tx, now, access),
        _slow(tx, now, running, access),
        _not_started(tx, now, access),
        _not_made(tx, now, access),
    )
    found: dict[tuple[str, str | None], schemas.UILate] = {}
    for turn in zip_longest(*kinds):
        for one in turn:
            if one is not None:
                found.setdefault((one.dag_id, one.run_id), one)
    return list(found.values())[:ENTRIES], len(found)


def _missed(tx: Tx, now: datetime, access: Access) -> Iterator[schemas.UILate]:
    for row in queries.missed(tx, now - DAY, _COUNTED, active=True, access=access):
        yield _late(
            "sla" if row.kind == "sla" else "deadline", row.dag_id, row.run_id, now, row.deadline_time,
            task_id=row.task_id, name=row.name,
        )  # fmt: skip


def _slow(
    tx: Tx, now: datetime, running: Sequence[queries.HomeRun], access: Access
) -> Iterator[schemas.UILate]:
    dag_ids = list(dict.fromkeys(row.dag_id for row in running))
    known = recent_runs.newest(tx, dag_ids, _SAMPLE, access=access) if dag_ids else {}
    for row in running:
        usual = usually(known.get(row.dag_id, ()))
        if (
            row.start_date is not None
            and usual is not None
            and (now - row.start_date).total_seconds() > usual
        ):
            yield _late("slow", row.dag_id, row.run_id, now, row.start_date, usual=usual)


def usually(runs: Iterable[recent_runs.RecentRun]) -> float | None:
    """How long 19 of 20 successful runs take at most; None where too few are known."""
    lasted = sorted(
        (one.end_date - one.start_date).total_seconds()
        for one in runs
        if one.state == DagRunState.SUCCESS and one.start_date is not None and one.end_date is not None
    )
    return None if len(lasted) < _FEWEST else percentile(lasted, 0.95)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of them lies, between neighbours in proportion; at least one value."""
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _not_started(tx: Tx, now: datetime, access: Access) -> Iterator[schemas.UILate]:
    for one in queries.not_started(tx, now - PATIENCE, _COUNTED, access=access):
        yield _late("not_started", one.dag_id, one.run_id, now, one.run_after)


def _not_made(tx: Tx, now: datetime, access: Access) -> Iterator[schemas.UILate]:
    for row in queries.planned(tx, before=now - PATIENCE, limit=_COUNTED, access=access):
        yield _late("not_made", row.dag_id, None, now, row.run_after)


def _late(
    kind: str,
    dag_id: str,
    run_id: str | None,
    now: datetime,
    since: datetime,
    *,
    task_id: str | None = None,
    name: str | None = None,
    usual: float | None = None,
) -> schemas.UILate:
    return schemas.UILate(
        kind=kind,  # type: ignore[arg-type]
        dag_id=dag_id,
        run_id=run_id,
        task_id=task_id,
        since=since,
        name=name,
        seconds=(now - since).total_seconds(),
        usual_seconds=usual,
    )


def pools(tx: Tx, held: Iterable[queries.Held]) -> list[schemas.UIPoolUse]:
    """Every pool with what is in it."""
    used: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in held:
        used[one.pool, "running" if one.state == "restarting" else one.state] += one.slots
    found = []
    for pool in pool_queries.list_pools(tx):
        running, queued, deferred = (used[pool.name, state] for state in ("running", "queued", "deferred"))
        taken = running + queued + (deferred if pool.include_deferred else 0)
        left = -1 if pool.slots < 0 else max(0, pool.slots - taken)
        found.append(
            schemas.UIPoolUse(
                name=pool.name,
                slots=pool.slots,
                running=running,
                queued=queued,
                deferred=deferred,
                include_deferred=pool.include_deferred,
                open=left,
            )
        )
    return found


def queues(held: Iterable[queries.Held]) -> list[schemas.UIQueueUse]:
    """The queues in which something is."""
    found: defaultdict[str, dict[str, int]] = defaultdict(lambda: {"queued": 0, "running": 0})
    for one in held:
        if one.state in ("queued", "running"):
            found[one.queue or "default"][one.state] += one.count
    return [schemas.UIQueueUse(name=name, **counts) for name, counts in sorted(found.items())]


def hosts(held: Iterable[queries.Held]) -> list[schemas.UIHostUse]:
    """The machines on which something runs."""
    running: defaultdict[str, int] = defaultdict(int)
    queues_of: defaultdict[str, set[str]] = defaultdict(set)
    for one in held:
        if one.state == "running" and one.hostname:
            running[one.hostname] += one.count
            queues_of[one.hostname].add(one.queue or "default")
    return [
        schemas.UIHostUse(hostname=name, running=count, queues=sorted(queues_of[name]))
        for name, count in sorted(running.items())
    ]


def timeline(tx: Tx, now: datetime, *, zones: Sequence[str], access: Access) -> list[schemas.UIHour]:
    """A day back and a day ahead by hour: runs by when they were due, and those that are planned, by cron
    expressions in one of these ``zones``.
    """
    begin = now.replace(minute=0, second=0, microsecond=0)
    hours = {at: schemas.UIHour(start=at) for at in (begin + HOUR * step for step in range(-24, 25))}
    for text, state, count in queries.by_hour(tx, begin - DAY, begin + DAY + HOUR, access=access):
        hour = hours.get(datetime.fromisoformat(f"{text}:00:00").replace(tzinfo=UTC))
        if hour is not None:
            setattr(hour, state, count)
    told = 0
    for row in queries.planned(tx, before=begin + DAY + HOUR, limit=_MOST_PLANNED, access=access):
        until = begin + DAY + HOUR if told < _MOST_TOLD else row.run_after + HOUR
        for at in plans.to_come(row, until=until, zones=zones):
            _count(hours, at)
            told += 1
    return list(hours.values())


def _count(hours: dict[datetime, schemas.UIHour], at: datetime) -> None:
    hour = hours.get(at.replace(minute=0, second=0, microsecond=0))
    if hour is not None:
        hour.planned += 1


def total(held: Iterable[queries.Held], which: Callable[[str], bool]) -> int:
    """How many task instances are in such states."""
    return sum(one.count for one in held if which(one.state))
