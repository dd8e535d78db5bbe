"""What the kit lets a test see of a DAG."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tradewind.authoring import scope
from tradewind.authoring.asset_decorator import asset
from tradewind.authoring.assets import Asset
from tradewind.authoring.dag import DAG
from tradewind.authoring.dag_run import DagRun
from tradewind.authoring.decorators import task
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.python import BranchPythonOperator, PythonOperator
from tradewind.authoring.params import Param
from tradewind.authoring.sensor import BaseSensorOperator
from tradewind.authoring.trigger import BaseTrigger
from tradewind.authoring.variable import Variable
from tradewind.domain.errors import AirflowSkipException, ParamValidationError
from tradewind.runtime.clock import SystemClock
from tradewind.secrets import Connection
from tradewind.testing import kit

START = datetime(2024, 1, 1, tzinfo=UTC)


class Never(BaseTrigger):
    """Nobody would wait for it."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Never", {}

    async def run(self) -> Any:
        raise AssertionError("the event was given")
        yield


class Defers(PythonOperator):
    def execute(self, context: Any) -> None:
        self.defer(trigger=Never(), method_name="resume")

    def resume(self, context: Any, event: Any) -> Any:
        return event["answer"]


class Third(BaseSensorOperator):
    looks = 0

    def poke(self, context: Any) -> bool:
        type(self).looks += 1
        return type(self).looks % 3 == 0


def sensor(mode: str) -> DAG:
    Third.looks = 0
    with DAG("waits", start_date=START) as dag:
        Third(task_id="third", mode=mode, poke_interval=3600)
    return dag


def test_states_values_tries_and_order() -> None:
    """Item 11: a DAG runs by the rules of the scheduler, mapped tasks and retries included."""

    def broken_at_first(ti: Any) -> str:
        if ti.try_number == 1:
            raise RuntimeError("not yet")
        return "there"

    with DAG("d", start_date=START) as dag:
        numbers = task(task_id="numbers")(lambda: [1, 2])()
        doubled = task(task_id="double")(lambda x: x * 2).expand(x=numbers)
        total = task(task_id="total")(lambda values: sum(values, start=0))(doubled)
        late = PythonOperator(
            task_id="late", python_callable=broken_at_first, retries=1, retry_delay=timedelta(days=2)
        )
        total >> late
    clock = kit.FakeTime(START)
    run = kit.run_dag(dag, clock=clock)
    assert run.state == "success"
    assert run.states == {
        "numbers": "success", "double[0]": "success", "double[1]": "success", "total": "success",
        "late": "success",
    }  # fmt: skip
    assert run.values == {"numbers": [1, 2], "double": [2, 4], "total": 6, "late": "there"}
    assert run.xcom("double", map_index=1) == 4
    assert run.tries["late"] == 2
    assert run.order[0] == "numbers" and run.order[-2:] == ["late", "late"]
    assert clock.now() == run.ended_at >= START + timedelta(days=2)


def test_what_went_wrong_is_told() -> None:
    def breaks() -> None:
        raise ValueError("no such table")

    def passes() -> None:
        raise AirflowSkipException("nothing to do")

    with DAG("d", start_date=START) as dag:
        PythonOperator(task_id="breaks", python_callable=breaks)
        PythonOperator(task_id="passes", python_callable=passes)
        choice = BranchPythonOperator(task_id="choice", python_callable=lambda: "left")
        choice >> [PythonOperator(task_id=side, python_callable=print) for side in ("left", "right")]
    run = kit.run_dag(dag)
    assert (run.state, run.states["right"], run.states["left"]) == ("failed", "skipped", "success")
    assert "no such table" in run.reasons["breaks"]
    assert "no such table" in repr(run)
    assert "nothing to do" in run.reasons["passes"]


@pytest.mark.parametrize("mode", ["poke", "reschedule"])
def test_sensors_wait_in_no_time(mode: str) -> None:
    clock = kit.FakeTime(START)
    run = kit.run_dag(sensor(mode), clock=clock)
    assert run.state == "success"
    assert clock.now() - START == timedelta(hours=2)
    assert run.order == ["third"] * (1 if mode == "poke" else 3)


def test_a_deferred_task_gets_the_event_of_the_test() -> None:
    with DAG("d", start_date=START) as dag:
        Defers(task_id="waits", python_callable=print)
    assert kit.run_dag(dag, events={"waits": {"answer": 42}}).values == {"waits": 42}
    assert kit.run_task(dag.get_task("waits"), event={"answer": 43}).value == 43


