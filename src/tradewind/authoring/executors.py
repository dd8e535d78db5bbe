"""Executor names that DAG files of Airflow 1.x and 2.x import. They name; they do not execute.

Which executor runs is said by ``[core] executor``, for all DAGs, or by a task's ``executor``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from tradewind.authoring.exceptions import UnknownExecutorException
from tradewind.domain.errors import DagDefinitionError


class BaseExecutor:
    """Base of executors; one that is given to a SubDagOperator has no effect."""

    supports_pickling: ClassVar[bool] = False
    is_local: ClassVar[bool] = False

    def __init__(self, parallelism: int = 0, *_: Any, **__: Any) -> None:
        self.parallelism = parallelism

    def __repr__(self) -> str:
        return f"{type(self).__name__}(parallelism={self.parallelism})"


class LocalExecutor(BaseExecutor):
    """Tasks on the scheduler's machine."""

    is_local = True


class SequentialExecutor(BaseExecutor):
    """One task after the other."""

    is_local = True


class DebugExecutor(BaseExecutor):
    """All tasks in one process; ``dag.test()`` nowadays."""

    is_local = True


def require_known(name: str, task_id: str) -> None:
    """Raises UnknownExecutorException for an executor that ``[core] executor`` does not list."""
    listed = ExecutorLoader.get_executor_names()
    known = {
        word for entry in listed for word in (*entry.split(":"), entry.rpartition(":")[2].rpartition(".")[2])
    }
    if name not in known:
        raise UnknownExecutor(
            f"Task {task_id!r} wants executor {name!r}, which is not available here. [core] executor lists "
            f"{', '.join(listed)}. Name one of these, or leave executor out."
        )


class UnknownExecutor(DagDefinitionError, UnknownExecutorException):
    """A task wants an executor that is not configured."""


class ExecutorConf:
    """The configuration as executors of one team read it; teams have no settings of their own here."""

    def __init__(self, team_name: str | None = None) -> None:
        self.team_name = team_name

    def __getattr__(self, name: str) -> Any:
        if name not in _READERS:
            raise AttributeError(name)
        from tradewind.config import compat  # reads airflow.cfg

        return getattr(compat.conf, name)


_READERS = frozenset({"get", "getboolean", "getint", "getfloat", "getjson", "getsection", "has_option",
                      "get_mandatory_value"})  # fmt: skip


class ExecutorLoader:
    """Names of executors, and the one that is configured."""

    @classmethod
    def get_executor_names(cls) -> list[str]:
        """All that ``[core] executor`` lists, ``alias:class`` as written."""
        from tradewind.config import compat  # reads airflow.cfg

        text = str(compat.conf.get("core", "executor", fallback="") or "LocalExecutor")
        return [word.strip() for word in text.split(",") if word.strip()]

    @classmethod
    def get_default_executor_name(cls) -> str:
        """The first that ``[core] executor`` lists."""
        return cls.get_executor_names()[0]
