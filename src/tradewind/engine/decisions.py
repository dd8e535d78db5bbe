"""What a machine may answer. One class per verb; ``store/transitions`` has one function per class.

Within one ``Decisions`` a task instance may appear under several verbs (finished, new try, queued): the
order of the fields of ``Decisions`` is the order in which they are applied. ``attempt_id`` is always the id
the row has when that verb is applied.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.domain.events import Deferred
from tradewind.domain.states import DagRunState, TaskInstanceState


class Start(msgspec.Struct, kw_only=True):
    """queued → running."""

    attempt_id: str
    at: datetime
    hostname: str
    pid: int
    unixname: str


class Finish(msgspec.Struct, kw_only=True):
    """→ success, failed, skipped, upstream_failed or removed. ``at`` is the end of the work."""

    attempt_id: str
    state: TaskInstanceState
    at: datetime
    start: datetime | None
    """The start date to record where none was (ended without a process, or Started was lost)."""
    duration: float | None
    reason: str = ""
    """Why, for people: the rule, the upstream, the signal."""
    counted: bool = True
    """False where no try began (skipped, upstream_failed, removed): the try number stays."""
    try_number: int = 0
    ran: bool = False
    """Its process ran: where the row does not say so, somebody has cleared it, and the end is not its own."""


class Retry(msgspec.Struct, kw_only=True):
    """running → up_for_retry."""

    attempt_id: str
    at: datetime
    duration: float | None
    retry_delay: float | None
    """Seconds that override the task's delay for this once, or None."""
    reason: str = ""


class Reschedule(msgspec.Struct, kw_only=True):
    """running → up_for_reschedule."""

    attempt_id: str
    start: datetime
    at: datetime
    until: datetime


class Defer(msgspec.Struct, kw_only=True):
    """running → deferred (or no state → deferred, for start_from_trigger)."""

    attempt_id: str
    at: datetime
    trigger: Deferred
    timeout_at: datetime | None
    try_number: int = 0


class Await(msgspec.Struct, kw_only=True):
    """running → awaiting_input: it asked a person."""

    attempt_id: str
    at: datetime
    next_method: str
    next_kwargs: str
    timeout_at: datetime | None


class Expire(msgspec.Struct, kw_only=True):
    """Nobody answered in time: record ``fallback`` as the answer, or (None) take no answer any more.

    The task instance is scheduled by a decision of its own.
    """

    attempt_id: str
    at: datetime
    fallback: str | None


class Reset(msgspec.Struct, kw_only=True):
    """→ no state: a cleared task instance whose process has ended, or one whose group was reset."""

    attempt_id: str
    max_tries: int


class NewTry(msgspec.Struct, kw_only=True):
    """A new attempt of a task instance: the old row goes to the history, the live one gets a new id."""

    attempt_id: str
    new_attempt_id: str
    try_number: int
    max_tries: int
    lost: int


class Expand(msgspec.Struct, kw_only=True):
    """New task instances of a mapped task. ``attempt_ids[i]`` is for ``map_indexes[i]``.

    ``template`` is the id of the unexpanded row that becomes the first new one, if any. ``paths`` are given
    where a path says more than the map index: inside mapped groups.
    """

    task_id: str
    template: str | None
    map_indexes: tuple[int, ...]
    attempt_ids: tuple[str, ...]
    paths: tuple[tuple[int, ...], ...] = ()


class Schedule(msgspec.Struct, kw_only=True):
    """→ scheduled: everything is met but a slot."""

    attempt_id: str
    at: datetime
    try_number: int
    priority: int
    resume: str | None = None
    """``next_kwargs`` (JSON text) for a task resumed after deferral."""
    next_method: str | None = None


class Queue(msgspec.Struct, kw_only=True):
    """scheduled → queued: handed to an executor, in the pool whose slots it was granted."""

    attempt_id: str
    at: datetime
    dispatch: int
    pool: str = "default_pool"
    pool_slots: int = 1


class Unqueue(msgspec.Struct, kw_only=True):
    """queued → scheduled: the executor gave it back before it started."""

    attempt_id: str


class Callback(msgspec.Struct, kw_only=True):
    """Run a callback of the DAG file.

    ``kind``: dag_success, dag_failure, task_failure, task_retry, task_success, task_skipped. ``attempt_id``
    is the attempt that it tells of; for a DAG's own callback that of the task instance that ended last.
    ``calling``: the process of that attempt runs it; it is kept for the case that this does not end well.
    """

    kind: str
    attempt_id: str | None = None
    reason: str = ""
    calling: bool = False


class RunMove(msgspec.Struct, kw_only=True):
    """The run itself: queued → running → success or failed."""

    state: DagRunState
    at: datetime
    reason: str = ""


class Decisions(msgspec.Struct, kw_only=True):
    """Everything that one turn decided about one run, in the order in which it is applied."""

    resets: list[Reset] = []
    expansions: list[Expand] = []
    """Before the rest: a task instance that was just reset or made may end in the same turn."""
    starts: list[Start] = []
    finishes: list[Finish] = []
    retries: list[Retry] = []
    reschedules: list[Reschedule] = []
    new_tries: list[NewTry] = []
    defers: list[Defer] = []
    """After new tries: one may start from its trigger."""
    awaits: list[Await] = []
    expires: list[Expire] = []
    """After awaits and before schedules: an answer, or the end of the time, may be there already."""
    schedules: list[Schedule] = []
    unqueues: list[Unqueue] = []
    queues: list[Queue] = []
    stops: list[tuple[str, int]] = []
    """(attempt id, dispatch) of processes that must end."""
    callbacks: list[Callback] = []
    run: list[RunMove] = []

    def __bool__(self) -> bool:
        return any(getattr(self, field) for field in self.__struct_fields__)


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A scheduled task instance that waits for a slot; what capacity needs to know of it."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    attempt_id: str
    priority: int
    run_after: datetime
    pool: str
    pool_slots: int
    queue: str
    executor: str | None
