"""``deadline=DeadlineAlert(...)``: by when a run has to be done, and who is told when it is not.

The moment is computed when the run is made, from the spec; the callable stays in the DAG file, and is called
in a process that has imported it.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tradewind.authoring import calling, moments, plugin_names
from tradewind.authoring.notifier import BaseNotifier
from tradewind.domain.errors import InvalidValue
from tradewind.engine import deadlines


class _Callback:
    """A callable (or its import path) with keyword arguments."""

    def __init__(
        self, callback_callable: Callable[..., Any] | str, kwargs: Mapping[str, Any] | None = None
    ) -> None:
        self.callable, self.kwargs = callback_callable, dict(kwargs or {})
        if not isinstance(callback_callable, str) and not callable(callback_callable):
            raise InvalidValue(
                "callback_callable", repr(callback_callable), "be a callable or an import path"
            )
        self._check()

    def _check(self) -> None:
        """Refuse what this kind of callback cannot call."""

    @property
    def path(self) -> str:
        """The import path."""
        if isinstance(self.callable, str):
            return self.callable
        return f"{self.callable.__module__}.{getattr(self.callable, '__qualname__', self.callable)}"

    def resolve(self) -> Callable[..., Any]:
        """The callable. Raises ImportError, AttributeError for a path that leads nowhere."""
        if not isinstance(self.callable, str):
            return self.callable
        from tradewind.authoring.helpers import import_string

        found: Callable[..., Any] = import_string(self.callable)
        return found

    def call(self, context: Mapping[str, Any]) -> None:
        """Call it to its end; ``context`` goes to notifiers and to functions with a parameter for it."""
        function = self.resolve()
        if isinstance(function, type) and issubclass(function, BaseNotifier):
            self._notify(function(**self.kwargs), context)
        else:
            calling.call(function, (), self._arguments(function, context))

    def _arguments(self, function: Callable[..., Any], context: Mapping[str, Any]) -> dict[str, Any]:
        signature = calling.Signature(function)
        if signature.named_rest or "context" in (*signature.positional, *signature.named):
            return {**self.kwargs, "context": context}
        return dict(self.kwargs)

    async def acall(self, context: Mapping[str, Any]) -> None:
        """The same on an event loop, which what is no coroutine does not hold up."""
        await asyncio.to_thread(self.call, context)

    def _notify(self, notifier: BaseNotifier, context: Mapping[str, Any]) -> None:
        notifier(context)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r})"


class SyncCallback(_Callback):
    """Calls a function or a notifier. ``executor`` is accepted: callbacks run beside tasks, on any host."""

    def __init__(
        self,
        callback_callable: Callable[..., Any] | str,
        kwargs: Mapping[str, Any] | None = None,
        executor: str | None = None,
    ) -> None:
        super().__init__(callback_callable, kwargs)
        self.executor = executor


class AsyncCallback(_Callback):
    """Calls an ``async def``, or a notifier's ``async_notify`` (its ``notify`` where it has none)."""

    def _check(self) -> None:
        function = self.callable
        if isinstance(function, (str, type)) or inspect.iscoroutinefunction(function):
            return
        if inspect.iscoroutinefunction(getattr(function, "__call__", None)):  # noqa: B004 - of an object
            return
        raise InvalidValue("AsyncCallback", self.path, "be an async def; for others there is SyncCallback")

    def _notify(self, notifier: BaseNotifier, context: Mapping[str, Any]) -> None:
        asyncio.run(self._anotify(notifier, context))

    async def _anotify(self, notifier: BaseNotifier, context: Mapping[str, Any]) -> None:
        """Templates ask for variables and connections, so they are rendered in a thread."""
        if type(notifier).async_notify is BaseNotifier.async_notify:
            await asyncio.to_thread(notifier, context)
            return
        await asyncio.to_thread(notifier.prepare, context)
        await notifier.async_notify(context)

    async def acall(self, context: Mapping[str, Any]) -> None:
        """Await it on this loop."""
        function = self.resolve()
        if isinstance(function, type) and issubclass(function, BaseNotifier):
            await self._anotify(function(**self.kwargs), context)
            return
        result = function(**self._arguments(function, context))
        if hasattr(result, "__await__"):
            await result


