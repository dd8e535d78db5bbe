"""How each value of a context is made."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tradewind.authoring import accessors, defaults

_SUCCESS = "success"
_MADE_BY_ASSETS = frozenset({"asset_triggered", "asset_materialization"})


def make(key: str, context: Any) -> Any:
    """The value of a key that ``context.KNOWN_CONTEXT_KEYS`` lists."""
    return _MAKERS[key](context["ti"])


def pendulum_of(moment: datetime | None) -> Any:
    """The moment as pendulum's DateTime, or None."""
    if moment is None:
        return None
    import pendulum  # heavy; only for tasks that look at dates

    return pendulum.instance(moment)


def for_kwargs(context: Any) -> dict[str, Any]:
    """The context as a plain dict, for functions that take ``**kwargs``.

    What costs a question to the database is asked for when it is used. What only 1.x and 2.x knew is there
    for DAGs of their age: those with ``schedule_interval``, and those whose file does not use
    ``airflow.sdk``.
    """
    from tradewind.authoring import ages  # reads the DAG file, where such a function asks
    from tradewind.authoring.context import ASKS, OLD

    dag = context["ti"].task.get_dag()
    old_age = dag is None or dag.old_age or ages.of_dag(dag) < ages.THIRD
    result: dict[str, Any] = {}
    for key in context:
        if key in ASKS and not dict.__contains__(context, key):
            result[key] = accessors.Lazy(functools.partial(context.__getitem__, key))
        elif old_age or key not in OLD:
            result[key] = context[key]
    return result


def _logical(ti: Any) -> datetime:
    moment: datetime = ti.dag_run.dates.logical_date
    return moment


def _day(shift: int = 0, dashes: bool = True) -> Callable[[Any], str]:
    pattern = "%Y-%m-%d" if dashes else "%Y%m%d"
    return lambda ti: (_logical(ti) + timedelta(days=shift)).strftime(pattern)


def _ts_nodash_with_tz(ti: Any) -> str:
    return _logical(ti).isoformat().replace("-", "").replace(":", "")


def _neighbour(ti: Any, later: bool) -> datetime | None:
    """The logical date of the run that the schedule puts after (before) this one."""
    run = ti.dag_run
    if run.run_type == "manual":
        return _logical(ti)
    from tradewind.authoring import neighbours  # only for variables of 1.x and 2.x

    return neighbours.logical_date(ti.task.dag, run.dates, later=later)


def _neighbour_day(later: bool, dashes: bool) -> Callable[[Any], str | None]:
    pattern = "%Y-%m-%d" if dashes else "%Y%m%d"

    def day(ti: Any) -> str | None:
        moment = _neighbour(ti, later)
        return moment.strftime(pattern) if moment is not None else None

    return day


def _previous_success(field: str) -> Callable[[Any], Any]:
    def value(ti: Any) -> Any:
        run = ti.previous_run(state=_SUCCESS)
        return pendulum_of(getattr(run, field)) if run is not None else None

    return value


def _params(ti: Any) -> dict[str, Any]:
    from tradewind.authoring import params

    dag = ti.task.get_dag()
    conf = ti.dag_run.conf if defaults.current().conf_overrides_params else None
    return params.merge(getattr(dag, "params", None) or {}, ti.task.params or {}, conf).validate()


def _macros(_: Any) -> Any:
    from tradewind.authoring.templating import macros

    return macros


def _conf(_: Any) -> Any:
    from tradewind.config import compat

    return compat.conf


def _outlet_events(ti: Any) -> Any:
    return ti.outlet_events


def _inlet_events(ti: Any) -> Any:
    from tradewind.authoring import asset_reading  # only tasks with inlets

    return asset_reading.InletEvents(ti.task.inlets, ti.ask)


