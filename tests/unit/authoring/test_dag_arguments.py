"""§1.1 Each argument of a DAG: where it arrives, and what it does."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jinja2
import pendulum
import pytest
from dateutil.relativedelta import relativedelta

from tradewind.authoring import relations, to_spec
from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import result, task
from tradewind.authoring.edges import EdgeModifier, Label
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.python import PythonOperator
from tradewind.domain.spec.timetable import DeltaTriggerTimetable

START = datetime(2024, 1, 1)

SPEC: list[tuple[dict[str, Any], str, Any]] = [
    ({"description": "what"}, "description", "what"),
    ({"dag_display_name": "A Flow"}, "display_name", "A Flow"),
    ({"doc_md": "# Title"}, "doc_md", "# Title"),
    ({"start_date": START}, "start_date", START.replace(tzinfo=UTC)),
    ({"end_date": START}, "end_date", START.replace(tzinfo=UTC)),
    ({"max_active_tasks": 3}, "max_active_tasks", 3),
    ({"concurrency": 3}, "max_active_tasks", 3),
    ({"max_active_runs": 2}, "max_active_runs", 2),
    ({"max_consecutive_failed_dag_runs": 4}, "max_consecutive_failed_dag_runs", 4),
    ({"dagrun_timeout": timedelta(minutes=1)}, "dagrun_timeout", 60.0),
    ({"catchup": True, "start_date": START}, "catchup", True),
    ({"fail_fast": True}, "fail_fast", True),
    ({"fail_stop": True}, "fail_fast", True),
    ({"is_paused_upon_creation": True}, "is_paused_upon_creation", True),
    ({"tags": ["b", "a"]}, "tags", ("a", "b")),
    ({"owner_links": {"ann": "https://x.y"}}, "owner_links", {"ann": "https://x.y"}),
    ({"access_control": {"Op": {"can_read"}}}, "access_control", {"Op": ["can_read"]}),
    ({"allowed_run_types": ["manual", "scheduled"]}, "allowed_run_types", ("manual", "scheduled")),
    ({"rerun_with_latest_version": True}, "rerun_with_latest_version", True),
    ({"render_template_as_native_obj": True}, "render_template_as_native", True),
    ({"on_success_callback": print, "on_failure_callback": print}, "callbacks", ("success", "failure")),
    ({"sla_miss_callback": print}, "callbacks", ("sla_miss",)),
    ({"schedule": relativedelta(days=2), "start_date": START}, "schedule_text", "relativedelta(days=+2)"),
    ({"schedule_interval": "@daily", "start_date": START}, "schedule_text", "@daily"),
]


@pytest.mark.parametrize(("given", "field", "expected"), SPEC)
def test_what_the_scheduler_is_told(given: dict[str, Any], field: str, expected: Any) -> None:
    spec = to_spec.to_spec(DAG("d", **given))
    found = getattr(spec, field)
    assert (list(found) if isinstance(found, set) else found) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("disable_bundle_versioning", True), ("template_undefined", jinja2.Undefined),
        ("auto_register", False),
        ("default_view", "graph"), ("orientation", "TB"), ("user_defined_macros", {"m": 1}),
        ("user_defined_filters", {"f": str}), ("jinja_environment_kwargs", {"trim_blocks": True}),
    ],
)  # fmt: skip
def test_what_stays_with_the_file(name: str, value: Any) -> None:
    assert getattr(DAG("d", **{name: value}), name) == value


def test_a_relativedelta_is_a_schedule() -> None:
    timetable = DAG("d", schedule=relativedelta(months=1), start_date=START).timetable_spec
    assert isinstance(timetable, DeltaTriggerTimetable) and timetable.delta.months == 1


def test_a_text_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """§1.1, §1.4 doc_md may name a file."""
    (tmp_path / "flow.md").write_text("# From a file")
    assert DAG("d", doc_md="flow.md", full_filepath=str(tmp_path / "d.py")).doc_md == "# From a file"
    assert DAG("d", doc_md="missing.md").doc_md == "missing.md"
    monkeypatch.chdir(tmp_path)
    assert DAG("d", doc_md="flow.md").doc_md == "# From a file"


def rendered(runs: Any, text: str, **options: Any) -> Any:
    with DAG("d", **options):
        made = PythonOperator(task_id="a", python_callable=lambda x: x, op_kwargs={"x": text})
    return runs.run(made)[0]


def test_templates_as_the_dag_wants_them(runs: Any, tmp_path: Path) -> None:
    assert rendered(runs, "{{ twice(2) }}", user_defined_macros={"twice": lambda n: n * 2}) == "4"
    assert rendered(runs, "{{ 'a' | loud }}", user_defined_filters={"loud": str.upper}) == "A"
    assert rendered(runs, "{{ [1, 2] }}", render_template_as_native_obj=True) == [1, 2]
    assert rendered(runs, "<{{ nothing }}>", template_undefined=jinja2.Undefined) == "<>"
    marks = {"variable_start_string": "[[", "variable_end_string": "]]"}
    assert rendered(runs, "[[ ds ]]", jinja_environment_kwargs=marks) == "2024-01-31"
    (tmp_path / "part.txt").write_text("part of {{ ds }}")
    text = "{% include 'part.txt' %}"
    assert rendered(runs, text, template_searchpath=str(tmp_path)) == "part of 2024-01-31"


def test_edges_in_every_spelling() -> None:
    with DAG("d") as dag:
        a, b, c, d, e = (EmptyOperator(task_id=name) for name in "abcde")
    a.set_downstream([b, c])
    d.set_upstream(b)
    dag.set_dependency("d", "e")
    relations.cross_downstream([a], [d])
    relations.chain(c, e)
    relations.chain_linear([b, c], e)
    assert (a.downstream_task_ids, e.upstream_task_ids) == ({"b", "c", "d"}, {"b", "c", "d"})
    a >> Label("why") >> e
    label = EdgeModifier("how")
    b >> label >> c
    spec = to_spec.to_spec(dag)
    assert spec.edge_labels == {"a>>e": "why", "b>>c": "how"}


def test_test_runs_it_here() -> None:
    with DAG("d") as dag:
        PythonOperator(task_id="a", python_callable=lambda: 5)
    done = dag.test(run_conf={"x": 1})
    assert (done.get_state(), done.results, done.conf) == ("success", {"a": 5}, {"x": 1})


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_dates_of_pendulum_stay_aware(zone: str) -> None:
    with DAG("d", schedule="@daily", start_date=pendulum.datetime(2024, 1, 1)) as dag:
        PythonOperator(
            task_id="a", python_callable=lambda data_interval_start: data_interval_start < pendulum.now("UTC")
        )
    done = dag.test(logical_date=pendulum.datetime(2024, 5, 2, tz=zone))
    assert done.results == {"a": True}
    assert done.data_interval_start.utcoffset() == timedelta(0)


def test_cli_acts_for_this_dag(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("tradewind.cli.main.main", lambda words: asked.append(words) or 3)
    monkeypatch.setattr(sys, "argv", ["file.py", "tasks", "list", "--tree"])
    with DAG("d") as dag:
        EmptyOperator(task_id="a")
    with pytest.raises(SystemExit) as ended:
        dag.cli()
    assert (asked, ended.value.code) == ([["tasks", "list", "d", "--tree"]], 3)


def test_the_result_of_a_run() -> None:
    """§1.1 add_result, §1.3 @result."""
    with DAG("d") as dag:
        first = EmptyOperator(task_id="a")
    dag.add_result(first)
    assert to_spec.to_spec(dag).result_task == "a"
    with DAG("e") as other:

        @result
        @task
        def answer() -> int:
            return 42

        answer()
    assert to_spec.to_spec(other).result_task == "answer"