class BaseDeadlineReference:
    """From when a deadline counts. Subclasses of your own must be registered by a plug-in
    (``deadline_references``); they are evaluated in the plug-in host, without Airflow's database.
    """

    required_kwargs: Iterable[str] = ()
    """What ``_evaluate_with`` is given: ``dag_id``, ``run_id``."""

    @property
    def reference_name(self) -> str:
        """The name of the class."""
        return type(self).__name__

    def serialize_reference(self) -> dict[str, Any]:
        """What ``deserialize_reference`` builds an equal reference of."""
        return {"reference_type": self.reference_name}

    @classmethod
    def deserialize_reference(cls, reference_data: dict[str, Any]) -> BaseDeadlineReference:
        """An equal reference from what ``serialize_reference`` gave."""
        return cls()

    def as_spec(self) -> dict[str, Any]:
        """As data. Raises DagDefinitionError for a class of a DAG file."""
        name = plugin_names.name_of(self, "deadline reference", "deadline_references")
        return {"kind": deadlines.PLUGIN, "name": name, "data": self.serialize_reference()}

    def _evaluate_with(self, *, session: Any, **kwargs: Any) -> datetime | None:
        """The moment, or None for no deadline. For references of one's own."""
        raise NotImplementedError(f"{type(self).__name__} defines no _evaluate_with(self, *, session, …).")


class _Reference(BaseDeadlineReference):
    def __init__(self, kind: str, **more: Any) -> None:
        self._spec = {"kind": kind, **more}

    def as_spec(self) -> dict[str, Any]:
        """As data."""
        return self._spec

    def __repr__(self) -> str:
        return f"DeadlineReference.{self._spec['kind']}"


class DeadlineReference:
    """The moments that a deadline may count from; those of one's own are added by their names."""

    class TYPES:
        """When a reference is evaluated. Here each of one's own is, as soon as its run is made."""

        DAGRUN_CREATED = "created"
        DAGRUN_QUEUED = "queued"
        DAGRUN = "created or queued"

    DAGRUN_QUEUED_AT: ClassVar[BaseDeadlineReference] = _Reference(deadlines.QUEUED_AT)
    DAGRUN_LOGICAL_DATE: ClassVar[BaseDeadlineReference] = _Reference(deadlines.LOGICAL_DATE)

    @staticmethod
    def FIXED_DATETIME(datetime: datetime) -> BaseDeadlineReference:
        """That moment; one without a zone is UTC."""
        from tradewind.authoring import defaults

        zone = moments.timezone_of(defaults.current().timezone)
        at = moments.to_datetime("FIXED_DATETIME", datetime, zone)
        assert at is not None
        return _Reference(deadlines.FIXED, at=at.isoformat())

    @staticmethod
    def AVERAGE_RUNTIME(
        max_runs: int = 10, min_runs: int | None = None, *, limit: int | None = None
    ) -> BaseDeadlineReference:
        """When a run takes longer than its newest ``max_runs`` did; nothing before there are ``min_runs``.

        ``max_runs=0`` means 10, as in Airflow.
        """
        most = limit if limit is not None else max_runs
        most = 10 if most == 0 and limit is None else most
        least = most if min_runs is None else min_runs
        for name, number in (("max_runs", most), ("min_runs", least)):
            if isinstance(number, bool) or not isinstance(number, int) or number < 1:
                raise InvalidValue(f"AVERAGE_RUNTIME {name}", repr(number), "be a whole number of at least 1")
        return _Reference(deadlines.AVERAGE, max_runs=most, min_runs=least)

    @classmethod
    def register_custom_reference(
        cls, reference_class: type[BaseDeadlineReference], deadline_reference_type: Any = None
    ) -> type[BaseDeadlineReference]:
        """Make a class of one's own known as ``DeadlineReference.<its name>``. Raises InvalidValue."""
        if not issubclass(reference_class, BaseDeadlineReference):
            raise InvalidValue(
                "deadline_reference", reference_class.__name__, "be a subclass of BaseDeadlineReference"
            )
        try:
            made = reference_class()
        except TypeError as error:
            raise InvalidValue(
                "deadline_reference", reference_class.__name__, f"need no arguments to be made ({error})"
            ) from error
        setattr(cls, reference_class.__name__, made)
        return reference_class


