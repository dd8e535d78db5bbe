"""What a task process asks of the metadata database, and the answers.

The process sends ``Call`` frames and reads one ``Answer`` or ``Refusal`` for each, in order. The answering
side checks that the attempt is the current one of its task instance and is queued or running; anything
else is refused with ``kind="stale_attempt"`` and the task process ends.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tradewind.domain import hitl


class Request(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all requests."""


class GetXCom(Request, frozen=True, kw_only=True):
    """One value. Answer: JSON text, or None. ``map_index`` None means: any, the lowest there is.

    ``path`` names the instance by its index at each level of mapping instead; for nested mapping.
    """

    dag_id: str
    run_id: str
    task_id: str
    key: str
    map_index: int | None = -1
    path: tuple[int, ...] | None = None
    include_prior_dates: bool = False


class GetXComElement(Request, frozen=True, kw_only=True):
    """One element of a value that is a list, for an instance that is mapped over it.

    Answer: [length of the list, JSON text of the element or None beyond the end]; None where there is no
    such value or it is no JSON list.
    """

    dag_id: str
    run_id: str
    task_id: str
    key: str
    map_index: int
    place: int


class GetXComSlice(Request, frozen=True, kw_only=True):
    """Values of all map indexes of a task, in index order, cut like a slice. Answer: list of JSON texts.

    ``within`` is for nested mapping: only instances whose path begins like that, in the order of their paths.
    """

    dag_id: str
    run_id: str
    task_id: str
    key: str
    start: int | None = None
    stop: int | None = None
    step: int | None = None
    within: tuple[int, ...] | None = None
    include_prior_dates: bool = False


class CountXCom(Request, frozen=True, kw_only=True):
    """How many map indexes (``within`` a path) pushed that key. Answer: int."""

    dag_id: str
    run_id: str
    task_id: str
    key: str
    within: tuple[int, ...] | None = None


class GetNewestXComKey(Request, frozen=True, kw_only=True):
    """The key under which a task pushed last, whichever it is. Answer: text, or None."""

    dag_id: str
    run_id: str
    task_id: str


class FindXComRun(Request, frozen=True, kw_only=True):
    """The newest run, up to that one, in which the task pushed that key. Answer: its id, or that one's."""

    dag_id: str
    run_id: str
    task_id: str
    key: str
    include_prior_dates: bool = True


class SetXCom(Request, frozen=True, kw_only=True):
    """Push a value now, visible at once. ``length`` is given for values that can be mapped over."""

    key: str
    value: str
    length: int | None = None


class DeleteXCom(Request, frozen=True, kw_only=True):
    """Remove one of this task instance's own values."""

    key: str


class GetVariable(Request, frozen=True, kw_only=True):
    """Answer: the text, or None."""

    key: str


class SetVariable(Request, frozen=True, kw_only=True):
    """Create or overwrite."""

    key: str
    value: str
    description: str | None = None


class DeleteVariable(Request, frozen=True, kw_only=True):
    """Answer: how many were deleted."""

    key: str


class GetConnection(Request, frozen=True, kw_only=True):
    """Answer: object with conn_id, conn_type, host, schema, login, password, port, extra, description; or
    None.
    """

    conn_id: str


class TriggerDagRun(Request, frozen=True, kw_only=True):
    """Make a run of another DAG. Answer: object {run_id, dag_is_paused}; Refusal kind ``run_exists``."""

    dag_id: str
    run_id: str | None = None
    conf: str = "{}"
    logical_date: datetime | None = None
    run_after: datetime | None = None
    reset: bool = False
    note: str | None = None
    fail_when_paused: bool = False


class GetDag(Request, frozen=True, kw_only=True):
    """Answer: object {is_paused, is_stale, task_ids, group_ids}, or None where there is no such DAG."""

    dag_id: str


class GetDagRun(Request, frozen=True, kw_only=True):
    """Answer: RunContext as an object, or None. By run id or by logical date."""

    dag_id: str
    run_id: str | None = None
    logical_date: datetime | None = None


class GetPreviousDagRun(Request, frozen=True, kw_only=True):
    """The run before ``logical_date`` (in ``state``, if given). Answer: RunContext as an object, or None.

    ``scheduled``: none that somebody asked for by hand.
    """

    dag_id: str
    logical_date: datetime
    state: str | None = None
    scheduled: bool = False


class GetTaskStates(Request, frozen=True, kw_only=True):
    """Answer: {run_id: {task_id or task_id_mapindex: state}}."""

    dag_id: str
    task_ids: tuple[str, ...] | None = None
    task_group_id: str | None = None
    run_ids: tuple[str, ...] | None = None
    logical_dates: tuple[datetime, ...] | None = None
    map_index: int | None = None


class CountTaskInstances(Request, frozen=True, kw_only=True):
    """How many task instances match all that is given; ``states`` may name None. Answer: int."""

    dag_id: str
    task_ids: tuple[str, ...] | None = None
    task_group_id: str | None = None
    run_ids: tuple[str, ...] | None = None
    logical_dates: tuple[datetime, ...] | None = None
    map_index: int | None = None
    states: tuple[str | None, ...] | None = None


class GetTaskInstances(Request, frozen=True, kw_only=True):
    """Task instances of a run that match all that is given: a list of ``TaskInstanceFacts``, by task and map
    index. ``states`` may name None.
    """

    dag_id: str
    run_id: str
    task_ids: tuple[str, ...] | None = None
    map_index: int | None = None
    states: tuple[str | None, ...] | None = None


class TaskInstanceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a task may know of another task instance. ``duration`` in seconds."""

    id: str
    task_id: str
    map_index: int = -1
    state: str | None = None
    try_number: int = 0
    max_tries: int = 0
    start_date: datetime | None = None
    end_date: datetime | None = None
    duration: float | None = None
    hostname: str = ""
    operator: str = ""
    pool: str = "default_pool"
    queue: str = "default"
    priority_weight: int = 1
    note: str | None = None
    rendered_map_index: str | None = None


class FindDagRuns(Request, frozen=True, kw_only=True):
    """Runs that match all that is given, of any DAG where none is named: a list of ``RunContext``, by logical
    date. ``since`` and ``until`` bound the logical date, both inclusive.
    """

    dag_ids: tuple[str, ...] | None = None
    run_ids: tuple[str, ...] | None = None
    logical_dates: tuple[datetime, ...] | None = None
    states: tuple[str, ...] | None = None
    run_types: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


class CountDagRuns(Request, frozen=True, kw_only=True):
    """Answer: int."""

    dag_id: str
    logical_dates: tuple[datetime, ...] | None = None
    run_ids: tuple[str, ...] | None = None
    states: tuple[str, ...] | None = None


class GetFirstReschedule(Request, frozen=True, kw_only=True):
    """When this attempt first started, or, if that was earlier, a try of the task instance from number
    ``first_try`` on. Answer: ISO text, or None.
    """

    first_try: int | None = None


class GetTriggeringEvents(Request, frozen=True, kw_only=True):
    """The asset events that made the run of the task that asks. Answer: list of objects, oldest first."""


class GetAssetEvents(Request, frozen=True, kw_only=True):
    """Events of an asset (by name, uri or both), or of an alias. Answer: list of objects."""

    name: str | None = None
    uri: str | None = None
    alias: str | None = None
    after: datetime | None = None
    before: datetime | None = None
    ascending: bool = True
    limit: int | None = None


class GetAsset(Request, frozen=True, kw_only=True):
    """The newest asset of that name or uri. Answer: object {id, name, uri, group, extra}; or None."""

    name: str | None = None
    uri: str | None = None


class GetTaskState(Request, frozen=True, kw_only=True):
    """A value that the task instance keeps from try to try. Answer: JSON text, or None."""

    key: str


class SetTaskState(Request, frozen=True, kw_only=True):
    """Keep a value (JSON text) for ``retention`` seconds; None for ever. Answer: None."""

    key: str
    value: str
    retention: float | None = None


class DeleteTaskState(Request, frozen=True, kw_only=True):
    """Forget one value, or (None) all of the task instance. Answer: None."""

    key: str | None = None


class GetAssetState(Request, frozen=True, kw_only=True):
    """A value that is kept about an asset. Answer: JSON text, or None."""

    name: str
    uri: str
    key: str


class SetAssetState(Request, frozen=True, kw_only=True):
    """Keep a value (JSON text) about an asset. Answer: None."""

    name: str
    uri: str
    key: str
    value: str


class DeleteAssetState(Request, frozen=True, kw_only=True):
    """Forget one value, or (None) all of the asset. Answer: None."""

    name: str
    uri: str
    key: str | None = None


class AskPerson(Request, frozen=True, kw_only=True):
    """The attempt asks a person. Answer: as to ``GetResponse``; there may be one already, where an attempt
    that was lost had asked the same.
    """

    request: hitl.Request


class GetResponse(Request, frozen=True, kw_only=True):
    """What was answered to the attempt. Answer: ``hitl.Response`` as an object, or None."""


class TakeDefault(Request, frozen=True, kw_only=True):
    """The time of the attempt's request is over: record this as the answer, or (None) take none any more.

    Answer: ``hitl.Response`` as an object: this one, or what somebody answered before; or None.
    """

    at: datetime
    chosen_options: tuple[str, ...] | None = None
    params_input: dict[str, Any] = {}


class BeginConnectionTest(Request, frozen=True, kw_only=True):
    """What the asking process, that of a callback, is to try out. Answer: as to ``GetConnection``."""


class EndConnectionTest(Request, frozen=True, kw_only=True):
    """What came of it."""

    works: bool
    message: str


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request with the fence of the attempt that makes it."""

    attempt_id: str
    dispatch: int
    request: (
        GetXCom
        | GetXComElement
        | GetXComSlice
        | CountXCom
        | GetNewestXComKey
        | FindXComRun
        | SetXCom
        | DeleteXCom
        | GetVariable
        | SetVariable
        | DeleteVariable
        | GetConnection
        | TriggerDagRun
        | GetDag
        | GetDagRun
        | GetPreviousDagRun
        | GetTaskStates
        | GetTaskInstances
        | CountTaskInstances
        | FindDagRuns
        | CountDagRuns
        | GetFirstReschedule
        | GetTriggeringEvents
        | GetAssetEvents
        | GetAsset
        | GetTaskState
        | SetTaskState
        | DeleteTaskState
        | GetAssetState
        | SetAssetState
        | DeleteAssetState
        | AskPerson
        | GetResponse
        | TakeDefault
        | BeginConnectionTest
        | EndConnectionTest
    )


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The request was carried out."""

    value: Any = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """It was not. ``kind``: stale_attempt, not_found, run_exists, invalid, unavailable."""

    kind: str
    message: str


Reply = Answer | Refusal
