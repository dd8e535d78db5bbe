"""What a worker host is told when it starts. Durations are seconds."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tradewind.domain.messages.runner import BackendSpec, TaskSettings
from tradewind.domain.spec.mapping import MAX_MAP_LENGTH


class HostSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the composition root decides for one host."""

    run_dir: Path
    log_folder: Path
    dags_folder: Path
    slots: int = 32
    queues: tuple[str, ...] = ()
    """Queues it takes work from; empty for any."""
    hostname: str = "localhost"
    unixname: str = ""
    max_parents: int = 8
    """DAG files kept imported at once; the least recently used is closed."""
    idle_parent_seconds: float = 60.0
    parent_max_age: float | None = 3600.0
    """A parent older than this is replaced at its next task (files that generate DAGs from outside)."""
    tasks_per_process: int = 1
    heartbeat_seconds: float = 5.0
    kill_grace: float = 60.0
    """Between SIGTERM and SIGKILL for a task that is told to stop (``killed_task_cleanup_time``)."""
    timeout_grace: float = 5.0
    """How long a task may outlive its ``execution_timeout`` before it is killed from outside."""
    drain_grace: float = 60.0
    """How long running tasks may go on after the host was told to stop."""
    drain_kill_grace: float = 5.0
    """Between SIGTERM and SIGKILL for tasks that are still there then."""
    started_delay: float = 0.003
    """A task that ends sooner than this is reported once, by its end."""
    import_timeout: float = 30.0
    import_kill_after: float = 5.0
    """How long an import may outlive its time limit before its process is killed."""
    term_grace: float = 5.0
    memory_limit: int | None = None
    data_deadline: float = 60.0
    backends: tuple[BackendSpec, ...] = ()
    hide_names: tuple[str, ...] = ()
    max_map_length: int = MAX_MAP_LENGTH
    callback_limit: float = 300.0
    """How long the callbacks and the mail of one attempt may take together."""
    success_overtime: float = 20.0
    """How long they may take after a success: until then the tasks below wait."""
    nofork: bool = False
    """Every task in a fresh interpreter."""

    def for_tasks(self, incarnation: str) -> TaskSettings:
        """What the processes below the host have to know."""
        return TaskSettings(
            incarnation=incarnation,
            hostname=self.hostname,
            unixname=self.unixname,
            dags_folder=str(self.dags_folder),
            log_folder=str(self.log_folder),
            data_socket=str(self.run_dir / "data.sock"),
            tasks_per_process=self.tasks_per_process,
            import_timeout=self.import_timeout,
            term_grace=self.term_grace,
            memory_limit=self.memory_limit,
            data_deadline=self.data_deadline,
            backends=self.backends,
            hide_names=self.hide_names,
            max_map_length=self.max_map_length,
            callback_limit=self.callback_limit,
            success_overtime=self.success_overtime,
        )