def deadline_reference(kind: Any = None) -> Any:
    """Airflow's decorator for references of one's own, with brackets (and one of ``DeadlineReference.TYPES``)
    or without.
    """
    if isinstance(kind, type) and issubclass(kind, BaseDeadlineReference):
        return DeadlineReference.register_custom_reference(kind)
    return lambda cls: DeadlineReference.register_custom_reference(cls, kind)


class VariableInterval:
    """An interval that a Variable holds, in seconds; read each time the DAG file is parsed."""

    def __init__(self, key: str) -> None:
        self.key = key

    def total_seconds(self) -> float:
        """What the Variable says now. Raises InvalidValue."""
        from tradewind.authoring.variable import Variable  # asks the database, which parsing seldom does

        text = Variable.get(self.key, default_var=None)
        try:
            return float(text)
        except (TypeError, ValueError):
            raise InvalidValue(f"Variable {self.key!r}", repr(text), "be a number of seconds") from None


class DeadlineAlert:
    """``interval`` after ``reference`` (before it, where it is negative) the run has to be done, else
    ``callback`` is called. Raises InvalidValue.
    """

    def __init__(
        self,
        reference: BaseDeadlineReference,
        interval: timedelta | VariableInterval,
        callback: _Callback,
        name: str | None = None,
    ) -> None:
        if not isinstance(reference, BaseDeadlineReference):
            raise InvalidValue("DeadlineAlert reference", repr(reference), "be one of DeadlineReference")
        if not isinstance(interval, (timedelta, VariableInterval)):
            raise InvalidValue(
                "DeadlineAlert interval", repr(interval), "be a timedelta or a VariableInterval"
            )
        if not isinstance(callback, _Callback):
            raise InvalidValue(
                "DeadlineAlert callback", repr(callback), "be an AsyncCallback or a SyncCallback"
            )
        self.reference, self.interval, self.callback, self.name = reference, interval, callback, name

    def as_spec(self) -> dict[str, Any]:
        """As data, without the callable."""
        spec = {
            "reference": self.reference.as_spec(),
            "interval": self.interval.total_seconds(),
            "callback": self.callback.path,
        }
        if isinstance(self.callback, AsyncCallback):
            spec["in_triggerer"] = True
        return {**spec, "name": self.name} if self.name else spec


def missed(dag: Any, run: Any, told: Mapping[str, Any]) -> None:
    """Call the callback of the alert that ``told`` names. Raises whatever it raises."""
    alert = _alert(dag, told)
    if alert is not None:
        alert.callback.call(_context(dag, run, told))


async def amissed(dag: Any, run: Any, told: Mapping[str, Any]) -> None:
    """The same on an event loop."""
    alert = _alert(dag, told)
    if alert is not None:
        await alert.callback.acall(_context(dag, run, told))


def _alert(dag: Any, told: Mapping[str, Any]) -> DeadlineAlert | None:
    """None where the file has changed: nobody waits for that any more."""
    alerts = dag.deadline if isinstance(dag.deadline, (list, tuple)) else [dag.deadline]
    number = int(told["alert"])
    if number >= len(alerts) or not isinstance(alerts[number], DeadlineAlert):
        return None
    found: DeadlineAlert = alerts[number]
    return found


def _context(dag: Any, run: Any, told: Mapping[str, Any]) -> dict[str, Any]:
    shown = {
        "dag_run_id": run.run_id, "dag_id": run.dag_id, "run_type": run.run_type, "state": run.state,
        "logical_date": run.logical_date, "run_after": run.run_after, "queued_at": run.queued_at,
        "data_interval_start": run.data_interval_start, "data_interval_end": run.data_interval_end,
        "start_date": run.start_date, "end_date": run.end_date, "triggered_by": run.triggered_by,
        "note": run.note, "run_id": run.run_id, "conf": run.conf,
    }  # fmt: skip
    moment = datetime.fromisoformat(str(told["deadline_time"]))
    deadline = {"id": told.get("deadline"), "deadline_time": moment, "alert_name": told.get("name")}
    return {"dag": dag, "dag_run": shown, "run_id": run.run_id, "deadline": deadline}
