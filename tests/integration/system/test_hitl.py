"""Human in the loop in a whole system: tasks ask, people answer by REST (features §1.8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.integration.system.world import World, until

FILE = """
import datetime, json, os, time, urllib.request
from airflow.sdk import DAG, BaseNotifier, BaseOperator, Param, task
from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLBranchOperator, HITLOperator
from airflow.providers.standard.triggers.hitl import HITLTrigger
from airflow.sdk.execution_time.hitl import upsert_hitl_detail

seconds = lambda number: datetime.timedelta(seconds=number)

class AnswersAtOnce(BaseNotifier):
    '''A bot that is quicker than the task is parked.'''
    def notify(self, context):
        base = "http://127.0.0.1:" + os.environ["PORT"]
        def send(method, path, body, **headers):
            asked = urllib.request.Request(
                base + path, json.dumps(body).encode(), headers | {"content-type": "application/json"},
                method=method,
            )
            return json.load(urllib.request.urlopen(asked))
        words = json.load(open(os.environ["AIRFLOW_HOME"] + "/simple_auth_manager_passwords.json.generated"))
        token = send("POST", "/auth/token", {"username": "admin", "password": words["admin"]})["access_token"]
        ti = context["ti"]
        path = f"/api/v2/dags/{ti.dag_id}/dagRuns/{ti.run_id}/taskInstances/{ti.task_id}/-1/hitlDetails"
        send("PATCH", path, {"chosen_options": ["Yes"]}, Authorization=f"Bearer {token}")

class ByTrigger(BaseOperator):
    '''As a provider package for Airflow 3.1 does it.'''
    def execute(self, context):
        options = dict(options=["Yes", "No"], params={})
        upsert_hitl_detail(ti_id=context["ti"].id, subject="Go?", **options)
        trigger = HITLTrigger(ti_id=context["ti"].id, timeout_datetime=None, poke_interval=0.05, **options)
        self.defer(trigger=trigger, method_name="go_on")
    def go_on(self, context, event):
        return event["chosen_options"]

with DAG("approve"):
    form = {"why": Param("-", type="string")}
    ask = ApprovalOperator(task_id="ask", subject="Deploy {{ run_id }}?", params=form)
    ask >> task(task_id="after")(lambda: "deployed")()
with DAG("plain"):
    task(task_id="one")(lambda: 1)()
with DAG("late"):
    HITLOperator(
        task_id="default", subject="?", options=["Yes", "No"], defaults="No", response_timeout=seconds(0.1)
    )
    HITLOperator(task_id="none", subject="?", options=["Yes", "No"], response_timeout=seconds(0.1))
with DAG("race"):
    HITLOperator.partial(
        task_id="ask", options=["Yes", "No"], defaults="No", response_timeout=seconds(2)
    ).expand(subject=[str(number) for number in range(12)])
with DAG("quick"):
    HITLOperator(task_id="ask", subject="?", options=["Yes", "No"], notifiers=[AnswersAtOnce()])
with DAG("others"):
    ByTrigger(task_id="ask")
with DAG("again"):
    branch = HITLBranchOperator(
        task_id="ask", subject="?", options=["left", "gone"], retries=1, retry_delay=seconds(0)
    )
    branch >> task(task_id="left")(print)()

def note(name):
    with open(os.environ["AIRFLOW_HOME"] + "/" + name, "a") as file:
        file.write("x")

class Tells(BaseNotifier):
    def notify(self, context):
        note("told")
class Slow(ApprovalOperator):
    '''Its first attempts die when they go on.'''
    def execute_complete(self, context, event):
        note("goes_on")
        if context["ti"].try_number < 3:
            time.sleep(60)
        return super().execute_complete(context, event)
with DAG("lost"):
    approved = Slow(task_id="ask", subject="Go on?", params=form, notifiers=[Tells()])
    approved >> task(task_id="after")(lambda: "deployed")()
