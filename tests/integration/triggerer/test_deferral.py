"""Tasks that wait without a process (features §1.10 "Deferrable operators and triggers")."""

from __future__ import annotations

from tests.integration.system.world import World, until

HEAD = """
import asyncio, datetime, time
from airflow.sdk import DAG, BaseOperator, Variable
from airflow.triggers.base import BaseTrigger, TriggerEvent
from airflow.providers.standard.triggers.temporal import DateTimeTrigger, TimeDeltaTrigger
from airflow.exceptions import TaskDeferralError, TaskDeferralTimeout
soon = lambda seconds=0.3: TimeDeltaTrigger(datetime.timedelta(seconds=seconds))

class Waits(BaseOperator):
    def __init__(self, trigger, timeout=None, **more):
        super().__init__(**more)
        self.trigger, self.timeout = trigger, timeout
    def execute(self, context):
        print("before")
        self.defer(trigger=self.trigger(), method_name="go_on", kwargs={"told": "so"}, timeout=self.timeout)
    def go_on(self, context, event, told):
        print("after", event, told)
        return [str(event), told]
"""


def run(world: World, dag: str, text: str, name: str = "r") -> tuple[str, str]:
    """A run of a new DAG, to its end."""
    key = begin(world, dag, text, name)
    world.wait_until_ended(key)
    return key


def begin(world: World, dag: str, text: str, name: str = "r") -> tuple[str, str]:
    world.dags(**{dag: HEAD + text})
    if "scheduler" not in world.processes:
        world.start("scheduler")
    world.wait_for_dags(dag)
    done = world.run("dags", "trigger", dag, "-r", name)
    assert done.returncode == 0, done.stderr
    return dag, name


TWO = "with DAG('d'): Waits(task_id='a', trigger=soon) >> Waits(task_id='b', trigger=soon)"


def test_a_task_goes_on_with_the_event_in_the_same_try(world: World) -> None:
    """… and its log tells of all three parts. The triggerer is started when it is first needed."""
    world.dags(d=HEAD + TWO)
    world.start("scheduler")
    world.wait_for_dags("d")
    assert not world.find("triggerer")
    key = run(world, "d", TWO)
    assert world.run_state(key) == "success", world.task_log(*key, "a")
    assert len(world.find("triggerer")) == 1
    log = world.task_log(*key, "a")
    parts = ["before", "Task waits for the trigger", "Trigger fired", "after", "Task ended: success"]
    assert [log.index(part) for part in parts] == sorted(log.index(part) for part in parts)
    assert world.rows("select count(*) from trigger") == [(0,)]
    assert {tries for (tries,) in world.rows("select try_number from task_instance")} == {1}
    assert world.rows("select state from job where job_type='TriggererJob'") == [("running",)]


FAILS = """
class Fails(BaseTrigger):
    def serialize(self):
        return f"{__name__}.Fails", {}
    async def run(self):
        print("about to")
        yield_nothing = None
        raise ValueError("the reason why")
        yield
class Careful(Waits):
    def resume_execution(self, next_method, next_kwargs, context):
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except TaskDeferralTimeout as error:
            return f"late: {error}"
        except TaskDeferralError as error:
            return f"caught: {error}"
with DAG('d') as dag:
    Waits(task_id='fails', trigger=Fails)
    Waits(task_id='late', trigger=lambda: soon(600), timeout=datetime.timedelta(seconds=0.2))
    Careful(task_id='caught', trigger=Fails)
    Careful(task_id='passed', trigger=lambda: soon(600), timeout=datetime.timedelta(seconds=0.2))
    Waits(task_id='again', trigger=Fails, retries=1, retry_delay=datetime.timedelta(0))
"""


def test_a_trigger_that_fails_or_is_late_fails_its_task_with_the_reason(world: World) -> None:
    """… in the task's own process, where it may be caught or retried. The class stands in the DAG file."""
    key = run(world, "d", FAILS)
    states = world.states(key)
    assert states == {
        "fails": "failed", "late": "failed", "caught": "success", "passed": "success", "again": "failed",
    }  # fmt: skip
    log = world.task_log(*key, "fails")
    assert 'raise ValueError(\\"the reason why\\")' in log and "about to" in log
    assert "TaskDeferralError: Trigger failure" in log
    assert "TaskDeferralTimeout: Trigger timeout" in world.task_log(*key, "late")
    values = dict(world.rows("select task_id, value from xcom where key='return_value'"))
    assert values == {"caught": '"caught: Trigger failure"', "passed": '"late: Trigger timeout"'}
    assert "the reason why" in world.task_log(*key, "again", 2)
    until(lambda: world.rows("select count(*) from trigger") == [(0,)], "no trigger is left")


