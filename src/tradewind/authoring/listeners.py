"""Listeners: functions of plug-ins that are told what happens.

A plug-in lists modules, or objects, in ``listeners``; what stands in them under ``@hookimpl`` and the name of
a hook is called when that happens, with those of the hook's arguments that it asks for. The mark is the one
that the library ``pluggy`` sets, with which Airflow reads it; so listeners that use that library themselves
work as they are. It is not used here: of what it can do, listeners need the matching of names.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any, Final, NamedTuple, TypeVar, overload

from tradewind.authoring import plugin_reading
from tradewind.domain.errors import AirflowException, did_you_mean

_TASK: Final = ("previous_state", "task_instance", "session")
_RUN: Final = ("dag_run", "msg")
_FILE: Final = ("filename", "stacktrace")
HOOKS: Final[dict[str, tuple[str, ...]]] = {
    "on_starting": ("component",),
    "before_stopping": ("component",),
    "on_task_instance_running": _TASK,
    "on_task_instance_success": _TASK,
    "on_task_instance_failed": (*_TASK, "error"),
    "on_task_instance_skipped": _TASK,
    "on_dag_run_running": _RUN,
    "on_dag_run_success": _RUN,
    "on_dag_run_failed": _RUN,
    "on_asset_created": ("asset",),
    "on_asset_alias_created": ("asset_alias",),
    "on_asset_changed": ("asset",),
    "on_asset_event_emitted": ("asset_event",),
    "on_dataset_created": ("dataset",),
    "on_dataset_alias_created": ("dataset_alias",),
    "on_dataset_changed": ("dataset",),
    "on_new_dag_import_error": _FILE,
    "on_existing_dag_import_error": _FILE,
}
"""The arguments of each hook of Airflow 2.x and 3.x."""
MARK: Final = "airflow_impl"
F = TypeVar("F", bound=Callable[..., Any])


@overload
def hookimpl(function: F) -> F: ...


@overload
def hookimpl(*, tryfirst: bool = False, trylast: bool = False, **more: Any) -> Callable[[F], F]: ...


def hookimpl(
    function: F | None = None, *, tryfirst: bool = False, trylast: bool = False, specname: str | None = None,
    **more: Any,
) -> F | Callable[[F], F]:  # fmt: skip
    """Mark a function as one that is called for the hook of its name, or of ``specname``."""

    def mark(marked: F) -> F:
        options = {"tryfirst": tryfirst, "trylast": trylast, "specname": specname, **more}
        setattr(marked, MARK, options)
        return marked

    return mark if function is None else mark(function)


class BadListener(AirflowException):
    """A listener cannot be called as it is written."""


class Listener(NamedTuple):
    """A function that is told of one hook; ``name`` is for the log."""

    name: str
    hook: str
    arguments: tuple[str, ...]
    function: Callable[..., Any]
    rank: int
    """Those of a lower one are called first."""

    def call(self, known: dict[str, Any]) -> Any:
        """Tell it. Raises whatever it raises."""
        return self.function(**{name: known.get(name) for name in self.arguments})


class TaskRunnerMarker:
    """The component that starts and stops where listeners are told so in a task's process."""


class ListenerManager:
    """The listeners of a process."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[Any, list[Listener]]] = {}
        self.problems: list[str] = []

    @property
    def has_listeners(self) -> bool:
        """Whether there is one."""
        return bool(self._of)

    @property
    def hooks(self) -> frozenset[str]:
        """What anybody listens for."""
        return frozenset(each.hook for _, listeners in self._of.values() for each in listeners)

    def add_listener(self, listener: Any) -> None:
        """A module or an object; once. A function that cannot be called is among ``problems``, and keeps none
        of the others from being called.
        """
        if id(listener) not in self._of:
            self._of[id(listener)] = (listener, list(self._read(listener)))

    def _read(self, listener: Any) -> Iterator[Listener]:
        for name in dir(listener):
            told = f"{_name_of(listener)}.{name}"
            try:
                found = _listener(told, name, listener)
            except Exception as error:  # noqa: BLE001 - a stranger's signature, or marks of any kind
                self.problems.append(
                    str(error) if isinstance(error, BadListener) else f"Listener {told}: {error!r}"
                )
                continue
            if found is not None:
                yield found

    def clear(self) -> None:
        """Forget them."""
        self._of.clear()

    def of(self, hook: str) -> list[Listener]:
        """Who is told of that; as with Airflow the one that was added last comes first."""
        groups = reversed(self._of.values())
        found = [each for _, listeners in groups for each in listeners if each.hook == hook]
        return sorted(found, key=lambda each: each.rank)

    @property
    def hook(self) -> Any:
        """``manager.hook.on_starting(component=…)`` calls all who listen; what they give, but for None."""
        return SimpleNamespace(**{name: functools.partial(self._call, name) for name in HOOKS})

    def _call(self, hook: str, /, **known: Any) -> list[Any]:
        given = [each.call(known) for each in self.of(hook)]
        return [one for one in given if one is not None]


def _listener(told: str, name: str, listener: Any) -> Listener | None:
    """Its attribute of that name, if that is a function with the mark; properties are not run. Raises
    BadListener where it cannot be called.
    """
    if isinstance(inspect.getattr_static(listener, name, None), property):
        return None
    function = getattr(listener, name, None)
    options = getattr(function, MARK, None)
    if not inspect.isroutine(function) or not isinstance(options, dict):
        return None
    hook = options.get("specname") or name
    rank = bool(options.get("trylast")) - bool(options.get("tryfirst"))
    return Listener(told, hook, _arguments(told, hook, function), function, rank)


def _name_of(listener: Any) -> str:
    if isinstance(listener, ModuleType):
        return listener.__name__
    kind = listener if isinstance(listener, type) else type(listener)
    return f"{kind.__module__}.{kind.__qualname__}"


def _arguments(told: str, hook: str, function: Callable[..., Any]) -> tuple[str, ...]:
    """Those that it has to be given: one with a default keeps that, as pluggy has it."""
    if hook not in HOOKS:
        raise BadListener(f"Listener {told}: there is no hook {hook!r}.{did_you_mean(hook, HOOKS)}")
    wanted = [
        each.name
        for each in inspect.signature(function).parameters.values()
        if each.default is each.empty and each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
    ]
    unknown = [name for name in wanted if name not in HOOKS[hook]]
    if unknown:
        offered = ", ".join(HOOKS[hook])
        raise BadListener(f"Listener {told} asks for {unknown[0]!r}; {hook} gives {offered}.")
    return tuple(wanted)


@functools.cache
def get_listener_manager() -> ListenerManager:
    """Those of the plug-ins that this process, or the one it was forked from, has read."""
    manager = ListenerManager()
    for listener in plugin_reading.listeners():
        try:
            manager.add_listener(listener)
        except Exception as error:  # noqa: BLE001 - an object that refuses even to be looked at
            manager.problems.append(f"Listener {_name_of(listener)}: {error!r}")
    return manager


def calls(hook: str, **known: Any) -> list[tuple[str, Callable[[], Any]]]:
    """What is to be called now that this has happened: a name for the log, and a call."""
    return [
        (f"the listener {each.name}", functools.partial(each.call, known))
        for each in get_listener_manager().of(hook)
    ]
