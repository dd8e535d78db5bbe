"""Names that provider packages and old DAG files import and hardly use; each does the little it did."""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Resources:
    """Airflow 1.x's ``resources`` of a task: how much of a machine it needs. Kept, and not used."""

    def __init__(self, cpus: float = 1, ram: int = 512, disk: int = 512, gpus: int = 0) -> None:
        self.cpus, self.ram, self.disk, self.gpus = cpus, ram, disk, gpus


def suppress_logs_and_warning(function: F) -> F:
    """Decorator: no warnings while the function runs."""

    @functools.wraps(function)
    def quiet(*args: Any, **kwargs: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*args, **kwargs)

    return quiet  # type: ignore[return-value]


def add_deprecated_classes(
    module_imports: Mapping[str, Mapping[str, str]], package: str, *_: Any, **__: Any
) -> None:
    """Old names of a provider's package: ``{module: {old name: path of the new one}}``."""
    from tradewind.runtime import plugins

    for module, names in module_imports.items():
        home = sys.modules[package] if module == package else None
        if home is None:
            continue

        def look_up(name: str, names: Mapping[str, str] = names) -> Any:
            if name not in names:
                raise AttributeError(f"module {package!r} has no attribute {name!r}")
            return plugins.load_object(names[name])

        home.__getattr__ = look_up  # type: ignore[method-assign]


def fixup_decorator_warning_stack(func: Any) -> None:
    """Airflow made warnings point to the caller; ours do."""


def apply_lineage(function: F) -> F:
    """Decorator of operators' methods: lineage is not collected."""
    return function


prepare_lineage = apply_lineage
AUTO = "auto"
"""``inlets=AUTO`` of Airflow 1.10 and 2.x."""


class SimpleTaskInstance:
    """A task instance as plain values, as 2.x's executors and callbacks passed it around."""

    def __init__(
        self, dag_id: str, task_id: str, run_id: str, start_date: Any, end_date: Any, try_number: int,
        map_index: int, state: str, executor: str | None, executor_config: Any, pool: str, queue: str,
        key: Any, run_as_user: str | None = None, priority_weight: int | None = None,
    ) -> None:  # fmt: skip
        self.dag_id, self.task_id, self.run_id, self.map_index = dag_id, task_id, run_id, map_index
        self.start_date, self.end_date, self.try_number, self.state = start_date, end_date, try_number, state
        self.executor, self.executor_config = executor, executor_config
        self.pool, self.queue, self.key = pool, queue, key
        self.run_as_user, self.priority_weight = run_as_user, priority_weight

    @classmethod
    def from_ti(cls, ti: Any) -> SimpleTaskInstance:
        """Of a running one."""
        task = ti.task
        return cls(
            dag_id=ti.dag_id, task_id=ti.task_id, run_id=ti.run_id, start_date=ti.start_date,
            end_date=ti.end_date, try_number=ti.try_number, map_index=ti.map_index, state=ti.state,
            executor=task.executor, executor_config=task.executor_config, pool=ti.pool, queue=ti.queue,
            key=ti.key, run_as_user=task.run_as_user, priority_weight=ti.priority_weight,
        )  # fmt: skip

    @classmethod
    def from_dict(cls, obj_dict: dict[str, Any]) -> SimpleTaskInstance:
        """From what ``as_dict`` gave."""
        return cls(**obj_dict)

    def as_dict(self) -> dict[str, Any]:
        """The values by name."""
        return dict(vars(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SimpleTaskInstance) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]