def test_a_trigger_asks_for_variables_and_for_other_runs(world: World) -> None:
    """… through the data door, as the try that waits for it; WorkflowTrigger waits for another DAG."""
    world.dags(
        other=HEAD + "with DAG('other'): Waits(task_id='o', trigger=soon)",
    )
    key = begin(
        world, "d", '''
from airflow.providers.standard.triggers.external_task import DagStateTrigger, WorkflowTrigger
class Asks(BaseTrigger):
    def serialize(self):
        return f"{__name__}.Asks", {}
    async def run(self):
        while (found := await asyncio.to_thread(Variable.get, "colour", None)) is None:
            await asyncio.sleep(0.05)
        yield TriggerEvent(found)
flow = lambda: WorkflowTrigger("other", run_ids=["o1"], external_task_ids=["o"], poke_interval=0.1)
state = lambda: DagStateTrigger("other", states=["success"], run_ids=["o1"], poll_interval=0.1)
with DAG('d'):
    Waits(task_id='asks', trigger=Asks)
    Waits(task_id='flow', trigger=flow)
    Waits(task_id='state', trigger=state)
'''
    )  # fmt: skip
    assert world.run("variables", "set", "colour", "teal").returncode == 0
    world.wait_for_dags("other")
    until(lambda: world.states(key).get("flow") == "deferred", "it waits for the other DAG")
    assert world.run("dags", "trigger", "other", "-r", "o1").returncode == 0
    world.wait_until_ended(key)
    assert set(world.states(key).values()) == {"success"}, world.task_log(*key, "asks")
    assert "after teal" in world.task_log(*key, "asks")
    assert "'status': 'success'" in world.task_log(*key, "flow")
    assert "'o1': 'success'" in world.task_log(*key, "state")


START = """
from airflow.triggers.base import StartTriggerArgs, TaskSuccessEvent, TaskFailedEvent, TaskSkippedEvent
from airflow.sdk import task
class Ends(BaseTrigger):
    def __init__(self, how):
        super().__init__()
        self.how = how
    def serialize(self):
        return f"{__name__}.Ends", {"how": self.how}
    async def run(self):
        how = {"success": TaskSuccessEvent, "failed": TaskFailedEvent, "skipped": TaskSkippedEvent}[self.how]
        yield how(xcoms={"return_value": [1, 2]} if self.how == "success" else None)
class FromTrigger(BaseOperator):
    start_from_trigger = True
    def __init__(self, cls, kwargs, **more):
        super().__init__(**more)
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls=cls, trigger_kwargs=kwargs, next_method="go_on", next_kwargs={"told": "so"})
    def execute(self, context):
        raise RuntimeError("it began in a process")
    def go_on(self, context, event=None, told=None):
        if context["ti"].try_number == 1:
            raise ValueError("once more")
        return told
def called(context):
    Variable.set("called_" + context["ti"].task_id, "yes")
moment = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
date_time = "airflow.providers.standard.triggers.temporal.DateTimeTrigger"
with DAG('d') as dag:
    FromTrigger(task_id='starts', cls=date_time, kwargs={"moment": moment}, retries=1,
        retry_delay=datetime.timedelta(0))
    good = FromTrigger(task_id='good', cls=f"{__name__}.Ends", kwargs={"how": "success"},
        on_success_callback=called)
    FromTrigger(task_id='bad', cls=f"{__name__}.Ends", kwargs={"how": "failed"}, retries=3,
        on_failure_callback=called)
    FromTrigger(task_id='skipped', cls=f"{__name__}.Ends", kwargs={"how": "skipped"})
    Waits(task_id='waits', trigger=lambda: DateTimeTrigger(moment, end_from_trigger=True))
    @task
    def one(x):
        return x
    one.expand(x=good.output)
"""


