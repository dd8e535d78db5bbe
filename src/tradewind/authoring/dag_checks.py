"""Checks of what a DAG file says; every failure names the value and the way out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from tradewind.authoring import arguments, dag_graph, executors, mapped_places, scope
from tradewind.domain.errors import DagDefinitionError, InvalidValue, ParamValidationError, did_you_mean
from tradewind.domain.spec import timetable as timetables
from tradewind.domain.states import TriggerRule, WeightRule

_OLD_RULES = {"dummy": "always", "none_failed_or_skipped": "none_failed_min_one_success"}
_FAIL_FAST_RULES = frozenset({"all_success", "all_done_setup_success"})
_MAX_TAG = 100


class UnknownArgument(DagDefinitionError, TypeError):
    """A DAG or an operator was given a keyword argument that it does not know."""


class MissingArgument(DagDefinitionError, TypeError):
    """An operator was not given an argument that it needs."""


class WrongType(DagDefinitionError, TypeError, ValueError):
    """An argument is of a type that cannot be used there."""


def parameters(init: Any) -> tuple[tuple[str, ...], int, frozenset[str], bool]:
    """Names of a constructor's parameters (without self), how many may stand without a name, which have no
    default,
    and whether it takes others.

    Read from the code object: ``inspect`` would cost every DAG file ten milliseconds.
    """
    while hasattr(init, "__wrapped__"):
        init = init.__wrapped__
    code = getattr(init, "__code__", None)
    if code is None:
        return (), 0, frozenset(), True
    plain = code.co_varnames[1 : code.co_argcount]
    named = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    with_default = set(plain[len(plain) - len(init.__defaults__ or ()) :]) | set(init.__kwdefaults__ or {})
    names = (*plain, *named)
    required = frozenset(name for name in names if name not in with_default)
    return names, len(plain), required, bool(code.co_flags & 0x08)


def known_arguments(cls: type) -> set[str]:
    """Every argument name that the constructors of a class and its bases accept."""
    names: set[str] = set()
    for base in cls.__mro__:
        if "__init__" in vars(base) and base is not object:
            names.update(parameters(vars(base)["__init__"])[0])
    return names


def refuse_unknown(kind: str, name: object, cls: type, unknown: Mapping[str, Any]) -> None:
    """Raises UnknownArgument, with the nearest known name, if there are any unknown arguments."""
    if not unknown:
        return
    known = known_arguments(cls)
    parts = [f"{argument!r}.{did_you_mean(argument, known)}" for argument in sorted(unknown)]
    raise UnknownArgument(
        f"Invalid arguments were passed to {kind} {name!r}: it has no argument {' '.join(parts)}"
    )


def require_base(task: Any) -> None:
    """Raises DagDefinitionError where an operator's constructor did not call that of its base class."""
    if "task_id" not in vars(task):
        name = type(task).__name__
        raise DagDefinitionError(
            f"{name}.__init__ does not call its base class: it must take **kwargs and call "
            "super().__init__(**kwargs)."
        )


def limit(name: str, value: Any) -> int | None:
    """How many at once; None for no limit of its own. Raises InvalidValue."""
    return None if value is None else whole_number(name, value, at_least=-(1 << 31))


def check_tags(tags: Collection[str] | None) -> set[str]:
    """The tags as a set; text counts as one, and is told of, for Airflow takes its letters.

    Raises InvalidValue.
    """
    if isinstance(tags, str):
        line = scope.line()
        where = f"Line {line}: " if line else ""
        scope.notice(f"{where}tags={tags!r} is taken for a list of one. Write tags=[{tags!r}].")
        tags = [tags]
    for tag in tags or ():
        if not isinstance(tag, str) or len(tag) > _MAX_TAG:
            raise InvalidValue("tag", tag, f"be text of at most {_MAX_TAG} characters")
    return set(tags or ())


