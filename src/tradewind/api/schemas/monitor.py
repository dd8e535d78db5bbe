"""Health and version."""

from __future__ import annotations

from tradewind.api.schemas.common import Answer


class BaseInfoResponse(Answer, kw_only=True):
    """How a part of the system is."""

    status: str | None


class SchedulerInfoResponse(BaseInfoResponse, kw_only=True):
    """How the scheduler is."""

    latest_scheduler_heartbeat: str | None


class TriggererInfoResponse(BaseInfoResponse, kw_only=True):
    """How the triggerer is; status None where none was ever started."""

    latest_triggerer_heartbeat: str | None


class DagProcessorInfoResponse(BaseInfoResponse, kw_only=True):
    """How the DAG processor is."""

    latest_dag_processor_heartbeat: str | None


class HealthInfoResponse(Answer, kw_only=True):
    """How everything is."""

    metadatabase: BaseInfoResponse
    scheduler: SchedulerInfoResponse
    triggerer: TriggererInfoResponse
    dag_processor: DagProcessorInfoResponse | None = None


class VersionInfo(Answer, kw_only=True):
    """Which version answers."""

    version: str
    git_version: str | None


class LoginBody(Answer, kw_only=True):
    """Name and password."""

    username: str
    password: str


class LoginResponse(Answer, kw_only=True):
    """The token to send with each request."""

    access_token: str
