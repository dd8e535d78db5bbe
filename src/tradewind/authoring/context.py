"""``Context``: what a task may know while it runs, by the names of Airflow 1.10, 2.x and 3.x together.

It is a dict whose values are made when they are asked for (``context_values`` says how), because most tasks
ask for one or two of them and some cost a library or a question to the database. The dates are pendulum's,
as in Airflow.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from contextlib import contextmanager
from typing import Any

from tradewind.domain.errors import AirflowException

NEEDS_LOGICAL_DATE = frozenset({
    "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz", "logical_date", "execution_date",
    "data_interval_start", "data_interval_end", "next_ds", "next_ds_nodash", "next_execution_date",
    "prev_ds", "prev_ds_nodash", "prev_execution_date", "tomorrow_ds", "tomorrow_ds_nodash", "yesterday_ds",
    "yesterday_ds_nodash", "END_DATE", "end_date", "latest_date",
})  # fmt: skip
"""There only in runs that have a logical date."""
OLD = frozenset({
    "next_ds", "next_ds_nodash", "next_execution_date", "prev_ds", "prev_ds_nodash", "prev_execution_date",
    "prev_execution_date_success", "tomorrow_ds", "tomorrow_ds_nodash", "yesterday_ds",
    "yesterday_ds_nodash", "END_DATE", "end_date", "latest_date", "tables", "execution_date", "conf",
    "triggering_dataset_events",
})  # fmt: skip
"""Of 1.x and 2.x only."""
ASKS = frozenset({
    "prev_data_interval_start_success", "prev_data_interval_end_success", "prev_start_date_success",
    "prev_end_date_success", "prev_execution_date_success", "triggering_asset_events",
    "triggering_dataset_events",
})  # fmt: skip
"""Values that cost a question to the database."""
KNOWN_CONTEXT_KEYS = frozenset({
    "asset_state_store", "conn", "dag", "dag_run", "expanded_ti_count", "inlet_events", "inlets", "macros",
    "map_index_template",
    "outlet_events", "outlets", "params", "partition_date", "partition_key", "run_id", "task",
    "task_instance", "task_instance_key_str", "task_reschedule_count", "templates_dict", "test_mode", "ti",
    "task_state_store", "try_number", "var",
}) | NEEDS_LOGICAL_DATE | OLD | ASKS  # fmt: skip
"""Every name that a context can have, but for those that only failure callbacks see (exception, reason)."""


class NoContext(AirflowException, RuntimeError):
    """The context of the running task was asked for where no task is running."""


class UnknownContextKey(AirflowException, KeyError):
    """The context has no value of that name (or not in this run)."""

    def __str__(self) -> str:  # KeyError would print the repr
        return str(self.args[0])


class Context(dict[str, Any]):
    """The context of one task instance, or, made without one, an ordinary dict."""

    def __init__(self, *args: Any, ti: Any = None, **given: Any) -> None:
        super().__init__(*args, **given)
        self._ti = ti

    @classmethod
    def of(cls, ti: Any) -> Context:
        """The context of a task instance."""
        context = cls(ti=ti)
        dict.__setitem__(context, "ti", ti)
        dict.__setitem__(context, "task_instance", ti)
        ti.context = context
        return context

    def _names(self) -> list[str]:
        if self._ti is None:
            return list(dict.keys(self))
        dated = self._ti.dag_run.has_logical_date
        made = [name for name in sorted(KNOWN_CONTEXT_KEYS) if dated or name not in NEEDS_LOGICAL_DATE]
        return [*made, *(name for name in dict.keys(self) if name not in KNOWN_CONTEXT_KEYS)]

    def __missing__(self, key: str) -> Any:
        if self._ti is None:
            raise KeyError(key)
        if key not in KNOWN_CONTEXT_KEYS:
            raise UnknownContextKey(f"The context has no {key!r}.{self._meant(key)}")
        if key in NEEDS_LOGICAL_DATE and not self._ti.dag_run.has_logical_date:
            raise UnknownContextKey(
                f"The context has no {key!r} in run {self._ti.run_id!r}, because this run has no logical "
                f"date (it was "
                f"triggered by an asset or asked for without a date). Use context.get({key!r}), or "
                f"dag_run.run_after."
            )
        from tradewind.authoring import context_values  # knows how; only task processes need it

        value = context_values.make(key, self)
        dict.__setitem__(self, key, value)
        return value

    def _meant(self, key: str) -> str:
        from tradewind.domain.errors import did_you_mean

        return did_you_mean(key, KNOWN_CONTEXT_KEYS)

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or ``default`` where the context has none of that name."""
        if key in self:
            return self[key]
        return default

    def __contains__(self, key: object) -> bool:
        if dict.__contains__(self, key):
            return True
        if self._ti is None or key not in KNOWN_CONTEXT_KEYS:
            return False
        return key not in NEEDS_LOGICAL_DATE or bool(self._ti.dag_run.has_logical_date)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        """All names, of values that are not made yet too."""
        return KeysView(self)

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        """All names and values; makes each value."""
        return ItemsView(self)

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        """All values; makes each."""
        return ValuesView(self)

    def copy(self) -> Context:
        """An independent context of the same task instance."""
        twin = Context(ti=self._ti)
        dict.update(twin, {name: dict.__getitem__(self, name) for name in dict.keys(self)})
        return twin

    __copy__ = copy

    def __repr__(self) -> str:
        return f"<Context of {self._ti!r}>" if self._ti is not None else dict.__repr__(self)


_active: list[Context] = []


@contextmanager
def active(context: Context) -> Iterator[Context]:
    """Inside this block ``get_current_context`` gives ``context``."""
    _active.append(context)
    try:
        yield context
    finally:
        _active.pop()


def get_current_context() -> Context:
    """The context of the task that is running. Raises NoContext."""
    if not _active:
        raise NoContext(
            "get_current_context() was called where no task is running: call it inside a task's function."
        )
    return _active[-1]


def current_or_none() -> Context | None:
    """The context of the task that is running, or None."""
    return _active[-1] if _active else None


def context_merge(context: Any, *mappings: Mapping[str, Any], **given: Any) -> None:
    """Put values into a context."""
    for mapping in mappings:
        context.update(mapping)
    context.update(given)


def context_copy_partial(source: Mapping[str, Any], keys: Any) -> Context:
    """A context with only these names."""
    return Context({name: source[name] for name in keys if name in source})


def set_current_context(context: Context) -> Any:
    """As ``active``, under Airflow's name."""
    return active(context)


def context_get_outlet_events(context: Any) -> Any:
    """Airflow's helper for providers: ``context["outlet_events"]``."""
    return context["outlet_events"]