def whole_number(name: str, value: Any, at_least: int = 0) -> int:
    """``value`` as an int; text of digits counts. Raises InvalidValue."""
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise InvalidValue(name, value, "be a whole number") from error
    if number < at_least or isinstance(value, bool):
        raise InvalidValue(name, value, f"be a whole number of at least {at_least}")
    return number


def dag_limit(name: str, value: Any) -> int:
    """A limit of a DAG. Raises InvalidValue, also for text of digits, as a Variable gives it: Airflow
    stumbles over that where the limit is reached.
    """
    if isinstance(value, str) and value.strip().isdecimal():
        raise InvalidValue(name, value, f"be a whole number and no text: write {value.strip()}, or int(…)")
    return whole_number(name, value)


def active_runs(timetable: Any, given: Any, dag_id: str) -> int:
    """``max_active_runs``, which some timetables limit: ``@continuous`` to one run."""
    runs = dag_limit("max_active_runs", given)
    if isinstance(timetable, timetables.ContinuousTimetable):
        limit, kind = 1, "@continuous makes one run after the other"
    elif isinstance(timetable, timetables.PluginTimetable) and timetable.active_runs_limit is not None:
        limit = timetable.active_runs_limit
        kind = f"the timetable {timetable.name} limits active runs to {limit}"
    else:
        return runs
    if runs > limit and given != 16:
        raise DagDefinitionError(
            f"DAG {dag_id!r}: {kind}, so max_active_runs must be {limit}{' or less' if limit > 1 else ''}, "
            f"got {runs}."
        )
    return min(runs, limit)


def notice_mixed_dates(dag_id: str, start: Any, end: Any) -> None:
    """One aware and one naive date are legal (the naive one is in the DAG's zone), but rarely meant."""
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return
    if (start.tzinfo is None) != (end.tzinfo is None):
        naive = "start_date" if start.tzinfo is None else "end_date"
        scope.notice(
            f"DAG {dag_id!r}: only one of start_date and end_date has a time zone; {naive} is taken to be "
            f"in the "
            f"DAG's own. Give both a time zone."
        )


def trigger_rule(value: Any) -> str:
    """The rule's name, old names made new. Raises InvalidValue with the nearest rule."""
    name = str(getattr(value, "value", value))
    name = _OLD_RULES.get(name, name)
    if name not in TriggerRule._value2member_map_:
        raise _no_choice("trigger_rule", value, [rule.value for rule in TriggerRule])
    return name


def weight_rule(value: Any) -> Any:
    """The rule's name, the import path of a strategy class, or a strategy. Raises InvalidValue."""
    if isinstance(value, str):
        name = str(getattr(value, "value", value))
        if name in WeightRule._value2member_map_ or "." in name:
            return name
        raise _no_choice("weight_rule", value, [rule.value for rule in WeightRule])
    return value


def _no_choice(name: str, value: Any, choices: list[str]) -> InvalidValue:
    hint = did_you_mean(str(value), choices).strip()
    return InvalidValue(name, value, f"be one of {', '.join(choices)}{f' ({hint})' if hint else ''}")


def check_cycle(dag: Any) -> None:
    """Raises AirflowDagCycleException where tasks wait for each other in a circle."""
    dag.topological_sort()


def check_dag(dag: Any) -> None:
    """Check a complete DAG. Raises AirflowDagCycleException, DagDefinitionError, InvalidValue,
    ParamValidationError.
    """
    dag_graph.topological(dag.task_dict, dag.dag_id)
    for task in dag.tasks:
        _check_task(dag, task)
    scheduled = _is_scheduled(dag.timetable_spec)
    _check_params(dag, scheduled)
    if dag.catchup and dag.start_date is None and scheduled:
        _require_start_date(dag)


_NEVER_SCHEDULED = (timetables.NullTimetable, timetables.PartitionedAtRuntimeTimetable)


def _is_scheduled(timetable: Any) -> bool:
    if isinstance(timetable, timetables.PluginTimetable):
        return timetable.scheduled
    return not isinstance(timetable, _NEVER_SCHEDULED)


