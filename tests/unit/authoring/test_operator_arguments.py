"""§1.8 Arguments of operators that no other test asks about; §1.9, §1.10 who waits where; §1.13 all of a
Param.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from tradewind.authoring import params, schedules, timetable_base, to_spec
from tradewind.authoring.assets import Asset, AssetAll, AssetAny, Model
from tradewind.authoring.assets import AssetAccessControl as AccessControl
from tradewind.authoring.context import Context
from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.defaults import Defaults, use
from tradewind.authoring.hooks.dbapi import DriverMissing
from tradewind.authoring.hooks.sql import MySqlHook, PostgresHook
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.empty import EmptyOperator, SmoothOperator
from tradewind.authoring.operators.python import PythonOperator
from tradewind.authoring.operators.trigger_dagrun import TriggerDagRunOperator
from tradewind.authoring.operators.virtualenv import (
    BranchExternalPythonOperator,
    BranchPythonVirtualenvOperator,
)
from tradewind.authoring.sensors.date_time import DateTimeSensorAsync
from tradewind.authoring.sensors.time import TimeSensorAsync
from tradewind.authoring.sensors.time_delta import TimeDeltaSensorAsync
from tradewind.authoring.trigger import BaseEventTrigger, BaseTrigger, TriggerEvent
from tradewind.authoring.triggers.temporal import DateTimeTrigger
from tradewind.domain import errors
from tradewind.domain.errors import AirflowTimetableInvalid
from tradewind.domain.messages import data


def triggered(runs: Any, **options: Any) -> data.TriggerDagRun:
    """What a TriggerDagRunOperator asks for."""
    runs.link.answers[data.TriggerDagRun] = {"run_id": "r", "dag_is_paused": False}
    with DAG("d"):
        made = TriggerDagRunOperator(task_id="a", trigger_dag_id="o", **options)
    runs.run(made)
    return next(request for request in runs.link.asked if isinstance(request, data.TriggerDagRun))


def test_what_a_trigger_asks_for(runs: Any) -> None:
    at = datetime(2024, 3, 1, tzinfo=UTC)
    asked = triggered(
        runs, trigger_run_id="mine", conf={"a": 1}, logical_date=at, run_after=at, reset_dag_run=True,
        note="why", fail_when_dag_is_paused=True,
    )  # fmt: skip
    assert asked == data.TriggerDagRun(
        dag_id="o", run_id="mine", conf='{"a": 1}', logical_date=at, run_after=at, reset=True, note="why",
        fail_when_paused=True,
    )  # fmt: skip


@pytest.mark.parametrize(("state", "fails"), [("failed", False), ("success", True)])
def test_which_ends_are_good(runs: Any, state: str, fails: bool) -> None:
    """allowed_states, failed_states."""
    at = datetime(2024, 1, 1, tzinfo=UTC)
    runs.link.answers[data.GetDagRun] = {
        "dag_id": "o", "run_id": "r", "run_type": "manual", "run_after": at, "state": state,
    }  # fmt: skip
    options = {"allowed_states": ["failed"], "failed_states": ["success"], "poke_interval": 0}
    if fails:
        with pytest.raises(errors.AirflowException, match="ended in state success"):
            triggered(runs, wait_for_completion=True, **options)
    else:
        triggered(runs, wait_for_completion=True, **options)


def test_bash_in_another_encoding(runs: Any, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("Grüße".encode("latin-1"))
    with DAG("d"):
        made = BashOperator(
            task_id="a", bash_command="cat latin", cwd=str(tmp_path), output_encoding="latin-1",
            env={"A": "1"}, append_env=True, output_processor=str.upper,
        )  # fmt: skip
    assert runs.run(made)[0] == "GRÜSSE"


def test_files_in_templates_dict(runs: Any, tmp_path: Path) -> None:
    """templates_exts."""
    (tmp_path / "q.sql").write_text("select '{{ ds }}'")
    with DAG("d", template_searchpath=str(tmp_path)):
        made = PythonOperator(
            task_id="a", python_callable=lambda templates_dict: templates_dict["query"],
            templates_dict={"query": "q.sql"}, templates_exts=[".sql"],
        )  # fmt: skip
    assert runs.run(made)[0] == "select '2024-01-31'"


def test_a_smooth_operator_does_nothing(runs: Any) -> None:
    """SmoothOperator."""
    with DAG("d"):
        made = SmoothOperator(task_id="a")
    assert runs.run(made)[0] is None
    assert to_spec.task_spec(made).is_empty


def chooses() -> str:
    return "left"


def test_branches_in_other_pythons(runs: Any) -> None:
    """BranchPythonVirtualenvOperator, BranchExternalPythonOperator; §1.3 branch_virtualenv."""
    with DAG("d") as dag:
        here = BranchExternalPythonOperator(task_id="a", python=sys.executable, python_callable=chooses)
        BranchPythonVirtualenvOperator(
            task_id="b",
            python_callable=chooses,
            requirements=["x"],
            python_version="3.12",
            index_urls=["https://i"],
        )

        @task.branch_virtualenv(requirements=["x"])
        def decorated() -> str:
            return "left"

        decorated()
        here >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
    assert runs.run(here)[1].skip == ("right",)
    assert isinstance(dag.get_task("decorated"), BranchPythonVirtualenvOperator)


def test_hooks_of_databases_say_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    """MySqlHook, PostgresHook, without their drivers."""
    monkeypatch.setenv("AIRFLOW_CONN_M", "mysql://h/db")
    monkeypatch.setenv("AIRFLOW_CONN_P", "postgres://h/db")
    from tradewind.authoring.hooks import dbapi

    def refuse(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(dbapi.importlib, "import_module", refuse)
    with pytest.raises(DriverMissing, match="pip install mysqlclient"):
        MySqlHook("m").get_conn()
    with pytest.raises(DriverMissing, match="psycopg"):
        PostgresHook("p").get_conn()


@pytest.mark.parametrize(
    ("sensor", "options"),
    [
        (TimeSensorAsync, {"target_time": time(23, 59)}),
        (DateTimeSensorAsync, {"target_time": "2999-01-01T00:00:00+00:00"}),
        (TimeDeltaSensorAsync, {"delta": timedelta(days=99999)}),
    ],
)
def test_sensors_that_always_wait_elsewhere(runs: Any, sensor: Any, options: dict[str, Any]) -> None:
    """§1.9 TimeSensorAsync, DateTimeSensorAsync, TimeDeltaSensorAsync."""
    with DAG("d"):
        made = sensor(task_id="a", **options)
    with pytest.raises(errors.TaskDeferred) as deferred:
        runs.run(made)
    assert isinstance(deferred.value.trigger, DateTimeTrigger)


def test_where_to_wait_by_default(runs: Any) -> None:
    """§1.10 [operators] default_deferrable."""
    from tradewind.authoring.sensors.date_time import DateTimeSensor

    with DAG("d"):
        assert DateTimeSensor(task_id="a", target_time="2999-01-01").deferrable is False
        use(Defaults(deferrable=True))  # default_deferrable
        assert DateTimeSensor(task_id="b", target_time="2999-01-01").deferrable is True


class Ticks(BaseEventTrigger):
    """Fires twice."""

    ended: list[str] = []  # noqa: RUF012 - of the test

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Ticks", {}

    async def run(self) -> Any:
        yield TriggerEvent(1)
        yield TriggerEvent(2)

    async def cleanup(self) -> None:
        self.ended.append("cleanup")

    async def on_kill(self) -> None:
        self.ended.append("on_kill")


def test_what_triggers_may_define() -> None:
    """§1.10 BaseTrigger: queue, cleanup, on_kill; BaseEventTrigger."""

    async def all_of(trigger: BaseTrigger) -> list[Any]:
        found = [event.payload async for event in trigger.run()]
        await trigger.cleanup()
        await trigger.on_kill()
        return found

    trigger = Ticks(queue="gpu")
    assert trigger.queue == "gpu"
    assert asyncio.run(all_of(trigger)) == [1, 2]
    assert trigger.ended == ["cleanup", "on_kill"]


def test_kinds_of_assets() -> None:
    """§1.11 Model, AssetAll, AssetAny, access_control."""
    control = AccessControl(producer_teams=["a"], consumer_teams=["b"])
    model = Model(name="m", uri="s3://m", group="models", access_control=control)
    assert (model.asset_type, model.group, model.access_control) == ("model", "models", control)
    one, other = Asset("one"), Asset("other")
    assert (one & other).as_expression() == AssetAll(one, other).as_expression()
    assert (one | other).as_expression() == AssetAny(one, other).as_expression()


def test_timetables_that_have_no_time_of_their_own() -> None:
    """§1.11, §1.12 PartitionedAssetTimetable, PartitionedAtRuntime, can_be_scheduled, active_runs_limit."""
    assert not schedules.PartitionedAtRuntime().can_be_scheduled
    assert not schedules.NullTimetable().can_be_scheduled
    assert schedules.ContinuousTimetable().active_runs_limit == 1
    by_partition = schedules.PartitionedAssetTimetable(assets=Asset("a"))
    assert by_partition.can_be_scheduled and by_partition.summary == "PartitionedAssetTimetable"


def test_everything_that_a_form_needs_of_a_param() -> None:
    """§1.13 title, section, examples, values_display, description_md and the other words of the schema."""
    words = {
        "type": ["string", "null"], "title": "T", "section": "S", "enum": ["a", "b"], "examples": ["a"],
        "values_display": {"a": "A"}, "description_md": "**d**", "format": "multiline", "minLength": 1,
        "maxLength": 9, "pattern": ".*", "const": "a",
    }  # fmt: skip
    with DAG("d", params={"p": params.Param("a", description="what", **words)}) as dag:
        EmptyOperator(task_id="t")
    spec = to_spec.to_spec(dag).params["p"]
    assert (spec.value, spec.description, spec.schema, spec.required) == ("a", "what", words, False)


def test_whether_conf_overrides_params(runs: Any) -> None:
    """§1.13 [core] dag_run_conf_overrides_params."""
    with DAG("d", params={"n": 1}):
        made = EmptyOperator(task_id="a")
    assert dict(Context.of(runs.ti(made, conf={"n": 2}))["params"]) == {"n": 2}
    use(Defaults(conf_overrides_params=False))  # dag_run_conf_overrides_params
    assert dict(Context.of(runs.ti(made, conf={"n": 2}))["params"]) == {"n": 1}


def test_an_interval_that_a_variable_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """§1.15 VariableInterval."""
    from tradewind.authoring.deadlines import VariableInterval

    monkeypatch.setenv("AIRFLOW_VAR_SECONDS", json.dumps(90))
    assert VariableInterval("seconds").total_seconds() == 90.0
    monkeypatch.setenv("AIRFLOW_VAR_SECONDS", "soon")
    with pytest.raises(errors.InvalidValue, match="a number of seconds"):
        VariableInterval("seconds").total_seconds()


def test_the_queue_of_tasks_that_name_none() -> None:
    """§1.17 [operators] default_queue, queue; [core] max_active_tasks_per_dag, max_active_runs_per_dag."""
    use(Defaults(queue="fast", max_active_tasks=5, max_active_runs=6))  # default_queue
    with DAG("d") as dag:
        spec = to_spec.task_spec(EmptyOperator(task_id="a"))
    assert (spec.queue, dag.max_active_tasks, dag.max_active_runs) == ("fast", 5, 6)


def test_run_ordering_of_ones_own_timetable_is_read() -> None:
    """§1.12 run_ordering."""

    class Newest(timetable_base.Timetable):
        run_ordering = ["run_after"]  # noqa: RUF012 - as people write it

    assert Newest().spec().run_ordering == ("run_after",)
    Newest.run_ordering = "run_after"
    with pytest.raises(AirflowTimetableInvalid, match="run_ordering of timetable Newest must be a list"):
        Newest().spec()
