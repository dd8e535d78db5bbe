"""``BaseOperator``: one task of a DAG and, in a task process, the code that does its work."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tradewind.authoring import arguments, dag_checks, defaults, moments, scope, setup_teardown, suspicions
from tradewind.authoring.abstract_operator import AbstractOperator
from tradewind.authoring.constructing import BaseOperatorMeta, apply_defaults
from tradewind.authoring.notset import NOTSET
from tradewind.authoring.operator_work import OperatorWork
from tradewind.authoring.params import ParamsDict
from tradewind.authoring.relations import chain, chain_linear, cross_downstream
from tradewind.domain import keys
from tradewind.domain.errors import InvalidValue

__all__ = [
    "AbstractOperator",
    "BaseOperator",
    "BaseOperatorMeta",
    "apply_defaults",
    "chain",
    "chain_linear",
    "cross_downstream",
]

OBSOLETE = frozenset(
    {"provide_context", "adhoc", "dag_kwargs", "subdag_args", "sla_miss_callback", "run_as_owner"}
)
"""Arguments of earlier ages that no longer mean anything; accepted, and noted for the author."""

_TRUTHS = (
    "depends_on_past", "ignore_first_depends_on_past", "wait_for_past_depends_before_skipping",
    "wait_for_downstream", "do_xcom_push", "multiple_outputs", "allow_nested_operators",
)  # fmt: skip
_TEXTS = (
    "queue", "run_as_user", "executor", "doc", "doc_md", "doc_json", "doc_yaml", "doc_rst",
    "task_display_name", "logger_name", "map_index_template",
)  # fmt: skip
_EMAIL_SPLIT = str.maketrans(";", ",")


class BaseOperator(OperatorWork, metaclass=BaseOperatorMeta):
    """Base of all operators; subclasses define ``execute``.

    Arguments are those of Airflow 1.10, 2.x and 3.x together. Raises DagDefinitionError, InvalidId and
    InvalidValue with the value and the way out.
    """

    template_fields: Collection[str] = ()
    template_ext: Sequence[str] = ()
    template_fields_renderers: ClassVar[Mapping[str, str]] = {}
    ui_color: str = "#fff"
    ui_fgcolor: str = "#000"
    operator_extra_links: Collection[Any] = ()
    shallow_copy_attrs: Sequence[str] = ()
    start_trigger_args: Any = None
    start_from_trigger: bool = False
    supports_lineage: bool = False
    subdag: Any = None
    custom_operator_name: str
    pool: str
    multiple_outputs: bool = False

    def __init__(
        self, *, task_id: str, owner: str | None = None,
        email: str | Iterable[str] | None = None, email_on_retry: bool | None = None,
        email_on_failure: bool | None = None, retries: int | None = None, retry_delay: Any = None,
        retry_exponential_backoff: bool | float = False, max_retry_delay: Any = None,
        retry_policy: Any = None,
        start_date: datetime | None = None, end_date: datetime | None = None, depends_on_past: bool = False,
        ignore_first_depends_on_past: bool = True, wait_for_past_depends_before_skipping: bool = False,
        wait_for_downstream: bool = False, dag: Any = None, params: Mapping[str, Any] | None = None,
        default_args: dict[str, Any] | None = None, priority_weight: int = 1, weight_rule: Any = None,
        queue: str | None = None, pool: str | None = None, pool_slots: int = 1, sla: Any = None,
        execution_timeout: Any = NOTSET, on_execute_callback: Any = None, on_failure_callback: Any = None,
        on_success_callback: Any = None, on_retry_callback: Any = None, on_skipped_callback: Any = None,
        pre_execute: Any = None, post_execute: Any = None, trigger_rule: Any = "all_success",
        resources: Any = None, run_as_user: str | None = None, task_concurrency: int | None = None,
        max_active_tis_per_dag: int | None = None, max_active_tis_per_dagrun: int | None = None,
        executor: str | None = None, executor_config: dict[str, Any] | None = None, do_xcom_push: bool = True,
        multiple_outputs: bool = False, inlets: Any = None, outlets: Any = None, task_group: Any = None,
        doc: str | None = None, doc_md: str | None = None, doc_json: str | None = None,
        doc_yaml: str | None = None, doc_rst: str | None = None,
        task_display_name: str | None = None, logger_name: str | None = None,
        allow_nested_operators: bool = True, map_index_template: str | None = None,
        render_template_as_native_obj: bool | None = None, on_lost: str = "retry", **unknown: Any,
    ) -> None:  # fmt: skip
        self._refuse(task_id, unknown)
        self._check_types(locals())
        self.owner = owner or defaults.current().owner
        self._take_mail(email, email_on_retry, email_on_failure)
        self._take_retries(retries, retry_delay, retry_exponential_backoff, max_retry_delay, retry_policy)
        self.depends_on_past = bool(depends_on_past or wait_for_downstream)
        self.wait_for_downstream = wait_for_downstream
        self.ignore_first_depends_on_past = ignore_first_depends_on_past
        self.wait_for_past_depends_before_skipping = wait_for_past_depends_before_skipping
        self.trigger_rule: Any = dag_checks.trigger_rule(trigger_rule)
        self.on_lost = _one_of("on_lost", on_lost, ("retry", "fail"))
        self._take_place_in_queue(queue, pool, pool_slots, priority_weight, weight_rule)
        own = max_active_tis_per_dag if max_active_tis_per_dag is not None else task_concurrency
        self.max_active_tis_per_dag = dag_checks.limit("max_active_tis_per_dag", own)
        self.max_active_tis_per_dagrun = dag_checks.limit(
            "max_active_tis_per_dagrun", max_active_tis_per_dagrun
        )
        self.run_as_user, self.executor, self.resources = run_as_user, executor, resources
        self.executor_config = executor_config or {}
        self._take_times(execution_timeout, sla)
        self.on_execute_callback, self.on_success_callback = on_execute_callback, on_success_callback
        self.on_failure_callback, self.on_retry_callback = on_failure_callback, on_retry_callback
        self.on_skipped_callback = on_skipped_callback
        self._pre_execute_hook, self._post_execute_hook = pre_execute, post_execute
        self.params: Any = params if isinstance(params, ParamsDict) else ParamsDict(params)
        self.do_xcom_push, self.multiple_outputs = do_xcom_push, multiple_outputs
        self.inlets, self.outlets = _as_list(inlets), _as_list(outlets)
        self.doc, self.doc_md, self.doc_rst = doc, doc_md, doc_rst
        self.doc_json, self.doc_yaml = doc_json, doc_yaml
        self._display_name, self._logger_name = task_display_name, logger_name
        self.allow_nested_operators, self.map_index_template = allow_nested_operators, map_index_template
        self.render_template_as_native_obj = render_template_as_native_obj
        self.default_args = arguments.mapping("default_args", default_args)
        self._place(task_id, dag, task_group)
        self._take_dates(start_date, end_date)

    # --- construction, step by step

    def _refuse(self, task_id: object, unknown: dict[str, Any]) -> None:
        if not unknown:
            return
        if "xcom_push" in unknown:
            self.xcom_push_wanted = unknown.pop("xcom_push")  # Airflow 1.x: every operator pushes now
        for name in OBSOLETE & unknown.keys():
            del unknown[name]
            scope.notice(f"Task {task_id!r}: argument {name!r} has no meaning any more and is ignored.")
        dag_checks.refuse_unknown(type(self).__name__, task_id, type(self), unknown)

    @staticmethod
    def _check_types(given: Mapping[str, Any]) -> None:
        """Of what the scheduler reads. Raises InvalidValue."""
        for name in (*_TRUTHS, "email_on_retry", "email_on_failure"):
            if given[name] is not None:  # None passes for False, as in Airflow
                arguments.truth(name, given[name])
        for name in _TEXTS:
            arguments.text(name, given[name])

    def _take_mail(self, email: Any, on_retry: bool | None, on_failure: bool | None) -> None:
        known = defaults.current()
        self.email: Any = arguments.addresses(email)
        self.email_on_retry = known.email_on_retry if on_retry is None else on_retry
        self.email_on_failure = known.email_on_failure if on_failure is None else on_failure

    def _take_retries(self, retries: Any, delay: Any, backoff: Any, longest: Any, policy: Any) -> None:
        known = defaults.current()
        self.retries = dag_checks.whole_number("retries", known.retries if retries is None else retries)
        self.retry_delay: Any = moments.to_timedelta(
            "retry_delay", known.retry_delay if delay is None else delay
        )
        self.retry_exponential_backoff = arguments.number("retry_exponential_backoff", backoff)
        self.max_retry_delay = moments.to_timedelta("max_retry_delay", longest)
        if policy is not None and not hasattr(policy, "evaluate"):
            raise InvalidValue("retry_policy", repr(policy), "be a RetryPolicy")
        self.retry_policy = policy

    def _take_place_in_queue(self, queue: Any, pool: Any, slots: Any, weight: Any, rule: Any) -> None:
        known = defaults.current()
        self.queue = queue or known.queue
        self.pool = keys.check_pool_name(pool or known.pool)
        self.pool_slots = dag_checks.whole_number("pool_slots", slots, at_least=1)
        if not isinstance(weight, int):
            raise InvalidValue("priority_weight", weight, "be a whole number")
        self.priority_weight = weight
        self.weight_rule = dag_checks.weight_rule(rule or known.weight_rule)

    def _take_times(self, execution_timeout: Any, sla: Any) -> None:
        limit = execution_timeout if execution_timeout is not NOTSET else defaults.current().execution_timeout
        self.execution_timeout: timedelta | None = arguments.span("execution_timeout", limit)
        self.sla: timedelta | None = moments.to_timedelta("sla", sla)

    def _take_dates(self, start: Any, end: Any) -> None:
        zone = (
            self._dag.timezone if self._dag is not None else moments.timezone_of(defaults.current().timezone)
        )
        self.start_date = moments.to_datetime("start_date", start, zone)
        self.end_date = moments.to_datetime("end_date", end, zone)
        if self._dag is not None:
            self.start_date = self.start_date or self._dag.start_date
            self.end_date = self.end_date or self._dag.end_date

    def constructed(self) -> None:
        """All constructors have run: tasks whose results stand in template fields become upstream tasks.

        One instance of a mapped task has the edges of that task, and no place of its own.
        """
        from tradewind.authoring import xcom_arg  # builds on this module

        if scope.is_outside():
            return
        for name in self.template_fields:
            xcom_arg.depend(self, getattr(self, name, None))
        setup_teardown.made(self)
        suspicions.made(self)

    # --- what it is

    @property
    def task_type(self) -> str:
        """The class name."""
        return type(self).__name__

    @property
    def operator_name(self) -> str:
        """What people see as the kind of task."""
        return getattr(self, "custom_operator_name", None) or self.task_type

    @property
    def operator_class(self) -> type:
        """The class."""
        return type(self)

    @property
    def task_display_name(self) -> str:
        """What people see; the id where nothing else was given."""
        return self._display_name or self.task_id

    @property
    def task_concurrency(self) -> int | None:
        """Airflow 1.x's name of ``max_active_tis_per_dag``."""
        return self.max_active_tis_per_dag

    @property
    def emails(self) -> tuple[str, ...]:
        """The mail addresses one by one; text may hold several, divided by comma or semicolon."""
        given = self.email or ()
        parts = given.translate(_EMAIL_SPLIT).split(",") if isinstance(given, str) else given
        return tuple(str(part).strip() for part in parts if str(part).strip())

    # --- mapping

    @classmethod
    def partial(cls, **kwargs: Any) -> Any:
        """The arguments that all instances of a mapped task share; ``.expand(...)`` gives those that
        differ.
        """
        from tradewind.authoring import mapping  # builds on this module

        return mapping.OperatorPartial(cls, kwargs)

    @classmethod
    def get_serialized_fields(cls) -> frozenset[str]:
        """Names of the arguments that all operators share."""
        return frozenset(dag_checks.parameters(BaseOperator.__init__)[0])


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise InvalidValue(name, value, f"be one of {', '.join(allowed)}")
    return value


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


TaskStateChangeCallback = Callable[[Any], None]
