"""§1.2 Each argument of a task, each attribute of an operator: where it arrives, and what it does."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tradewind.authoring import to_spec
from tradewind.authoring.assets import Asset
from tradewind.authoring.dag import DAG
from tradewind.authoring.oddments import Resources
from tradewind.authoring.operator import BaseOperator
from tradewind.authoring.operator_link import BaseOperatorLink
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.python import PythonOperator
from tradewind.authoring.retry_policy import ExceptionRetryPolicy
from tradewind.authoring.task_group import TaskGroup
from tradewind.authoring.trigger import StartTriggerArgs
from tradewind.domain.errors import TaskDeferralError, TaskDeferred

AT = datetime(2024, 1, 1, tzinfo=UTC)
POLICY = ExceptionRetryPolicy([])

SPEC: list[tuple[dict[str, Any], str, Any]] = [
    ({"task_display_name": "A Task"}, "display_name", "A Task"),
    ({"owner": "ann"}, "owner", "ann"),
    ({"doc": "text"}, "doc_md", "text"),
    ({"doc_md": "text"}, "doc_md", "text"),
    ({"doc_json": "{}"}, "doc_md", "{}"),
    ({"doc_yaml": "a: 1"}, "doc_md", "a: 1"),
    ({"doc_rst": "text"}, "doc_md", "text"),
    ({"execution_timeout": timedelta(minutes=2)}, "execution_timeout", 120.0),
    ({"retries": 3}, "retries", 3),
    ({"retry_delay": timedelta(seconds=9)}, "retry_delay", 9.0),
    ({"retry_delay": 9}, "retry_delay", 9.0),
    ({"retry_exponential_backoff": True}, "retry_multiplier", 2.0),
    ({"retry_exponential_backoff": 1.5}, "retry_multiplier", 1.5),
    ({"max_retry_delay": timedelta(hours=1)}, "max_retry_delay", 3600.0),
    ({"sla": timedelta(hours=2)}, "sla", 7200.0),
    ({"email": "a@b.c; d@e.f"}, "email", ("a@b.c", "d@e.f")),
    ({"email_on_failure": False}, "email_on_failure", False),
    ({"email_on_retry": False}, "email_on_retry", False),
    ({"depends_on_past": True}, "depends_on_past", True),
    ({"ignore_first_depends_on_past": False}, "ignore_first_depends_on_past", False),
    ({"wait_for_past_depends_before_skipping": True}, "wait_for_past_depends_before_skipping", True),
    ({"wait_for_downstream": True}, "depends_on_past", True),
    ({"wait_for_downstream": True}, "wait_for_downstream", True),
    ({"trigger_rule": "all_done"}, "trigger_rule", "all_done"),
    ({"queue": "fast"}, "queue", "fast"),
    ({"pool": "db"}, "pool", "db"),
    ({"pool_slots": 2}, "pool_slots", 2),
    ({"priority_weight": 7}, "priority_weight", 7),
    ({"weight_rule": "upstream"}, "weight_rule", "upstream"),
    ({"max_active_tis_per_dag": 4}, "max_active_tis_per_dag", 4),
    ({"task_concurrency": 4}, "max_active_tis_per_dag", 4),
    ({"max_active_tis_per_dagrun": 5}, "max_active_tis_per_dagrun", 5),
    ({"run_as_user": "nobody"}, "run_as_user", "nobody"),
    ({"executor": "LocalExecutor"}, "executor", "LocalExecutor"),
    ({"executor_config": {"cpu": 2}}, "executor_config", {"cpu": 2}),
    ({"do_xcom_push": False}, "do_xcom_push", False),
    ({"multiple_outputs": True}, "multiple_outputs", True),
    ({"on_execute_callback": print, "on_skipped_callback": print}, "callbacks", ("execute", "skipped")),
    (
        {"on_success_callback": print, "on_failure_callback": print, "on_retry_callback": print},
        "callbacks", ("success", "failure", "retry"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given", "field", "expected"), SPEC)
@pytest.mark.parametrize("way", ["argument", "default_args", "partial"])
def test_what_the_scheduler_is_told(given: dict[str, Any], field: str, expected: Any, way: str) -> None:
    with DAG("d", default_args=given if way == "default_args" else None):
        if way == "partial":
            made = BashOperator.partial(task_id="a", **given).expand(bash_command=["x"])
        else:
            made = EmptyOperator(task_id="a", **(given if way == "argument" else {}))
    assert getattr(to_spec.task_spec(made), field) == expected


def test_dates_of_a_task_bound_it_and_those_of_default_args_the_dag() -> None:
    """§1.2 start_date, end_date."""
    own = {"start_date": AT, "end_date": AT + timedelta(days=9)}
    with DAG("d", start_date=AT - timedelta(days=1)):
        spec = to_spec.task_spec(EmptyOperator(task_id="a", **own))
    assert (spec.start_date, spec.end_date) == (own["start_date"], own["end_date"])
    with DAG("e", default_args=own) as dag:
        spec = to_spec.task_spec(EmptyOperator(task_id="a"))
    assert (dag.start_date, dag.end_date, spec.start_date) == (own["start_date"], own["end_date"], None)


def test_places_and_parts() -> None:
    with DAG("d") as dag, TaskGroup("g") as group:
        inside = EmptyOperator(task_id="a", inlets=[Asset("i")], outlets=Asset("o"), params={"n": 1})
    outside = EmptyOperator(task_id="b", dag=dag)
    also = EmptyOperator(task_id="c", task_group=group)
    assert (inside.task_id, outside.task_id, also.task_id) == ("g.a", "b", "g.c")
    spec = to_spec.task_spec(inside)
    assert [one["name"] for one in (*spec.inlets, *spec.outlets)] == ["i", "o"]
    assert spec.params["n"].value == 1
    assert inside.output.operator is inside


def test_what_stays_with_the_file() -> None:
    resources = Resources(cpus=2)
    with DAG("d"):
        made = EmptyOperator(
            task_id="a", retry_policy=POLICY, resources=resources, logger_name="mine",
            map_index_template="{{ x }}", render_template_as_native_obj=True, default_args={"retries": 5},
        )  # fmt: skip
    assert (made.retry_policy, made.resources, made.retries) == (POLICY, resources, 5)
    assert made.log.name == "airflow.task.operators.mine"
    assert (made.map_index_template, made.render_template_as_native_obj) == ("{{ x }}", True)


def test_hooks_around_execute(runs: Any) -> None:
    seen: list[Any] = []
    with DAG("d"):
        made = PythonOperator(
            task_id="a", python_callable=lambda: seen.append("execute") or 5,
            pre_execute=lambda context: seen.append(("pre", context["ds"])),
            post_execute=lambda context, result: seen.append(("post", result)),
        )  # fmt: skip
    runs.run(made)
    assert seen == [("pre", "2024-01-31"), "execute", ("post", 5)]


def test_native_objects_for_one_task(runs: Any) -> None:
    with DAG("d", render_template_as_native_obj=False):
        made = PythonOperator(
            task_id="a",
            python_callable=lambda x: x,
            op_args=["{{ [1] }}"],
            render_template_as_native_obj=True,
        )
    assert runs.run(made)[0] == [1]


class Link(BaseOperatorLink):
    name = "Docs"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        return f"https://docs/{ti_key.task_id}"


class Own(BaseOperator):
    """An operator as people write it."""

    template_fields = ("query",)
    template_ext = (".sql",)
    template_fields_renderers = {"query": "sql"}  # noqa: RUF012 - as people write it
    ui_color, ui_fgcolor = "#123456", "#abcdef"
    operator_extra_links = (Link(),)
    custom_operator_name = "My Own"
    killed = False

    def __init__(self, *, query: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.query = query

    def execute(self, context: Any) -> Any:
        self.defer(trigger=None, method_name="go_on", kwargs={"n": 1}, timeout=timedelta(minutes=1))

    def go_on(self, context: Any, n: int, event: Any = None) -> str:
        return f"{context['ds']} {n} {event}"

    def on_kill(self) -> None:
        self.killed = True


def test_what_a_class_says_of_itself() -> None:
    with DAG("d"):
        made = Own(task_id="a", query="select {{ ds }}")
    spec = to_spec.task_spec(made)
    assert (spec.operator, spec.ui_color, spec.ui_fgcolor) == ("My Own", "#123456", "#abcdef")
    assert spec.template_fields == {"query": "select {{ ds }}"}
    assert spec.extra_links == {"Docs": "_link_Link"}
    assert made.template_fields_renderers == {"query": "sql"}


def test_template_files_by_their_ending(runs: Any, tmp_path: Any) -> None:
    (tmp_path / "q.sql").write_text("select '{{ ds }}'")
    with DAG("d", template_searchpath=str(tmp_path)):
        made = Own(task_id="a", query="q.sql")
    ti = runs.ti(made)
    from tradewind.authoring import execution

    task, context = execution.prepare(ti)
    execution.render(task, context)
    assert (task.query, made.query) == ("select '2024-01-31'", "q.sql")


def test_methods(runs: Any, caplog: pytest.LogCaptureFixture) -> None:
    with DAG("d"):
        made = Own(task_id="a", query="x")
    with pytest.raises(TaskDeferred) as deferred:
        runs.run(made)
    assert (deferred.value.method_name, deferred.value.kwargs) == ("go_on", {"n": 1})
    context = {"ds": "today"}
    assert made.resume_execution("go_on", {"n": 1, "event": "done"}, context) == "today 1 done"
    with pytest.raises(TaskDeferralError, match="it broke"):
        made.resume_execution("__fail__", {"error": "it broke"}, context)
    made.on_kill()
    assert made.killed
    with caplog.at_level(logging.INFO):
        made.dry_run()
    assert "query: x" in caplog.text


def test_a_task_that_starts_from_its_trigger() -> None:
    class Deferred(BaseOperator):
        start_trigger_args = StartTriggerArgs(
            trigger_cls="a.Trigger", next_method="go_on", trigger_kwargs={"n": 1},
            timeout=timedelta(minutes=1),
        )  # fmt: skip
        start_from_trigger = True

    with DAG("d"):
        made = Deferred(task_id="a")
    start = to_spec.task_spec(made).start_trigger
    assert start is not None
    assert (start["classpath"], start["next_method"], start["timeout"]) == ("a.Trigger", "go_on", 60.0)


def test_setups_and_mapping_from_a_task() -> None:
    with DAG("d"):
        before = EmptyOperator(task_id="before").as_setup()
        after = EmptyOperator(task_id="after").as_teardown(setups=before)
        mapped = BashOperator.partial(task_id="m").expand(bash_command=["a", "b"])
        several = BashOperator.partial(task_id="n").expand_kwargs([{"bash_command": "a"}])
    assert (before.is_setup, after.is_teardown, after.upstream_task_ids) == (True, True, {"before"})
    assert [to_spec.task_spec(task).mapping.kind for task in (mapped, several)] == ["product", "dicts"]