def _triggering(by_uri: bool) -> Callable[[Any], Any]:
    def events(ti: Any) -> Any:
        if ti.dag_run.run_type not in _MADE_BY_ASSETS:
            return accessors.NoEvents()
        from tradewind.authoring import asset_reading

        return asset_reading.TriggeringEvents.of(ti.dag_run.consumed_asset_events, by_uri=by_uri)

    return events


def _key_str(ti: Any) -> str:
    run = ti.dag_run
    day = _logical(ti).strftime("%Y%m%d") if run.has_logical_date else run.run_id
    return f"{ti.dag_id}__{ti.task_id}__{day}"


def _run_date(field: str) -> Callable[[Any], Any]:
    return lambda ti: pendulum_of(getattr(ti.dag_run.dates, field))


def _task_state(ti: Any) -> Any:
    from tradewind.authoring import state_store  # few tasks keep state

    return state_store.TaskStateStore(ti)


def _asset_state(ti: Any) -> Any:
    from tradewind.authoring import state_store  # few tasks keep state

    return state_store.AssetStateStore(ti)


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "conn": lambda ti: accessors.Connections(),
    "var": lambda ti: accessors.Variables(),
    "conf": _conf,
    "macros": _macros,
    "params": _params,
    "dag": lambda ti: ti.task.get_dag(),
    "dag_run": lambda ti: ti.dag_run,
    "run_id": lambda ti: ti.run_id,
    "task": lambda ti: ti.task,
    "task_instance_key_str": _key_str,
    "templates_dict": lambda ti: getattr(ti.task, "templates_dict", None),
    "test_mode": lambda ti: ti.test_mode,
    "try_number": lambda ti: ti.try_number,
    "inlets": lambda ti: ti.task.inlets,
    "outlets": lambda ti: ti.task.outlets,
    "task_state_store": _task_state,
    "asset_state_store": _asset_state,
    "inlet_events": _inlet_events,
    "outlet_events": _outlet_events,
    "triggering_asset_events": _triggering(by_uri=False),
    "triggering_dataset_events": _triggering(by_uri=True),
    "expanded_ti_count": lambda ti: ti.expanded_count,
    "map_index_template": lambda ti: ti.task.map_index_template,
    "partition_key": lambda ti: ti.dag_run.partition_key,
    "partition_date": _run_date("partition_date"),
    "task_reschedule_count": lambda ti: ti.reschedule_count,
    "tables": lambda ti: None,
    "ds": _day(),
    "ds_nodash": _day(dashes=False),
    "ts": lambda ti: _logical(ti).isoformat(),
    "ts_nodash": lambda ti: _logical(ti).strftime("%Y%m%dT%H%M%S"),
    "ts_nodash_with_tz": _ts_nodash_with_tz,
    "logical_date": _run_date("logical_date"),
    "execution_date": _run_date("logical_date"),
    "data_interval_start": _run_date("data_interval_start"),
    "data_interval_end": _run_date("data_interval_end"),
    "next_execution_date": lambda ti: pendulum_of(_neighbour(ti, True)),
    "next_ds": _neighbour_day(True, True),
    "next_ds_nodash": _neighbour_day(True, False),
    "prev_execution_date": lambda ti: pendulum_of(_neighbour(ti, False)),
    "prev_ds": _neighbour_day(False, True),
    "prev_ds_nodash": _neighbour_day(False, False),
    "tomorrow_ds": _day(1),
    "tomorrow_ds_nodash": _day(1, dashes=False),
    "yesterday_ds": _day(-1),
    "yesterday_ds_nodash": _day(-1, dashes=False),
    "END_DATE": _day(),
    "end_date": _day(),
    "latest_date": _day(),
    "prev_execution_date_success": _previous_success("logical_date"),
    "prev_data_interval_start_success": _previous_success("data_interval_start"),
    "prev_data_interval_end_success": _previous_success("data_interval_end"),
    "prev_start_date_success": _previous_success("start_date"),
    "prev_end_date_success": _previous_success("end_date"),
}