"""
DAGS = ("approve", "plain", "late", "race", "quick", "others", "again", "lost")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A system that runs one task at a time."""
    made = World(
        tmp_path_factory.mktemp("hitl") / "h", AIRFLOW__CORE__PARALLELISM="1",
        AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION="False",
    )  # fmt: skip
    made.environ["PORT"] = str(made.port)
    made.dags(asks=FILE)
    made.standalone()
    made.wait_for_dags(*DAGS)
    yield made
    made.end()


def path(key: tuple[str, str], task: str = "ask", index: int = -1) -> str:
    return f"/dags/{key[0]}/dagRuns/{key[1]}/taskInstances/{task}/{index}/hitlDetails"


def waits(system: World, key: tuple[str, str], state: str = "awaiting_input") -> None:
    until(lambda: system.states(key).get("ask") == state, lambda: f"it waits: {system.states(key)}")


def answer(system: World, key: tuple[str, str], *chosen: str, **params: Any) -> int:
    sent = system.call("PATCH", path(key), chosen_options=list(chosen), params_input=params)
    return sent.status_code


def results(system: World, key: tuple[str, str]) -> dict[str, Any]:
    found = system.rows(
        "select task_id, value from xcom where dag_id=? and run_id=? and key='return_value'", *key
    )
    return {task: json.loads(value) for task, value in found}


def test_a_task_waits_for_a_person_and_holds_nothing(system: World) -> None:
    """One slot in all, and another run goes through it while the first one waits. No triggerer is needed."""
    key = system.trigger("approve", "deploy")
    waits(system, key)
    other = system.trigger("plain", "meanwhile")
    system.wait_until_ended(other)
    asked = system.call("GET", path(key)).json()
    assert (asked["subject"], asked["options"]) == ("Deploy deploy?", ["Approve", "Reject"])
    assert asked["task_instance"]["state"] == "awaiting_input"
    assert answer(system, key, "Approve", why="tested") == 200
    assert answer(system, key, "Reject") == 409
    system.wait_until_ended(key)
    assert system.states(key) == {"ask": "success", "after": "success"}
    told = results(system, key)["ask"]
    assert (told["params_input"], told["responded_by_user"]["id"]) == ({"why": "tested"}, "admin")
    log = system.task_log(*key, "ask")
    parts = [
        "Waiting for an answer to",
        "Task waits for a person's answer",
        "Approved",
        "Task ended: success",
    ]
    assert [log.index(part) for part in parts] == sorted(log.index(part) for part in parts)
    assert system.rows("select try_number, dispatch from task_instance where task_id='ask'") == [(1, 2)]


def test_nobody_answers_in_time(system: World) -> None:
    key = system.trigger("late", "r")
    system.wait_until_ended(key)
    assert system.states(key) == {"default": "success", "none": "failed"}
    assert results(system, key)["default"]["chosen_options"] == ["No"]
    shown = system.call("GET", path(key, "default")).json()
    assert (shown["chosen_options"], shown["responded_by_user"]) == (["No"], None)
    assert "HITLTimeoutError: Nobody answered" in system.task_log(*key, "none")
    late = system.call("PATCH", path(key, "none"), chosen_options=["Yes"])
    assert (late.status_code, "it is failed" in late.text) == (409, True)


def test_answers_that_race_with_the_time_out(system: World) -> None:
    """Whoever comes first: each task does what its request says, and who was told 200 was heard."""
    key = system.trigger("race", "r")
    sql = "select trigger_timeout from task_instance where dag_id='race' and map_index=?"

    def send(index: int) -> int:
        """Shortly before or after the scheduler's clock says that the time is over."""
        due = until(lambda: [at for (at,) in system.rows(sql, index) if at], f"{index} waits")[0]
        moment = datetime.fromisoformat(due).replace(tzinfo=UTC) + timedelta(milliseconds=4 * (index - 8))
        until(lambda: datetime.now(UTC) >= moment, "the moment has come")
        return system.call("PATCH", path(key, index=index), chosen_options=["Yes"]).status_code

    with ThreadPoolExecutor(12) as pool:
        sent = dict(enumerate(pool.map(send, range(12))))
    system.wait_until_ended(key)
    assert set(sent.values()) <= {200, 409}
    found = system.rows("select map_index, value from xcom where dag_id='race' and key='return_value'")
    told = {index: json.loads(value)["chosen_options"] for index, value in found}
    assert told == {index: ["Yes"] if status == 200 else ["No"] for index, status in sent.items()}
    rows = system.rows(
        "select ti.map_index, h.chosen_options from hitl_detail h join task_instance ti on ti.id = h.ti_id"
        " where ti.dag_id='race'"
    )
    assert {index: json.loads(value) for index, value in rows} == told


