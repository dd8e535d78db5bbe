"""§1.15 SLA and deadline alerts with a whole system: real processes, a real mail server, kill -9."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.mail.sink import Sink
from tests.integration.system import load
from tests.integration.system.world import World, until

LATE = (
    load.HEAD
    + """
from airflow.sdk import AsyncCallback, BaseNotifier, DeadlineAlert, DeadlineReference, SyncCallback

def say(what, **more):
    with open(FACTS, "a") as file:
        file.write(json.dumps({"what": what, **more}) + "\\n")

async def late(context, colour):
    at = str(context["deadline"]["deadline_time"])
    say("async", colour=colour, run=context["dag_run"]["dag_run_id"], at=at)
    time.sleep(float(os.environ.get("CALLBACK_SECONDS", "0")))
    say("async done")

def hangs(**kwargs):
    say("hangs")
    time.sleep(600)

class Tell(BaseNotifier):
    template_fields = ("text",)
    def __init__(self, text):
        super().__init__()
        self.text = text
    def notify(self, context):
        say("notifier", text=self.text)

def alert(callback, seconds=1):
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(seconds=seconds), callback=callback)

with dag("deadlines", deadline=[
    alert(AsyncCallback(late, kwargs={"colour": "red"})),
    alert(SyncCallback(hangs)),
    alert(SyncCallback(Tell, kwargs={"text": "{{ dag_run.dag_id }} is late"})),
    alert(SyncCallback(late, kwargs={"colour": "never"}), seconds=900),
]):
    do("slow", seconds=6)

def missed(dag, task_list, blocking_task_list, slas, blocking_tis):
    say("sla", dag=dag.dag_id, tasks=task_list.split()[0], blocking=[ti.task_id for ti in blocking_tis],
        slas=[sla.task_id for sla in slas])
    raise ValueError("a bad callback")

with DAG("slas", start_date=datetime(2024, 1, 1), schedule_interval="@once", sla_miss_callback=missed,
         is_paused_upon_creation=False, default_args={"email": "a@example.com", "sla": timedelta(seconds=1)}):
    do("slow", seconds=4)
"""
)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as made:
        yield made


@pytest.fixture
def late(tmp_path: Path, sink: Sink) -> Iterator[World]:
    made = World(
        tmp_path / "home",
        AIRFLOW__SMTP__SMTP_HOST="127.0.0.1",
        AIRFLOW__SMTP__SMTP_PORT=str(sink.port),
        AIRFLOW__SMTP__SMTP_STARTTLS="False",
        AIRFLOW__CALLBACKS__CALLBACK_EXECUTION_TIMEOUT="3",
    )
    made.dags(late=LATE)
    yield made
    made.end()


def facts(world: World, what: str) -> list[dict]:
    path = world.home / "facts.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [line for line in lines if line["what"] == what]


def test_deadlines_are_told_of_once_and_harm_nothing(late: World) -> None:
    late.standalone()
    late.wait_for_dags("deadlines")
    key = late.trigger("deadlines", "r")
    until(
        lambda: facts(late, "async done") and facts(late, "notifier") and facts(late, "hangs"),
        "all are called",
    )
    late.wait_until_ended(key)
    assert late.run_state(key) == "success"
    until(lambda: not late.rows("select 1 from callback"), "the one that hangs is given up")
    assert [(told["colour"], told["run"]) for told in facts(late, "async")] == [("red", "r")]
    assert [told["text"] for told in facts(late, "notifier")] == ["deadlines is late"]
    assert len(facts(late, "hangs")) == 1
    assert late.rows("select alert from deadline where missed and kind = 'deadline' order by alert") == [
        (0,),
        (1,),
        (2,),
    ]


def test_a_scheduler_that_dies_while_it_is_told(late: World) -> None:
    late.environ["CALLBACK_SECONDS"] = "1"
    late.standalone()
    late.wait_for_dags("deadlines")
    late.trigger("deadlines", "r")
    until(
        lambda: late.rows("select 1 from deadline where missed and kind = 'deadline'"), "the miss is recorded"
    )
    late.kill("scheduler")
    until(lambda: facts(late, "async done"), "the callback was called", 30)
    until(lambda: not late.rows("select 1 from callback"), "it is recorded as done", 30)
    assert len(late.rows("select 1 from deadline where missed and kind = 'deadline'")) == 3
    assert len(facts(late, "async")) == 1


def test_an_sla(late: World, sink: Sink) -> None:
    """The callback gets what 1.x and 2.x gave it; that it raises does not keep the mail back."""
    late.standalone()
    until(lambda: sink.mails, "the mail came", 30)
    [told] = facts(late, "sla")
    assert (told["dag"], told["tasks"], told["slas"], told["blocking"]) == (
        "slas",
        "slow",
        ["slow"],
        ["slow"],
    )
    [(subject, body)] = sink.texts()
    assert subject == "[airflow] SLA miss on DAG=slas"
    assert "slow on 2024-01-01" in body
    assert late.rows("select dag_id, task_id, email_sent from sla_miss") == [("slas", "slow", 1)]
