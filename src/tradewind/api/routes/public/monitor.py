"""Is it alive, and which version is it? Both without a token, as in Airflow."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from tradewind.api.door import Call, Door
from tradewind.api.schemas.monitor import (
    BaseInfoResponse,
    DagProcessorInfoResponse,
    HealthInfoResponse,
    SchedulerInfoResponse,
    TriggererInfoResponse,
    VersionInfo,
)
from tradewind.domain.errors import DatabaseError
from tradewind.store.queries import jobs
from tradewind.store.records import JobRecord

if TYPE_CHECKING:
    from tradewind.store.database import Database, Tx

door = Door("Monitor")
old_door = Door("Monitor", prefix="")
HEALTHY, UNHEALTHY = "healthy", "unhealthy"
_KINDS = ("SchedulerJob", "TriggererJob", "DagProcessorJob")


@door.get("/monitor/health", None, name="get_health", answer=HealthInfoResponse)
async def get_health(call: Call) -> HealthInfoResponse:
    """How the database and each component are; always status 200, as monitors of Airflow expect."""
    return await _health(call)


async def _health(call: Call) -> HealthInfoResponse:
    services = call.services
    return await run_in_threadpool(
        check, services.database, services.clock.now(), services.settings.heartbeat_limit
    )


@old_door.get("/health", None, name="health", answer=HealthInfoResponse, in_document=False)
async def health(call: Call) -> HealthInfoResponse:
    """The same where Airflow 1.10 and 2.x had it."""
    return await _health(call)


def check(database: Database, now: datetime, limit: timedelta) -> HealthInfoResponse:
    """The newest heartbeat of each kind of component against the time that it may be silent."""
    try:
        with database.read() as tx:
            return health_in(tx, now, limit)
    except DatabaseError:
        return _answer(UNHEALTHY, {}, now, limit)


def health_in(tx: Tx, now: datetime, limit: timedelta) -> HealthInfoResponse:
    """The same where the database answers."""
    return _answer(HEALTHY, {kind: jobs.newest(tx, kind) for kind in _KINDS}, now, limit)


def _answer(
    database: str, newest: dict[str, JobRecord | None], now: datetime, limit: timedelta
) -> HealthInfoResponse:
    scheduler, triggerer, processor = (newest.get(kind) for kind in _KINDS)
    return HealthInfoResponse(
        metadatabase=BaseInfoResponse(status=database),
        scheduler=SchedulerInfoResponse(
            status=_status(scheduler, now, limit) or UNHEALTHY,
            latest_scheduler_heartbeat=_heartbeat(scheduler),
        ),
        triggerer=TriggererInfoResponse(
            status=_status(triggerer, now, limit), latest_triggerer_heartbeat=_heartbeat(triggerer)
        ),
        dag_processor=DagProcessorInfoResponse(
            status=_status(processor, now, limit), latest_dag_processor_heartbeat=_heartbeat(processor)
        ),
    )


def _status(job: JobRecord | None, now: datetime, limit: timedelta) -> str | None:
    if job is None:
        return None
    return HEALTHY if job.state == "running" and now - job.latest_heartbeat <= limit else UNHEALTHY


def _heartbeat(job: JobRecord | None) -> str | None:
    return None if job is None else job.latest_heartbeat.isoformat()


version_door = Door("Version")


@version_door.get("/version", None, name="get_version", answer=VersionInfo)
async def get_version(call: Call) -> VersionInfo:
    """The version of this server."""
    return VersionInfo(version=call.services.settings.version, git_version=None)


door.operations += [*old_door.operations, *version_door.operations]
