"""Components: they enter a row when they start, keep its heartbeat fresh, and say when they end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tradewind.domain.access import SYSTEM
from tradewind.store.database import Tx
from tradewind.store.queries.browse.listing import Listing, Page, Where
from tradewind.store.queries.reading import within
from tradewind.store.records import JobRecord
from tradewind.store.statements import Statement, const
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.jobs import job

listing = Listing(
    JobRecord,
    {name: job.c[name] for name in JobRecord.__struct_fields__},
    job,
    unique=job.c.id,
    dag=lambda access: sa.or_(job.c.dag_id.is_(None), within(job.c.dag_id, access)),
)
_HEARD_LAST = Page(limit=1, order=(("latest_heartbeat", True), ("id", True)))
_at = sa.bindparam("at", type_=Time)
_job_id = sa.bindparam("job_id", type_=Key)
_running = job.c.state == const("running")
_HEARTBEAT = Statement(sa.update(job).where(job.c.id == _job_id, _running).values(latest_heartbeat=_at))
_END = Statement(
    sa.update(job)
    .where(job.c.id == _job_id, _running)
    .values(state=sa.bindparam("after", type_=sa.String()), end_date=_at, latest_heartbeat=_at)
)


def register(
    tx: Tx,
    job_type: str,
    *,
    hostname: str,
    unixname: str | None = None,
    executor_class: str | None = None,
    dag_id: str | None = None,
    address: str | None = None,
    now: datetime,
) -> int:
    """Enter a component that starts; the id of its row.

    ``job_type`` is Airflow's word: SchedulerJob, TriggererJob, DagProcessorJob. ``address`` says where it
    listens.
    """
    values: dict[str, Any] = {
        "job_type": job_type, "state": "running", "hostname": hostname, "unixname": unixname,
        "executor_class": executor_class, "dag_id": dag_id, "address": address, "start_date": now,
        "latest_heartbeat": now,
    }  # fmt: skip
    return tx.insert(job, values)


def heartbeat(tx: Tx, job_id: int, now: datetime) -> bool:
    """The component lives. False where its row is gone or was ended by somebody else."""
    return tx.run(_HEARTBEAT, job_id=job_id, at=now) == 1


def end(tx: Tx, job_id: int, now: datetime, *, state: str = "success") -> bool:
    """The component ended, as ``success`` or ``failed``."""
    return tx.run(_END, job_id=job_id, after=state, at=now) == 1


def fail_silent(tx: Tx, job_type: str, heard_before: datetime, now: datetime) -> int:
    """End as failed the components of that type that were not heard of since then; how many."""
    silent = sa.update(job).where(
        job.c.job_type == job_type, job.c.state == "running", job.c.latest_heartbeat < heard_before
    )
    return tx.run(silent.values(state="failed", end_date=now))


def newest(tx: Tx, job_type: str) -> JobRecord | None:
    """The component of that type that was heard of last, alive or not."""
    found = listing.page(tx, [Where("job_type", "eq", job_type)], access=SYSTEM, page=_HEARD_LAST)
    return found[0] if found else None


def address(tx: Tx, job_type: str, heard_after: datetime) -> str | None:
    """Where a living component of that type listens, or None."""
    living = sa.select(job.c.address).where(
        job.c.job_type == job_type, job.c.state == "running", job.c.latest_heartbeat >= heard_after,
        job.c.address.is_not(None),
    )  # fmt: skip
    found: str | None = tx.value(living.order_by(job.c.latest_heartbeat.desc()).limit(1))
    return found
