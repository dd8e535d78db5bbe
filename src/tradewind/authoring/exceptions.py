"""Exceptions and warnings that only DAG files and provider packages name; the others are in
``domain/errors``.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any, NamedTuple

from tradewind.domain.errors import (
    AirflowException,
    AirflowFailException,
    AirflowNotFoundException,
    DagDefinitionError,
)


class AirflowProviderDeprecationWarning(DeprecationWarning):
    """A provider package warns of what it will take away."""

    deprecated_provider_since: str | None = None


class RemovedInAirflow3Warning(DeprecationWarning):
    """What Airflow 3 takes away; Tradewind keeps it."""

    deprecated_since: str | None = None


class RemovedInAirflow4Warning(DeprecationWarning):
    """What Airflow 4 takes away."""

    deprecated_since: str | None = None


class AirflowOptionalProviderFeatureException(AirflowException):
    """A feature of a provider package needs another package that is not installed."""


class NoAvailablePoolSlot(AirflowException):
    """A pool has too few free slots (1.x, 2.x). Nothing raises it: such tasks wait for their turn."""


class AirflowInternalRuntimeError(BaseException):
    """Something that should not happen, happened."""


class AirflowRuntimeError(Exception):
    """The other side refused a request of a task."""

    def __init__(self, error: Any) -> None:
        self.error = error
        super().__init__(f"{getattr(error, 'error', error)}: {getattr(error, 'detail', '')}")


class ErrorType(StrEnum):
    """What a refused request was about."""

    CONNECTION_NOT_FOUND = "CONNECTION_NOT_FOUND"
    VARIABLE_NOT_FOUND = "VARIABLE_NOT_FOUND"
    XCOM_NOT_FOUND = "XCOM_NOT_FOUND"
    ASSET_NOT_FOUND = "ASSET_NOT_FOUND"
    DAGRUN_ALREADY_EXISTS = "DAGRUN_ALREADY_EXISTS"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    GENERIC_ERROR = "GENERIC_ERROR"
    API_SERVER_ERROR = "API_SERVER_ERROR"


class AirflowClusterPolicyViolation(AirflowException):
    """A cluster policy refuses a DAG or a task."""


class AirflowClusterPolicySkipDag(AirflowException):
    """A cluster policy wants a DAG left out."""


class AirflowClusterPolicyError(AirflowException):
    """A cluster policy itself failed."""


class AirflowFileParseException(AirflowException):
    """A file of variables or connections cannot be read."""

    def __init__(self, msg: str, file_path: str = "", parse_errors: list[Any] | None = None) -> None:
        super().__init__(msg)
        self.msg, self.file_path, self.parse_errors = msg, file_path, parse_errors or []

    def __str__(self) -> str:
        lines = [f"{self.msg}", f"Filename: {self.file_path}", *map(str, self.parse_errors)]
        return "\n".join(line for line in lines if line)


class AirflowUnsupportedFileTypeException(AirflowException):
    """A file of variables or connections is of a kind that is not known."""


class ConnectionNotUnique(AirflowException):
    """A connection is defined twice."""


class VariableNotUnique(AirflowException):
    """A variable is defined twice."""


class DownstreamTasksSkipped(AirflowException):
    """A branch decided which tasks are skipped."""

    def __init__(self, *, tasks: Any) -> None:
        super().__init__(f"skipped: {tasks!r}")
        self.tasks = tasks


class DeserializingResultError(ValueError):
    """The result of a task that ran in another interpreter cannot be read."""

    def __str__(self) -> str:
        return (
            "Error deserializing result. The result must be readable in this interpreter too: "
            f"return plain data. ({self.__cause__})"
        )


class TaskAlreadyInTaskGroup(DagDefinitionError):
    """A task cannot be in two task groups."""

    def __init__(self, task_id: str, existing_group_id: str | None, new_group_id: str) -> None:
        existing = repr(existing_group_id) if existing_group_id else "the DAG itself"
        super().__init__(f"cannot add {task_id!r} to {new_group_id!r} (already in group {existing})")
        self.task_id, self.existing_group_id, self.new_group_id = task_id, existing_group_id, new_group_id


class FailFastDagInvalidTriggerRule(DagDefinitionError):
    """A DAG with ``fail_fast`` has a task whose rule waits for failures."""

    def __str__(self) -> str:
        return "A 'fail_fast' DAG can only have tasks with the trigger rule 'all_success'."


class UnmappableXComTypePushed(AirflowException):
    """A task is mapped over a value that is neither a list nor a dict."""

    def __init__(self, value: Any, *values: Any) -> None:
        super().__init__(f"unmappable return type {type(value).__qualname__!r}; push a list or a dict")
        self.value = value


class UnmappableXComLengthPushed(AirflowException):
    """A task is mapped over more elements than ``[core] max_map_length`` allows."""

    def __init__(self, value: Any, max_length: int) -> None:
        super().__init__(f"unmappable return value length: {len(value)} > {max_length}")
        self.value, self.max_length = value, max_length


class XComForMappingNotPushed(AirflowException):
    """A task is mapped over a value that was not pushed."""

    def __str__(self) -> str:
        return "did not push XCom for task mapping"


class UnknownExecutorException(ValueError):
    """No executor of that name."""


class InvalidStatsNameException(AirflowException):
    """A metric's name has characters that it may not have."""


class SerializationError(AirflowException):
    """A DAG cannot be written as data."""


class TaskAlreadyRunningError(AirflowException):
    """The task instance runs elsewhere already."""


class DagCodeNotFound(AirflowNotFoundException):
    """The source of a DAG is not stored."""


class DagFileExists(AirflowException):
    """A DAG file is there already."""


class DagInvalidTriggerRule(AirflowException):
    """A DAG with ``fail_fast`` has a task with another trigger rule than all_success."""


class NodeNotFound(AirflowNotFoundException):
    """A task or a task group is not there."""


class AirflowMaskingException(AirflowException):
    """A secret could not be masked."""


class AirflowInactiveAssetInInletOrOutletException(AirflowFailException):
    """A task reads or updates an asset of which another one has taken the name or the uri."""

    def __init__(self, inactive_asset_keys: Collection[Any]) -> None:
        names = ", ".join(str(key) for key in inactive_asset_keys)
        super().__init__(
            f"Task has the following inactive assets in its inlets or outlets: {names}. Another DAG defines "
            f"an "
            "asset of that name with another uri, or of that uri with another name; agree on one."
        )
        self.inactive_asset_keys = inactive_asset_keys


class FileSyntaxError(NamedTuple):
    """What is wrong in a file of variables or connections, and in which line."""

    line_no: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.message}. Line number: {self.line_no},"


class NotMapped(Exception):
    """A task or group that is not mapped was asked how it is."""