def _check_params(dag: Any, scheduled: bool) -> None:
    """Nobody gives a scheduled run what it needs; a run that is asked for may be given anything."""
    required = [name for name, param in dag.params.specs().items() if param.required]
    if required and scheduled:
        raise DagDefinitionError(
            f"DAG {dag.dag_id!r} has a schedule, and param {required[0]!r} has no default, so no scheduled "
            f"run "
            "could begin. Give the param a default, or the DAG schedule=None."
        )
    try:
        dag.params.check_defaults()
    except ParamValidationError as error:
        arguments.name_owner(error, "DAG", dag.dag_id)
        if scheduled:
            raise
        scope.notice(f"{error} A run that gives no other value will be refused.")
    for task in dag.tasks:
        try:
            task.params.check_defaults()
        except ParamValidationError as error:
            scope.notice(
                f"Task {task.task_id!r} of DAG {dag.dag_id!r}: {error} It fails unless a run gives another."
            )


def _check_task(dag: Any, task: Any) -> None:
    for name in sorted((task.upstream_task_ids | task.downstream_task_ids) - dag.task_dict.keys()):
        raise DagDefinitionError(
            f"Task {task.task_id!r} depends on {name!r}, which is not in DAG {dag.dag_id!r}."
        )
    if task.is_setup:
        _check_after_setup(dag, task)
    if task.executor is not None:
        executors.require_known(task.executor, task.task_id)
    rule = trigger_rule(task.trigger_rule)
    _notice_teardown(dag, task)
    if rule == "always" and mapped_places.groups_around(task):
        raise DagDefinitionError(
            f"Task {task.task_id!r} lies in a mapped task group and has trigger rule 'always', so it would "
            "not wait for what the group is mapped over. Use another rule, such as 'all_done'."
        )
    if dag.fail_fast and rule not in _FAIL_FAST_RULES:
        raise DagDefinitionError(
            f"Task {task.task_id!r} has trigger_rule {rule!r}, but DAG {dag.dag_id!r} is fail_fast, which "
            f"allows only "
            f"{', '.join(sorted(_FAIL_FAST_RULES))}."
        )


def _check_after_setup(dag: Any, setup: Any) -> None:
    """What is cleared below a setup runs again together with it, which no other rule would wait for."""
    for task in setup.downstream_list:
        if not task.is_teardown and trigger_rule(task.trigger_rule) != TriggerRule.ALL_SUCCESS:
            raise DagDefinitionError(
                f"Task {task.task_id!r} of DAG {dag.dag_id!r} comes directly after setup {setup.task_id!r} "
                f"and has trigger_rule {trigger_rule(task.trigger_rule)!r}: what follows a setup must have "
                f"all_success. Put a task with all_success between them, or drop the rule."
            )


def _notice_teardown(dag: Any, task: Any) -> None:
    """A teardown of nothing is legal, but rarely meant."""
    if task.is_teardown and not any(dag.task_dict[above].is_setup for above in task.upstream_task_ids):
        scope.notice(
            f"Task {task.task_id!r} of DAG {dag.dag_id!r} is a teardown of no setup: it runs whatever became "
            "of the tasks before it. Name what it takes away: as_teardown(setups=...)."
        )


def _require_start_date(dag: Any) -> None:
    """Only 3.x knows DAGs without a start; making up for missed runs needs one, of the DAG or of its
    tasks.
    """
    kinds = (
        timetables.AssetTriggeredTimetable,
        timetables.PartitionedAssetTimetable,
        timetables.PartitionedAtRuntimeTimetable,
        timetables.EventsTimetable,
        timetables.OnceTimetable,
        timetables.ContinuousTimetable,
        timetables.PluginTimetable,
    )
    if isinstance(dag.timetable_spec, kinds) or any(task.start_date for task in dag.tasks):
        return
    raise DagDefinitionError(
        f"DAG {dag.dag_id!r} has a schedule and catchup, but no start_date. Give it a fixed one, for example "
        f"start_date=datetime(2024, 1, 1), or catchup=False."
    )
