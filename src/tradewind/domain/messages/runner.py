"""Inside one machine: worker host, nursery, parents, and the processes that run tasks.

Host ↔ nursery and host ↔ parent speak over SOCK_SEQPACKET socket pairs (one MessagePack body a packet, file
descriptors beside it); host ↔ task process speaks the stream framing of ``wire``.
"""

from __future__ import annotations

import msgspec

from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.report import Finished, Started
from tradewind.domain.spec.mapping import MAX_MAP_LENGTH


class BackendSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A secrets backend of the deployment: import path of its class and its arguments as JSON text."""

    classpath: str
    kwargs: str = "{}"


class TaskSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What every process below a host has to know. Durations are seconds, sizes bytes."""

    incarnation: str
    hostname: str
    unixname: str
    dags_folder: str
    log_folder: str
    data_socket: str
    """Path of the Unix socket that answers data requests."""
    tasks_per_process: int = 1
    import_timeout: float = 30.0
    term_grace: float = 5.0
    """How long descendants of a task may take to heed SIGTERM."""
    memory_limit: int | None = None
    """Address space that one task process may use."""
    data_deadline: float = 60.0
    """How long a task waits for the data socket to come back."""
    backends: tuple[BackendSpec, ...] = ()
    hide_names: tuple[str, ...] = ()
    """More names of fields whose values are masked (``[core] sensitive_var_conn_names``)."""
    max_map_length: int = MAX_MAP_LENGTH
    log_rotate_bytes: int = 20_000_000
    log_rotate_count: int = 5
    """How logs are bounded that have no end by themselves."""
    callback_limit: float = 300.0
    """How long the callbacks and the mail of one attempt may take together."""
    success_overtime: float = 20.0
    """How long they may take after a success: until then the tasks below wait."""


class StartParent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Host → nursery, with the parent's socket: fork a process for this DAG file.

    ``attempt_id`` and ``dispatch`` are those of the assignment that asked for it: with them the file's own
    top-level code may read variables and connections.
    """

    parent: int
    path: str
    attempt_id: str
    dispatch: int


class ParentForked(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Nursery → host: it has begun to import."""

    parent: int
    pid: int


class ParentEnded(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Nursery → host. ``status`` as ``os.waitpid`` gives it."""

    parent: int
    pid: int
    status: int


class ForkSpare(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Host → parent, with three descriptors: the spare's socket, and write and read end of its raw output."""

    spare: int
    fresh: bool = False
    """Start a fresh interpreter rather than fork."""


class CloseParent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Host → parent: fork no more, end when the last task has."""


class Stamp(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was when it was imported."""

    path: str
    mtime_ns: int
    size: int


class Imported(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Parent → host: the file is imported (or cannot be), spares may be asked for."""

    pid: int
    seconds: float
    stamps: tuple[Stamp, ...] = ()
    hazards: tuple[str, ...] = ()
    """Why its tasks get a fresh interpreter each instead of a fork."""


class SpareFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Parent → host: the process could not be made."""

    spare: int
    reason: str


class SpareEnded(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Parent → host: a task process was reaped, its output is in the log to the last byte."""

    spare: int
    pid: int
    status: int
    max_rss: int = 0
    """KiB."""


class SpareReady(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Task process → host: waiting for an assignment."""

    pid: int


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Task process → host: the report, and whether a SIGTERM that nobody announced brought it about."""

    report: Finished
    terminated: bool = False
    again: bool = False
    """The process takes another assignment."""


class Concluded(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Task process → host: how it ended, before its callbacks are called; they may take ``limit`` seconds.

    Should the process end under them, this is its report. ``terminated`` as in ``Ended``. ``linking``: not
    yet its callbacks, but its extra links are computed; callbacks may follow, with a word of their own.
    """

    report: Finished
    limit: float
    terminated: bool = False
    linking: bool = False


ToNursery = StartParent
FromNursery = ParentForked | ParentEnded
ToParent = ForkSpare | CloseParent
FromParent = Imported | SpareFailed | SpareEnded
FromTask = SpareReady | Started | Concluded | Ended
ToTask = Assignment
