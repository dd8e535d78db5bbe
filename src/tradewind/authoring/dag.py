"""``DAG``: a set of tasks, their order and their schedule, as DAG files of every age of Airflow write it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from tradewind.authoring import (
    arguments,
    dag_checks,
    defaults,
    documents,
    moments,
    relations,
    schedules,
    scope,
)
from tradewind.authoring.dag_questions import DagQuestions
from tradewind.authoring.dag_tasks import TaskHolder
from tradewind.authoring.notset import NOTSET, is_arg_set
from tradewind.authoring.params import DagParam, ParamsDict
from tradewind.authoring.timetable_base import Timetable
from tradewind.domain import keys
from tradewind.domain.errors import DagDefinitionError


class DAG(TaskHolder, DagQuestions):
    """A workflow. Tasks made inside ``with DAG(...):``, or with ``dag=``, belong to it.

    Arguments are those of Airflow 1.10, 2.x and 3.x together; which meaning a schedule has follows from the
    keyword that gives it (the table is in ``domain/timetables/defaults.py``). Raises DagDefinitionError,
    InvalidId, InvalidValue and AirflowTimetableInvalid, each with the value and the way out.
    """

    line: int | None = None
    """The line of the DAG file that made it, for messages."""

    @arguments.named("DAG")
    def __init__(
        self, dag_id: str, description: str | None = None, schedule_interval: Any = NOTSET,
        start_date: datetime | None = None, end_date: datetime | None = None, *,
        schedule: Any = NOTSET, timetable: Any = NOTSET, default_args: Mapping[str, Any] | None = None,
        template_searchpath: str | Iterable[str] | None = None, template_undefined: Any = None,
        user_defined_macros: dict[str, Any] | None = None, user_defined_filters: dict[str, Any] | None = None,
        max_active_tasks: int | None = None, concurrency: int | None = None,
        max_active_runs: int | None = None,
        max_consecutive_failed_dag_runs: int | None = None, dagrun_timeout: Any = None,
        catchup: bool | None = None, sla_miss_callback: Any = None, on_success_callback: Any = None,
        on_failure_callback: Any = None, doc_md: str | None = None, params: Mapping[str, Any] | None = None,
        access_control: dict[str, Any] | None = None, is_paused_upon_creation: bool | None = None,
        jinja_environment_kwargs: dict[str, Any] | None = None, render_template_as_native_obj: bool = False,
        tags: Collection[str] | None = None, owner_links: dict[str, str] | None = None,
        auto_register: bool = True,
        fail_stop: bool = False, fail_fast: bool = False, dag_display_name: str | None = None,
        deadline: Any = None,
        allowed_run_types: Any = None, disable_bundle_versioning: bool | None = None,
        rerun_with_latest_version: bool | None = None, fresh_interpreter: bool = False,
        default_view: str | None = None, orientation: str | None = None, full_filepath: str | None = None,
        task_group: Any = None, **unknown: Any,
    ) -> None:  # fmt: skip
        dag_checks.refuse_unknown("DAG", dag_id, DAG, unknown)
        self.dag_id: str = keys.check_dag_id(dag_id)
        self.description, self.fresh_interpreter = description, fresh_interpreter
        self._display_name = dag_display_name
        if is_paused_upon_creation is not None:
            arguments.truth("is_paused_upon_creation", is_paused_upon_creation)
        self.is_paused_upon_creation = is_paused_upon_creation
        self.line = scope.line()
        self._take_defaults(default_args, params)
        self._take_dates(start_date, end_date)
        self._take_schedule(
            {"schedule": schedule, "schedule_interval": schedule_interval, "timetable": timetable}
        )
        self._take_limits(max_active_tasks, concurrency, max_active_runs, max_consecutive_failed_dag_runs)
        self.catchup = self._age.catchup if catchup is None else arguments.truth("catchup", catchup)
        self.dagrun_timeout = arguments.span("dagrun_timeout", dagrun_timeout)
        self.sla_miss_callback = sla_miss_callback
        self.on_success_callback, self.on_failure_callback = on_success_callback, on_failure_callback
        self.template_searchpath = _as_list(template_searchpath)
        self.template_undefined, self.jinja_environment_kwargs = template_undefined, jinja_environment_kwargs
        self.user_defined_macros, self.user_defined_filters = user_defined_macros, user_defined_filters
        self.render_template_as_native_obj = bool(render_template_as_native_obj)
        self.access_control, self.owner_links = access_control, arguments.links(owner_links)
        self.tags: set[str] = dag_checks.check_tags(tags)
        self.auto_register, self.fail_fast = auto_register, bool(fail_stop or fail_fast)
        self.deadline = arguments.alerts(deadline)
        self.allowed_run_types = arguments.run_types(allowed_run_types)
        self.disable_bundle_versioning = disable_bundle_versioning
        self.rerun_with_latest_version = rerun_with_latest_version
        self.default_view, self.orientation = default_view or "grid", orientation or "LR"
        self.fileloc: str = full_filepath or caller_file()
        self.doc_md = documents.text_of(doc_md, self.fileloc)
        self._begin_tasks()
        self.result_task_id: str | None = None
        self.loaded_between: tuple[datetime, datetime] | None = None

    # --- construction, step by step

    def _take_defaults(
        self, default_args: Mapping[str, Any] | None, params: Mapping[str, Any] | None
    ) -> None:
        self.default_args: dict[str, Any] = arguments.mapping("default_args", default_args)
        own = self.default_args.pop("params", None)
        self.params: ParamsDict = params if isinstance(params, ParamsDict) else ParamsDict(params)
        for name, value in own.items() if own else ():
            if name not in self.params:
                self.params[name] = value

    def _take_dates(self, start: Any, end: Any) -> None:
        start = start if start is not None else self.default_args.get("start_date")
        end = end if end is not None else self.default_args.get("end_date")
        own = moments.zone_of(start)
        self.timezone: tzinfo = own or moments.timezone_of(defaults.current().timezone)
        self.start_date = moments.to_datetime("start_date", start, self.timezone)
        self.end_date = moments.to_datetime("end_date", end, self.timezone)
        for name in ("start_date", "end_date"):
            if self.default_args.get(name) is not None:
                self.default_args[name] = moments.to_datetime(name, self.default_args[name], self.timezone)
        dag_checks.notice_mixed_dates(self.dag_id, start, end)

    def _take_schedule(self, given: dict[str, Any]) -> None:
        named = {name: value for name, value in given.items() if is_arg_set(value)}
        if len(named) > 1:
            raise DagDefinitionError(
                f"DAG {self.dag_id!r} has more than one schedule ({', '.join(sorted(named))}). Give only "
                f"schedule=."
            )
        name, value = next(iter(named.items()), ("schedule", None))
        self.old_age = name != "schedule"
        self.schedule: Any = value
        self._age = schedules.age_defaults(self.old_age)
        self.timetable_spec = schedules.timetable_of(value, zone=self.timezone, age=self._age)

    def _take_limits(self, tasks: Any, concurrency: Any, runs: Any, failed: Any) -> None:
        known = defaults.current()
        if tasks is None:
            tasks = concurrency if concurrency is not None else known.max_active_tasks
        self.max_active_tasks = dag_checks.dag_limit("max_active_tasks", tasks)
        self.max_active_tasks_scope = self._age.max_active_tasks_scope
        runs = known.max_active_runs if runs is None else runs
        self.max_active_runs = dag_checks.active_runs(self.timetable_spec, runs, self.dag_id)
        failed = known.max_consecutive_failed_dag_runs if failed is None else failed
        self.max_consecutive_failed_dag_runs = dag_checks.dag_limit("max_consecutive_failed_dag_runs", failed)

    # --- names of other ages

    @property
    def dag_display_name(self) -> str:
        """What people see; the id where nothing else was given."""
        return self._display_name or self.dag_id

    display_name = dag_display_name

    @property
    def schedule_interval(self) -> Any:
        """The schedule as it was written."""
        return self.schedule

    @property
    def normalized_schedule_interval(self) -> Any:
        """The same with a cron expression for its preset, and None for ``@once`` (1.x, 2.x)."""
        from tradewind.authoring import dates  # only DAG files of 1.x and 2.x ask

        return dates.normalised(self.schedule)

    @property
    def timetable(self) -> Any:
        """The timetable object that was given, else the timetable's spec."""
        return self.schedule if isinstance(self.schedule, Timetable) else self.timetable_spec

    @property
    def concurrency(self) -> int:
        """Airflow 1.x's name of ``max_active_tasks``."""
        return self.max_active_tasks

    @property
    def fail_stop(self) -> bool:
        """Airflow 2.x's name of ``fail_fast``."""
        return self.fail_fast

    @property
    def full_filepath(self) -> str:
        """Airflow 1.x's name of ``fileloc``."""
        return self.fileloc

    filepath = full_filepath

    @property
    def folder(self) -> str:
        """The folder of the DAG file."""
        return self.fileloc.rpartition("/")[0]

    @property
    def owner(self) -> str:
        """The owners of its tasks."""
        return ", ".join(sorted({str(task.owner) for task in self.tasks}))

    # --- use

    def param(self, name: str, default: Any = NOTSET) -> Any:
        """A placeholder for a param's value at run time."""
        return DagParam(current_dag=self, name=name, default=default)

    def add_result(self, task: Any) -> None:
        """The return value of this task (or XComArg) is the result of the run."""
        self.result_task_id = task.leaves[0].task_id if isinstance(task, relations.DependencyMixin) else task

    def get_template_env(self, *, force_sandboxed: bool = False) -> Any:
        """The Jinja environment of its tasks' templates."""
        from tradewind.authoring.templating import environment  # jinja2 is heavy and rarely asked for here

        return environment.for_dag(self, native=self.render_template_as_native_obj and not force_sandboxed)

    def validate(self) -> None:
        """Check what can only be seen when the DAG is complete. Raises DagDefinitionError and its kin."""
        dag_checks.check_dag(self)

    check_cycle = validate

    def test(self, *args: Any, **options: Any) -> Any:
        """Run the DAG once in this process, without database or services; see ``tradewind run --help``."""
        from tradewind.authoring import dag_use  # asks the plug-in point for the whole engine

        return dag_use.test(self, *args, **options)

    def cli(self) -> None:
        """Act as a command line for this DAG: ``if __name__ == "__main__": dag.cli()``."""
        from tradewind.authoring import dag_use  # see test

        dag_use.cli(self)

    def __enter__(self) -> DAG:
        scope.push(self, self.task_group)
        return self

    def __exit__(self, *_: object) -> None:
        scope.pop()
        if self.auto_register:
            scope.register(self)

    def __repr__(self) -> str:
        return f"<DAG: {self.dag_id}>"

    def __lt__(self, other: DAG) -> bool:
        return self.dag_id < other.dag_id


def _as_list(paths: str | Iterable[str] | None) -> list[str]:
    if paths is None:
        return []
    return [paths] if isinstance(paths, str) else [str(path) for path in paths]


def caller_file() -> str:
    """The file of the first line outside this package that is being run."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if not name.startswith("tradewind.authoring"):
            return str(frame.f_code.co_filename)
        frame = frame.f_back
    return ""


def dag(dag_id: str | Callable[..., Any] = "", *args: Any, **options: Any) -> Any:
    """``@dag``: calling the function makes the DAG, with the function's arguments as params."""
    from tradewind.authoring import dag_decorator  # inspect is heavy, and not every file needs it

    return dag_decorator.dag(dag_id, *args, **options)