def test_conf_and_logical_date() -> None:
    with DAG("d", start_date=START, params={"n": 1}) as dag:
        PythonOperator(task_id="told", python_callable=lambda ds, params: f"{ds} {params['n']}")
    run = kit.run_dag(dag, conf={"n": 5}, logical_date=datetime(2024, 2, 29))
    assert run.values["told"] == "2024-02-29 5"


def test_one_task_with_what_is_above_it_given() -> None:
    with DAG("d", start_date=START) as dag:
        first = task(task_id="first")(lambda: 1 / 0)()
        second = task(task_id="second", trigger_rule="all_failed", retries=3)(lambda x: x + 1)(first)
    alone = kit.run_task(second, xcoms={"first": 41})
    assert (alone.state, alone.value) == ("success", 42)
    failed = kit.run_task(dag.get_task("first"))
    assert failed.state == "failed"
    assert "division by zero" in failed.reason


def test_one_instance_of_a_mapped_task() -> None:
    with DAG("d", start_date=START):
        doubled = task(task_id="double")(lambda x: x * 2).expand(x=[5, 6, 7])
    assert kit.run_task(doubled, map_index=2).value == 14


def test_a_task_without_a_dag() -> None:
    def push(ti: Any) -> None:
        ti.xcom_push("rows", 3)

    assert kit.run_task(PythonOperator(task_id="alone", python_callable=push)).xcom("rows") == 3


def test_variables_and_connections_made_up() -> None:
    from tradewind import secrets

    things, before = kit.FakeThings(), secrets.current()
    things.variables.update(bucket="s3://test", limits={"rows": 5})
    things.connections.update(a="postgresql://me@db:5433/x", b={"host": "h"}, c=Connection("c", host="i"))
    secrets.use(things.chain)
    try:
        assert Variable.get("bucket") == "s3://test"
        assert Variable.get("limits", deserialize_json=True) == {"rows": 5}
        assert Variable.get("other", default_var=None) is None
        found = [things.chain.get_connection(name) for name in "abcd"]
    finally:
        secrets.use(before)
    assert [one and one.host for one in found] == ["db", "h", "i", None]


def test_time_stands_still_and_skips() -> None:
    with kit.skipping(kit.FakeTime()) as clock:
        clock.move_to(datetime(2030, 1, 1))
        assert SystemClock().now() == datetime(2030, 1, 1, tzinfo=UTC)
        time.sleep(86_400)
        assert SystemClock().now() == datetime(2030, 1, 2, tzinfo=UTC)
    assert SystemClock().now().year < 2030 or datetime.now().year >= 2030


def test_the_runs_are_performed_in_this_process() -> None:
    """Without forks: what a task changes is seen by the test."""
    seen: list[str] = []
    with DAG("d", start_date=START) as dag:
        PythonOperator(task_id="a", python_callable=lambda: seen.append("a"))
    kit.run_dag(dag)
    assert seen == ["a"]


def test_state_stores_and_any_xcom_of_a_local_run() -> None:
    """§1.12 state stores, and Airflow 1.x's and 2.x's ``key=None``: what was pushed last."""
    table = Asset("t", uri="s3://t")

    @task(retries=1, retry_delay=timedelta(0), inlets=[table], outlets=[table])
    def keeps(ti: Any = None, task_state_store: Any = None, asset_state_store: Any = None) -> None:
        asset_state_store[table].set("seen", ti.try_number)
        task_state_store.set("gone", 1)
        task_state_store.delete("gone")
        ti.xcom_push("first", "1")
        ti.xcom_push("last", [task_state_store.get("at"), task_state_store.get("gone", "no")])
        task_state_store.set("at", "the first try")
        if ti.try_number == 1:
            raise RuntimeError("once more")

    @task(inlets=[table])
    def reads(ti: Any = None, task_state_store: Any = None, asset_state_store: Any = None) -> Any:
        several = ti.xcom_pull(task_ids=["keeps", "nothing"], key=None)
        assert task_state_store.get("at") is None, "another task's"
        return [ti.xcom_pull(task_ids="keeps", key=None), several, asset_state_store[table].get("seen")]

    with DAG("keeps", start_date=START) as dag:
        keeps() >> reads() << EmptyOperator(task_id="nothing")
    last = ["the first try", "no"]
    assert kit.run_dag(dag).values["reads"] == [last, [last, None], 2]


