"""§1.14 Each variable of a context, each variable of the environment, each question of ``ti``."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tradewind.authoring import context as contexts
from tradewind.authoring import environment_variables, execution, task_run
from tradewind.authoring.asset_reading import InletEvents
from tradewind.authoring.assets import Asset
from tradewind.authoring.dag import DAG
from tradewind.authoring.defaults import Defaults, use
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.python import PythonOperator
from tradewind.authoring.state_store import AssetStateStore, TaskStateStore
from tradewind.authoring.templating import macros
from tradewind.authoring.templating.render import TemplateFailed, literal
from tradewind.domain.errors import InvalidValue
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import RunContext

BEFORE = datetime(2024, 1, 30, 6, 30, tzinfo=UTC)
EARLIER = RunContext(
    dag_id="d", run_id="r0", run_type="scheduled", run_after=BEFORE, logical_date=BEFORE, state="success",
    data_interval_start=BEFORE, data_interval_end=BEFORE + timedelta(days=1), start_date=BEFORE,
    end_date=BEFORE + timedelta(hours=1),
)  # fmt: skip


@pytest.fixture
def ti(runs: Any) -> Any:
    """The second try of a task of a scheduled run of an old-style DAG, after one earlier run."""
    runs.link.answers[data.GetPreviousDagRun] = EARLIER
    with DAG("d", schedule_interval="@daily", start_date=datetime(2020, 1, 1), params={"n": 1}):
        task = PythonOperator(
            task_id="a", python_callable=print, inlets=[Asset("i")], outlets=[Asset("o")], owner="ann",
            email=["a@b.c", "d@e.f"], templates_dict={"k": "v"}, map_index_template="{{ x }}", retries=3,
        )  # fmt: skip
    made = runs.ti(task, conf={"c": 1}, try_number=2, max_tries=3, expanded_count=4, reschedule_count=5)
    made.hostname = socket.gethostname()
    contexts.Context.of(made)
    return made


PLAIN: dict[str, Any] = {
    "ds": "2024-01-31", "ds_nodash": "20240131", "ts": "2024-01-31T06:30:00+00:00",
    "ts_nodash": "20240131T063000", "ts_nodash_with_tz": "20240131T063000+0000", "run_id": "r1",
    "logical_date": datetime(2024, 1, 31, 6, 30, tzinfo=UTC),
    "execution_date": datetime(2024, 1, 31, 6, 30, tzinfo=UTC),
    "data_interval_start": datetime(2024, 1, 31, 6, 30, tzinfo=UTC),
    "data_interval_end": datetime(2024, 2, 1, 6, 30, tzinfo=UTC),
    "try_number": 2, "expanded_ti_count": 4, "task_reschedule_count": 5, "test_mode": False,
    "templates_dict": {"k": "v"}, "map_index_template": "{{ x }}", "partition_key": None,
    "partition_date": None, "task_instance_key_str": "d__a__20240131", "tables": None,
    "prev_data_interval_start_success": BEFORE, "prev_data_interval_end_success": BEFORE + timedelta(days=1),
    "prev_start_date_success": BEFORE, "prev_end_date_success": BEFORE + timedelta(hours=1),
    "prev_execution_date_success": BEFORE,
    "next_ds": "2024-02-01", "next_ds_nodash": "20240201", "prev_ds": "2024-01-31",
    "prev_ds_nodash": "20240131", "tomorrow_ds": "2024-02-01", "tomorrow_ds_nodash": "20240201",
    "yesterday_ds": "2024-01-30",
    "yesterday_ds_nodash": "20240130", "END_DATE": "2024-01-31", "end_date": "2024-01-31",
    "latest_date": "2024-01-31",
}  # fmt: skip


@pytest.mark.parametrize("key", PLAIN)
def test_values(ti: Any, key: str) -> None:
    assert ti.context[key] == PLAIN[key]


def test_objects(ti: Any) -> None:
    context = ti.context
    assert context["ti"] is context["task_instance"] is ti
    assert (context["task"].task_id, context["dag"].dag_id, context["dag_run"].run_id) == ("a", "d", "r1")
    assert dict(context["params"]) == {"n": 1, "c": 1}
    assert [one.name for one in (*context["inlets"], *context["outlets"])] == ["i", "o"]
    assert isinstance(context["inlet_events"], InletEvents)
    assert context["outlet_events"][Asset("o")] is ti.outlet_events[Asset("o")]
    assert isinstance(context["task_state_store"], TaskStateStore)
    assert isinstance(context["asset_state_store"], AssetStateStore)
    assert context["triggering_asset_events"]["x"] == context["triggering_dataset_events"]["x"] == []
    assert context["macros"] is macros
    assert context["conf"].get("core", "dags_folder")
    assert (str(context["next_execution_date"])[:10], str(context["prev_execution_date"])[:10]) == (
        "2024-02-01", "2024-01-31",
    )  # fmt: skip
    assert not {"exception", "reason"} & set(context)  # callbacks of failures have them


def test_the_state_of_an_asset_that_is_not_meant(ti: Any) -> None:
    """A KeyError whose text is one sentence, without the quotes that KeyError puts around it."""
    with pytest.raises(KeyError) as raised:
        ti.context["asset_state_store"][Asset("else")]
    told = str(raised.value)
    assert told.endswith("is not among the assets of the inlets and outlets of task 'a', which are: i, o.")
    assert told.startswith("Asset(")
    with pytest.raises(ValueError, match="2 assets of the inlets and outlets of task 'a': say which"):
        ti.context["asset_state_store"].get("key")


def test_variables_and_connections(ti: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_K", '{"a": 1}')
    monkeypatch.setenv("AIRFLOW_CONN_C", "http://host")
    context = ti.context
    assert (context["var"].value.k, context["var"].json.k) == ('{"a": 1}', {"a": 1})
    assert context["var"].value.get("missing", "fallback") == "fallback"
    assert (context["conn"].c.host, context["conn"].get("missing", None)) == ("host", None)


def test_a_run_of_a_partition(runs: Any) -> None:
    with DAG("d"):
        plain = runs.ti(BashOperator(task_id="a", bash_command="x"), at=None)
    run = msgspec.structs.replace(plain.assignment.run, partition_key="2024-01", partition_date=BEFORE)
    assignment = msgspec.structs.replace(plain.assignment, run=run)
    context = contexts.Context.of(task_run.TaskRun(assignment, plain.task, runs.link))
    assert "ds" not in context and context.get("ts") is None
    assert (context["partition_key"], context["partition_date"]) == ("2024-01", BEFORE)


ENVIRONMENT = {
    "AIRFLOW_CTX_DAG_ID": "d", "AIRFLOW_CTX_TASK_ID": "a", "AIRFLOW_CTX_DAG_RUN_ID": "r1",
    "AIRFLOW_CTX_LOGICAL_DATE": "2024-01-31T06:30:00+00:00",
    "AIRFLOW_CTX_EXECUTION_DATE": "2024-01-31T06:30:00+00:00", "AIRFLOW_CTX_TRY_NUMBER": "2",
    "AIRFLOW_CTX_DAG_OWNER": "ann", "AIRFLOW_CTX_DAG_EMAIL": "a@b.c,d@e.f",
}  # fmt: skip


def test_the_environment_of_commands(ti: Any) -> None:
    assert environment_variables.of(ti.context) == ENVIRONMENT


@pytest.fixture
def local_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of a deployment, on the import path."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "airflow_local_settings.py"
    sys.modules.pop("airflow_local_settings", None)


def test_a_deployment_adds_to_the_environment(ti: Any, local_settings: Path) -> None:
    local_settings.write_text(
        "def get_airflow_context_vars(context):\n"
        "    return {'cluster': 'main', 'AIRFLOW_CTX_AREA': context['ti'].task_id, 'dag_id': 'not that'}\n"
    )
    told = environment_variables.of(ti.context)
    assert told == {**ENVIRONMENT, "AIRFLOW_CTX_CLUSTER": "main", "AIRFLOW_CTX_AREA": "a"}
    plain = environment_variables.context_to_airflow_vars(ti.context)
    assert (plain["airflow.ctx.cluster"], plain["airflow.ctx.dag_id"]) == ("main", "d")


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("get_airflow_context_vars = lambda context: {'n': 1}", InvalidValue, "'n': 1"),
        ("get_airflow_context_vars = lambda context: 'x'", InvalidValue, "be a dict"),
        ("import nothing_of_that_name", ModuleNotFoundError, "nothing_of_that_name"),
        ("1 / 0", ZeroDivisionError, "division"),
    ],
)
def test_a_deployments_mistake_is_told(
    ti: Any, local_settings: Path, text: str, error: type[Exception], told: str
) -> None:
    local_settings.write_text(text)
    with pytest.raises(error, match=told):
        environment_variables.of(ti.context)


def test_local_settings_without_the_hook_add_nothing(ti: Any, local_settings: Path) -> None:
    local_settings.write_text("def pod_mutation_hook(pod): pass")
    assert environment_variables.of(ti.context) == ENVIRONMENT


def test_the_file_of_a_deployment_is_found_when_it_comes(ti: Any, local_settings: Path) -> None:
    for _ in range(2):  # the second time nobody searches
        assert environment_variables.of(ti.context) == ENVIRONMENT
    local_settings.write_text("def get_airflow_context_vars(context):\n    return {'cluster': 'main'}\n")
    os.utime(local_settings.parent, ns=(1, 1))  # changed within the tick of the file system's clock
    assert environment_variables.of(ti.context)["AIRFLOW_CTX_CLUSTER"] == "main"


def test_what_ti_says_of_itself(ti: Any) -> None:
    assert (ti.max_tries, ti.try_number, ti.map_index, ti.task_id, ti.dag_id, ti.run_id) == (
        3,
        2,
        -1,
        "a",
        "d",
        "r1",
    )
    assert ti.hostname == socket.gethostname()
    assert ti.log_url.endswith("/dags/d/runs/r1/tasks/a?try_number=2")
    assert ti.mark_success_url == ti.log_url
    assert (ti.state, ti.start_date, ti.end_date, ti.rendered_map_index) == ("running", None, None, None)
    assert ti.id == "a1"


def test_questions(ti: Any, runs: Any) -> None:
    runs.link.answers[data.GetTaskStates] = {"r0": {"a": "success", "b": "failed"}}
    runs.link.answers[data.CountDagRuns] = 7
    runs.link.answers[data.GetDagRun] = EARLIER
    first = datetime(2024, 1, 31, 7, tzinfo=UTC)
    runs.link.answers[data.GetFirstReschedule] = first.isoformat()
    runs.link.answers[data.GetTaskInstances] = [{"id": "i", "task_id": ti.task_id}]
    assert ti.get_previous_dagrun().run_id == "r0"
    assert ti.get_previous_ti().run_id == "r0"
    assert ti.get_task_states("d", run_ids=["r0"]) == {"r0": {"a": "success", "b": "failed"}}
    runs.link.answers[data.CountTaskInstances] = 1
    assert ti.get_ti_count("d", states=["failed"]) == 1
    assert ti.get_dr_count("d") == 7
    assert ti.get_dagrun_state("d", "r0") == "success"
    assert ti.get_first_reschedule_date() == first
    assert ti.task.get_dag().dag_id == "d"


def test_pulling_and_pushing(ti: Any, runs: Any) -> None:
    runs.link.put("up", [1, 2])
    for index in (0, 1):
        runs.link.put("m", index, map_index=index)
    ti.xcom_push("k", {"a": 1})
    assert json.loads(runs.link.xcoms["a", "k", -1]) == {"a": 1}
    assert ti.xcom_pull(task_ids="up") == [1, 2]
    assert ti.xcom_pull(task_ids="nothing", default="else") == "else"
    assert ti.xcom_pull(task_ids="m", map_indexes=1) == 1
    ti.xcom_pull(task_ids="up", include_prior_dates=True, dag_id="d", run_id="r0", key="return_value")
    asked = runs.link.asked[-1]
    assert (asked.include_prior_dates, asked.dag_id, asked.run_id) == (True, "d", "r0")


def rendered(runs: Any, value: Any) -> Any:
    with DAG("d"):
        made = PythonOperator(task_id="a", python_callable=lambda x: x, op_kwargs={"x": value})
    return runs.run(made)[0]


def test_rules_of_templates(runs: Any) -> None:
    """§1.14 StrictUndefined, literal, the sandbox, jinja2.ext.do, nesting."""
    with pytest.raises(TemplateFailed, match="'nothing' is undefined"):
        rendered(runs, "{{ nothing }}")
    with pytest.raises(TemplateFailed):
        rendered(runs, "{{ ().__class__ }}")
    assert rendered(runs, literal("{{ ds }}")) == "{{ ds }}"
    assert rendered(runs, {"a": ["{{ ds }}", ("{{ ds_nodash }}",)]}) == {"a": ["2024-01-31", ("20240131",)]}


def test_long_fields_are_cut_for_show(runs: Any) -> None:
    """§1.14 max_templated_field_length."""
    use(Defaults(max_templated_field_length=50))
    with DAG("d"):
        made = BashOperator(task_id="a", bash_command="x" * 500)
    shown = execution.rendered_fields(made)["bash_command"]
    assert len(shown) < 200 and shown != made.bash_command


def test_macros_with_names_of_other_languages() -> None:
    """§1.14 ds_format_locale, where Babel is installed; else the way to get it."""
    try:
        import babel  # noqa: F401
    except ImportError:
        with pytest.raises(ImportError, match="pip install babel"):
            macros.ds_format_locale("2024-01-31", "%Y-%m-%d", "EEEE", "de_DE")
    else:
        assert macros.ds_format_locale("2024-01-31", "%Y-%m-%d", "EEEE", "de_DE") == "Mittwoch"
