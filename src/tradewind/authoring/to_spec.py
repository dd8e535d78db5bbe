"""A DAG of user code → its spec. The same DAG gives an equal spec in every process and on every day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tradewind.authoring import defaults, file_errors, moments, operator_link, priority_strategy, schedules
from tradewind.authoring import plain as plain_module
from tradewind.authoring.dag import DAG
from tradewind.authoring.plain import plain
from tradewind.authoring.timetable_base import Timetable
from tradewind.domain.errors import TradewindError
from tradewind.domain.messages.parsing import FileError
from tradewind.domain.spec import DagSpec, GroupSpec, TaskSpec, WatcherSpec

_TASK_CALLBACKS = ("execute", "success", "failure", "retry", "skipped")


def to_spec(dag: DAG) -> DagSpec:
    """The DAG as data. Raises what ``DAG.validate`` raises."""
    for task in dag.tasks:
        task.constructed()
    dag.validate()
    return DagSpec(
        dag_id=dag.dag_id,
        display_name=dag._display_name or "",
        description=dag.description,
        doc_md=dag.doc_md,
        owners=tuple(sorted({str(task.owner) for task in dag.tasks})),
        tags=tuple(sorted(dag.tags)),
        timetable=dag.timetable_spec,
        schedule_text=_schedule_text(dag.schedule),
        timezone=moments.timezone_name(dag.timezone),
        start_date=_steady(dag, dag.start_date),
        end_date=_steady(dag, dag.end_date),
        catchup=dag.catchup,
        tasks=tuple(task_spec(dag.task_dict[task_id]) for task_id in sorted(dag.task_dict)),
        groups=tuple(
            sorted((_group(group) for group in dag.task_group.iter_groups()), key=lambda g: g.group_id)
        ),
        edge_labels=_edge_labels(dag),
        params=dag.params.specs(),
        params_order=_order(dag),
        **_limits(dag),
        **_rest(dag),
    )


def _order(dag: DAG) -> tuple[str, ...]:
    """The names of its params; empty where sorting gives the same."""
    names = tuple(dag.params)
    return () if list(names) == sorted(names) else names


def specs_of(dags: list[DAG], filename: str) -> tuple[tuple[DagSpec, ...], tuple[FileError, ...]]:
    """The specs of the DAGs that can have one, and an error for each of the others."""
    specs, errors = [], []
    for dag in dags:
        try:
            specs.append(to_spec(dag))
        except TradewindError as error:
            errors.append(file_errors.of_dag(error, dag, filename))
    return tuple(specs), tuple(errors)


def _limits(dag: DAG) -> dict[str, Any]:
    return {
        "max_active_runs": dag.max_active_runs,
        "max_active_tasks": dag.max_active_tasks,
        "max_active_tasks_scope": dag.max_active_tasks_scope,
        "max_consecutive_failed_dag_runs": dag.max_consecutive_failed_dag_runs,
        "dagrun_timeout": moments.seconds(dag.dagrun_timeout),
        "fail_fast": dag.fail_fast,
        "allowed_run_types": _words(dag.allowed_run_types),
        "is_paused_upon_creation": dag.is_paused_upon_creation,
    }


def _rest(dag: DAG) -> dict[str, Any]:
    given = {
        "success": dag.on_success_callback,
        "failure": dag.on_failure_callback,
        "sla_miss": dag.sla_miss_callback,
    }
    return {
        "callbacks": tuple(name for name, callback in given.items() if callback),
        "deadlines": tuple(one.as_spec() for one in _listed(dag.deadline) if hasattr(one, "as_spec")),
        "watchers": _watchers(dag),
        "access_control": plain(dag.access_control or {}),
        "owner_links": {str(owner): str(link) for owner, link in dag.owner_links.items()},
        "result_task": dag.result_task_id,
        "render_template_as_native": dag.render_template_as_native_obj,
        "fresh_interpreter": dag.fresh_interpreter,
        "rerun_with_latest_version": dag.rerun_with_latest_version,
    }


def mentioned(dag: DAG) -> list[Any]:
    """What the DAG waits for, and all inlets and outlets of its tasks."""
    return [*schedules.assets_of(dag.schedule), *(it for t in dag.tasks for it in (*t.inlets, *t.outlets))]


def _watchers(dag: DAG) -> tuple[WatcherSpec, ...]:
    """Of all assets that the DAG mentions."""
    watched = [thing for thing in mentioned(dag) if getattr(thing, "watchers", None)]
    if not watched:
        return ()
    from tradewind.authoring import assets  # only such DAGs need it

    return assets.watchers_of(watched)


def _words(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(sorted(str(getattr(word, "value", word)) for word in _listed(value)))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


def _schedule_text(schedule: Any) -> str | None:
    if schedule is None or isinstance(schedule, str):
        return schedule
    if isinstance(schedule, timedelta):
        return str(schedule)
    if isinstance(schedule, Timetable):
        return schedule.summary
    if isinstance(schedule, (list, tuple, set, frozenset)) or hasattr(schedule, "as_expression"):
        return "Asset"
    return str(plain(schedule))


def _steady(dag: DAG, moment: datetime | None) -> datetime | None:
    """The date, or its midnight where the file computed it from the clock.

    Such a date is recognised by its fraction of a second, which lies inside the time the import took; taken
    as it is, it would make a new version of the DAG at each parse.
    """
    window = dag.loaded_between
    if moment is None or window is None or moment.microsecond == 0:
        return moment
    began, ended = window
    behind = timedelta(seconds=(began - moment) // timedelta(seconds=1))
    if any(began <= moment + behind + timedelta(seconds=extra) <= ended for extra in (0, 1)):
        return moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return moment


def _edge_labels(dag: DAG) -> dict[str, str]:
    pairs = ((up, down, info) for up, ends in dag.edge_info.items() for down, info in ends.items())
    return {
        f"{up}>>{down}": str(info["label"])
        for up, down, info in sorted(pairs, key=lambda p: p[:2])
        if info.get("label")
    }


def _group(group: Any) -> GroupSpec:
    parent = group.parent_group
    return GroupSpec(
        group_id=group.group_id,
        parent=parent.group_id if parent is not None else None,
        display_name=group.group_display_name,
        tooltip=group.tooltip,
        doc_md=group.doc_md,
        ui_color=group.ui_color,
        ui_fgcolor=group.ui_fgcolor,
        upstream=tuple(sorted({str(one) for one in group.upstream_group_ids} | group.upstream_task_ids)),
        mapping=group.mapping.spec() if group.mapping is not None else None,
    )


def task_spec(task: Any) -> TaskSpec:
    """One task as data."""
    group = task.task_group
    return TaskSpec(
        task_id=task.task_id,
        operator=task.operator_name,
        module=plain_module.module_of(task.operator_class),
        display_name=task._display_name or "",
        owner=str(task.owner),
        upstream=tuple(sorted(task.upstream_task_ids)),
        group_id=group.group_id if group is not None else None,
        mapping=task.mapping_spec() if task.is_mapped else None,
        **_when(task),
        **_where(task),
        **_kind(task),
        **_shown(task),
    )


def _when(task: Any) -> dict[str, Any]:
    from tradewind.authoring import dag_checks

    backoff = task.retry_exponential_backoff
    return {
        "trigger_rule": dag_checks.trigger_rule(task.trigger_rule),
        "retries": int(task.retries or 0),
        "retry_delay": moments.seconds(moments.to_timedelta("retry_delay", task.retry_delay)),
        "retry_multiplier": 2.0 if backoff is True else float(backoff or 0),
        "max_retry_delay": moments.seconds(task.max_retry_delay),
        "on_lost": task.on_lost,
        "depends_on_past": bool(task.depends_on_past),
        "ignore_first_depends_on_past": bool(task.ignore_first_depends_on_past),
        "wait_for_downstream": bool(task.wait_for_downstream),
        "wait_for_past_depends_before_skipping": bool(task.wait_for_past_depends_before_skipping),
        "start_date": _own_date(task, "start_date"),
        "end_date": _own_date(task, "end_date"),
        "execution_timeout": moments.seconds(task.execution_timeout),
        "sla": moments.seconds(task.sla),
    }


def _own_date(task: Any, name: str) -> datetime | None:
    """A date of the task's own; the DAG's bounds hold for all its tasks anyway."""
    own = getattr(task, name)
    return None if own == getattr(task.dag, name) else _steady(task.dag, own)


def _where(task: Any) -> dict[str, Any]:
    return {
        "pool": task.pool,
        "pool_slots": task.pool_slots,
        "queue": task.queue,
        "executor": task.executor,
        "executor_config": plain(task.executor_config),
        "priority_weight": task.priority_weight,
        "weight_rule": priority_strategy.path_of(task.weight_rule),
        "try_weights": priority_strategy.try_weights(task),
        "max_active_tis_per_dag": task.max_active_tis_per_dag,
        "max_active_tis_per_dagrun": task.max_active_tis_per_dagrun,
        "run_as_user": task.run_as_user or defaults.current().run_as_user,
    }


def _kind(task: Any) -> dict[str, Any]:
    return {
        "is_empty": _is_empty(task),
        "is_setup": task.is_setup,
        "is_teardown": task.is_teardown,
        "on_failure_fail_dagrun": task.on_failure_fail_dagrun,
        "ignore_downstream_trigger_rules": bool(getattr(task, "ignore_downstream_trigger_rules", True)),
        "callbacks": tuple(name for name in _TASK_CALLBACKS if getattr(task, f"on_{name}_callback", None)),
        "do_xcom_push": bool(task.do_xcom_push),
        "multiple_outputs": bool(task.multiple_outputs),
        **_start_trigger(task),
        "external": _external(task),
        "inlets": tuple(asset_spec(one) for one in task.inlets),
        "outlets": tuple(asset_spec(one) for one in task.outlets),
    }


def _is_empty(task: Any) -> bool:
    """Nothing to do and nobody to tell: the scheduler may end it without a process."""
    if not getattr(task.operator_class, "inherits_from_empty_operator", False) or task.is_mapped:
        return False
    hooks = (
        task.on_execute_callback,
        task.on_success_callback,
        task._pre_execute_hook,
        task._post_execute_hook,
    )
    if any(hooks) or task.outlets or task.inlets or task.start_from_trigger:
        return False
    if (_external(task) or {}).get("rendered"):
        return False
    from tradewind.authoring.operators.empty import EmptyOperator

    methods = ("execute", "pre_execute", "post_execute")
    return all(getattr(task.operator_class, name) is getattr(EmptyOperator, name) for name in methods)


def _start_trigger(task: Any) -> dict[str, Any]:
    """Of a task that starts from its trigger; instances of a mapped one differ, and start in a process."""
    args = task.start_trigger_args
    if not task.start_from_trigger or args is None or task.is_mapped:
        return {}
    from tradewind.authoring import serde  # only for such tasks
    from tradewind.authoring.templating import render

    kwargs, extensions = args.trigger_kwargs or {}, tuple(task.template_ext or ())
    start = {
        "classpath": args.trigger_cls,
        "kwargs": serde.encode(kwargs),
        "next_method": args.next_method,
        "next_kwargs": serde.encode(args.next_kwargs or {}),
        "timeout": moments.seconds(args.timeout),
        "queue": args.trigger_queue or (task.queue if defaults.current().trigger_queues else None),
    }
    fields = (name for name in task.template_fields if name in kwargs)
    templates = tuple(name for name in fields if render.may_hold_template(kwargs[name], extensions))
    return {"start_trigger": start, "start_templates": templates}


def _external(task: Any) -> dict[str, Any] | None:
    """What an ExternalTaskMarker stands for; instances of a mapped one differ."""
    describe = getattr(task.operator_class, "marker_spec", None)
    if describe is None:
        return None
    if task.is_mapped:
        return {"rendered": True, "recursion_depth": task.partial_kwargs.get("recursion_depth", 10)}
    spec: dict[str, Any] = describe(task)
    return spec


def asset_spec(asset: Any) -> dict[str, Any]:
    """An inlet or outlet as data; things that are no assets are only named."""
    describe = getattr(asset, "as_spec", None)
    return describe() if describe is not None else {"type": "other", "name": str(plain(asset))}


def _shown(task: Any) -> dict[str, Any]:
    limit = defaults.current().max_templated_field_length
    return {
        "params": task.params.specs(),
        "template_fields": {name: plain(getattr(task, name, None), limit) for name in task.template_fields},
        "email": task.emails,
        "email_on_failure": bool(task.email_on_failure),
        "email_on_retry": bool(task.email_on_retry),
        "doc_md": task.doc_md or task.doc or task.doc_rst or task.doc_json or task.doc_yaml,
        "ui_color": task.ui_color,
        "ui_fgcolor": task.ui_fgcolor,
        "extra_links": {name: operator_link.key_of(link) for name, link in operator_link.of(task).items()},
    }