def test_an_asset_is_read_by_its_name() -> None:
    """With the uri that the DAG beside it gives; one that nobody defines has its name for a uri."""

    @asset(schedule=None, uri="s3://bucket/orders", group="sales")
    def orders() -> None: ...

    @asset(schedule=None)
    def report(orders: Any, elsewhere: Any) -> list[str]:
        return [orders.name, orders.uri, orders.group, elsewhere.uri]

    reader = next(dag for dag in reversed(scope.registered()) if dag.dag_id == "report")
    assert kit.run_dag(reader).values["report"] == ["orders", "s3://bucket/orders", "sales", "elsewhere"]


def test_a_run_without_a_required_param_is_refused() -> None:
    with DAG("asks", start_date=START, params={"name": Param(type="string")}) as dag:
        EmptyOperator(task_id="a")
    with pytest.raises(ParamValidationError, match="'name'"):
        kit.run_dag(dag)
    with pytest.raises(ParamValidationError, match="name"):
        kit.run_dag(dag, conf={"name": 5})
    assert kit.run_dag(dag, conf={"name": "x"}).state == "success"


def test_a_command_gives_several_outputs() -> None:
    """§1.5 ``@task.bash`` with ``multiple_outputs``, as the standard provider's newest example uses it."""

    @task.bash(multiple_outputs=True, output_processor=json.loads)
    def counts() -> str:
        return """echo '{"files": 3, "place": "here"}'"""

    @task.bash
    def says(place: str) -> str:
        return f"echo {place}"

    with DAG("outputs", start_date=START) as dag:
        says(counts()["place"])
    run = kit.run_dag(dag)
    assert (run.xcom("counts", "files"), run.values["says"]) == (3, "here")


class Unread:
    """Travels one way only."""

    def serialize(self) -> dict[str, Any]:
        return {"n": 1}

    @staticmethod
    def deserialize(data: dict[str, Any], version: int) -> Unread:
        raise RuntimeError("lost on the way")


def test_values_are_what_tasks_returned() -> None:
    """Not what XComs are kept as: dates, tuples, own classes; each is read when it is asked for."""
    found = {"at": START, "for": timedelta(days=1), "pair": (1, 2), "all": {3}}
    with DAG("dates", start_date=START) as dag:
        PythonOperator(task_id="says", python_callable=lambda: found)
        PythonOperator.partial(task_id="each", python_callable=lambda at: at).expand(
            op_args=[[START], [START]]
        )
        PythonOperator(task_id="odd", python_callable=Unread)
    run = kit.run_dag(dag)
    assert run.xcom("says") == found
    assert dag.test(START).task_states["says"] == "success", "what nobody asks for harms nobody"
    with pytest.raises(RuntimeError, match="lost on the way"):
        _ = run.values
    assert kit.run_task(dag.get_task("says")).value == found
    dag.task_dict.pop("odd")
    assert kit.run_dag(dag).values == {"says": found, "each": [START, START]}
    assert dag.test(START).results == {"says": found, "each": [START, START]}


def test_task_instances_and_runs_as_tasks_ask_for_them() -> None:
    with DAG("summary", start_date=START, schedule=None) as made:

        @task
        def broken() -> None:
            raise ValueError("no")

        @task
        def fine(x: int) -> None: ...

        @task(trigger_rule="all_done")
        def summary(dag_run: Any, ti: Any) -> list[Any]:
            assert DagRun.find("summary", state="running")[0].run_id == dag_run.run_id
            assert not DagRun.find("other") and not DagRun.find(state="failed")
            assert dag_run.get_task_instance("summary").state == ti.current_state() == "running"
            return [[one.task_id, one.map_index, one.state] for one in dag_run.get_task_instances()]

        [broken(), fine.expand(x=[1, 2])] >> summary()
    ended = made.test()
    assert [one.task_id for one in ended.get_task_instances(state="failed")] == ["broken"]
    assert ended.get_task_instance("fine", map_index=1).state == "success"
    assert ended.get_task_instance("nobody") is None
    done = kit.run_dag(made)
    assert done.xcom("summary") == [
        ["broken", -1, "failed"], ["fine", 0, "success"], ["fine", 1, "success"], ["summary", -1, "running"],
    ]  # fmt: skip