def test_a_task_may_start_and_end_by_its_trigger(world: World) -> None:
    """``start_from_trigger`` and ``end_from_trigger``: no process before, or after."""
    key = run(world, "d", START)
    found = world.rows("select task_id, map_index, state, try_number from task_instance order by 1, 2")
    assert found == [
        ("bad", -1, "failed", 1), ("good", -1, "success", 1), ("one", 0, "success", 1),
        ("one", 1, "success", 1), ("skipped", -1, "skipped", 1), ("starts", -1, "success", 2),
        ("waits", -1, "success", 1),
    ]  # fmt: skip
    called = [("called_bad",), ("called_good",)]
    until(lambda: world.rows("select key from variable order by key") == called, "both callbacks were called")
    assert "it began in a process" not in world.task_log(*key, "starts")
    assert world.rows("select count(*) from task_instance where start_date is null") == [(0,)]


QUEUES = """
from airflow.triggers.base import StartTriggerArgs, TaskSuccessEvent
class Says(BaseTrigger):
    def __init__(self, text, secret):
        super().__init__()
        self.text, self.secret = text, secret
    def serialize(self):
        return f"{__name__}.Says", {"text": self.text, "secret": self.secret}
    async def run(self):
        while not await asyncio.to_thread(Variable.get, "go", None):
            await asyncio.sleep(0.05)
        yield TaskSuccessEvent(xcoms={"return_value": [self.text, self.secret]})
class FromTrigger(BaseOperator):
    template_fields = ("text",)
    start_from_trigger = True
    start_trigger_args = StartTriggerArgs(
        trigger_cls=f"{__name__}.Says", next_method="never",
        trigger_kwargs={"text": "{{ run_id }}.{{ task.task_id }}, {{ params.x }}", "secret": "{{ stays }}"})
    def __init__(self, text=None, **more):
        super().__init__(**more)
        self.text = text
    def execute(self, context):
        raise RuntimeError("it began in a process")
with DAG('d', params={"x": 7}):
    FromTrigger(task_id='starts')
    Waits(task_id='waits', trigger=soon, queue='q')
"""


def test_queues_of_triggers_and_templates_in_what_they_start_with(world: World) -> None:
    """``[triggerer] queues_enabled``: triggers go to a triggerer of their task's queue. What a trigger
    carries is encrypted in the database; templates are rendered where it runs.
    """
    world.environ["AIRFLOW__TRIGGERER__QUEUES_ENABLED"] = "True"
    assert world.run("db", "migrate").returncode == 0
    world.start("scheduler", "--without-triggerer")
    world.start("triggerer", "--queues", "q", "--pid", str(world.home / "q.pid"), name="q")
    key = begin(world, "d", QUEUES)
    until(lambda: world.states(key).get("waits") == "success", "its triggerer is there")
    until(lambda: world.states(key).get("starts") == "deferred", "it waits")
    ((queue, kwargs, held_by),) = world.rows("select queue, kwargs, triggerer_id from trigger")
    assert (queue, held_by) == ("default", None)
    assert kwargs.startswith("gAAAA")
    world.start("triggerer", "--queues", "default", "--pid", str(world.home / "d.pid"), name="default")
    assert world.run("variables", "set", "go", "yes").returncode == 0
    assert world.run("rotate-fernet-key").returncode == 0
    world.wait_until_ended(key)
    values = world.rows("select value from xcom where task_id = 'starts'")
    assert values == [('["r.starts, 7","{{ stays }}"]',)]


def test_queues_that_nobody_was_started_for_are_served_by_the_schedulers_own(world: World) -> None:
    """``[triggerer] queues_enabled`` in one tree of processes, and beside a triggerer of another queue."""
    world.environ["AIRFLOW__TRIGGERER__QUEUES_ENABLED"] = "True"
    assert world.run("db", "migrate").returncode == 0
    world.start("triggerer", "--queues", "p", "--pid", str(world.home / "p.pid"), name="p")
    text = """
with DAG('d'):
    Waits(task_id='served', trigger=soon, queue='p')
    Waits(task_id='alone', trigger=soon, queue='q')
    Waits(task_id='plain', trigger=soon)
"""
    key = run(world, "d", text)
    assert set(world.states(key).values()) == {"success"}, world.task_log(*key, "alone")


def test_standalone_has_a_triggerer_from_the_first_deferral_on(world: World) -> None:
    """… and stops it with all the rest."""
    world.dags(d=HEAD + TWO)
    world.standalone()
    world.wait_for_dags("d")
    assert not world.find("triggerer")
    key = world.trigger("d", "r")
    world.wait_until_ended(key)
    assert world.run_state(key) == "success"
    health = world.call("GET", "/monitor/health").json()
    assert health["triggerer"]["status"] == "healthy"
    world.stop()
    until(lambda: not world.reaper.living(), lambda: f"nothing is left: {world.reaper.show()}")