def test_an_answer_that_comes_before_the_task_waits(system: World) -> None:
    key = system.trigger("quick", "r")
    system.wait_until_ended(key)
    assert system.states(key) == {"ask": "success"}, system.task_log(*key, "ask")
    assert results(system, key)["ask"]["chosen_options"] == ["Yes"]


def test_an_operator_that_waits_with_a_trigger(system: World) -> None:
    key = system.trigger("others", "r")
    waits(system, key, "deferred")
    assert answer(system, key, "No") == 200
    system.wait_until_ended(key)
    assert results(system, key) == {"ask": ["No"]}


def test_each_try_asks_anew_and_what_was_answered_is_kept(system: World) -> None:
    key = system.trigger("again", "r")
    waits(system, key)
    assert answer(system, key, "gone") == 200
    until(
        lambda: system.rows("select 1 from task_instance where dag_id='again' and try_number=2"), "it failed"
    )
    waits(system, key)
    assert answer(system, key, "left") == 200
    system.wait_until_ended(key)
    assert system.states(key) == {"ask": "success", "left": "success"}
    tries = [system.call("GET", f"{path(key)}/tries/{number}").json() for number in (1, 2)]
    assert [one["chosen_options"] for one in tries] == [["gone"], ["left"]]
    assert [one["task_instance"]["state"] for one in tries] == ["failed", "success"]


def test_an_answer_outlives_the_workers_that_it_was_told(system: World) -> None:
    """Two worker hosts die in what follows the answer; nobody is asked, or notified, a second time."""
    key = system.trigger("lost", "r")
    waits(system, key)
    assert answer(system, key, "Approve", why="tested") == 200
    goes_on = system.home / "goes_on"
    for number in (1, 2):
        until(lambda n=number: goes_on.exists() and len(goes_on.read_text()) == n, f"attempt {number}")
        killed = system.kill("worker-host")
        until(lambda gone=killed: gone not in system.find("worker-host"), "it is dead")
    system.wait_until_ended(key)
    assert system.states(key) == {"ask": "success", "after": "success"}
    assert results(system, key)["ask"]["params_input"] == {"why": "tested"}
    assert ((system.home / "told").read_text(), goes_on.read_text()) == ("x", "xxx")
    tries = [system.call("GET", f"{path(key)}/tries/{number}").json() for number in (1, 2, 3)]
    assert {one["responded_at"] for one in tries} == {tries[0]["responded_at"]}
    assert {one["responded_by_user"]["id"] for one in tries} == {"admin"}


def test_a_power_cut_while_somebody_thinks(system: World) -> None:
    """Every process is killed; what was asked waits on, and can be answered afterwards."""
    key, late = system.trigger("approve", "cut"), system.trigger("approve", "marked")
    waits(system, key)
    waits(system, late)
    system.kill_everything()
    system.standalone()
    assert system.states(key)["ask"] == "awaiting_input"
    assert answer(system, key, "Reject") == 200
    system.wait_until_ended(key)
    assert system.states(key) == {"ask": "success", "after": "skipped"}
    mark = f"/dags/approve/dagRuns/{late[1]}/taskInstances/ask"
    assert system.call("PATCH", mark, new_state="failed").status_code == 200
    system.wait_until_ended(late)
    assert system.states(late) == {"ask": "failed", "after": "upstream_failed"}
    assert answer(system, late, "Approve") == 409
