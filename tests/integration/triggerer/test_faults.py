"""What may go wrong while tasks wait: processes that die, triggers that block or crash, people who clear."""

from __future__ import annotations

from pathlib import Path

from tests.integration.system.world import World, until
from tests.integration.triggerer.test_deferral import HEAD, begin

FLAG = '''
class Flag(BaseTrigger):
    """Fires when a file is there; tells where it began, and of its end."""
    def __init__(self, path, **more):
        super().__init__()
        self.path, self.more = path, more
    def serialize(self):
        return f"{__name__}.{type(self).__name__}", {"path": self.path, **self.more}
    async def run(self):
        import os
        print("begins in", os.getpid())
        while not os.path.exists(self.path):
            await asyncio.sleep(0.05)
        yield TriggerEvent("seen")
    async def on_kill(self):
        print("killed")
    async def cleanup(self):
        print("cleaned up")
'''


def flagged(world: World, tasks: str = "Waits(task_id='a', trigger=lambda: Flag(flag))") -> str:
    return f"{FLAG}\nflag = '{world.home}/flag'\nwith DAG('d'):\n    {tasks}\n"


def begun(world: World, key: tuple[str, str], times: int = 1, task: str = "a") -> str:
    """Its trigger has begun so many times; the log."""

    def log() -> str:
        try:
            return world.task_log(*key, task)
        except FileNotFoundError:
            return ""

    until(lambda: log().count("begins in") >= times, lambda: f"the trigger begins: {log()}")
    return log()


def test_kill_9_of_the_triggerer_and_of_its_runner(world: World) -> None:
    """Triggers are rows: the next triggerer, and the next runner, go on."""
    key = begin(world, "d", flagged(world))
    begun(world, key)
    world.kill("runner")
    begun(world, key, 2)
    first = world.kill("triggerer")
    begun(world, key, 3)
    assert world.one("triggerer") != first
    assert len(world.find("runner")) == 1
    (world.home / "flag").touch()
    world.wait_until_ended(key)
    assert world.run_state(key) == "success"


def test_another_triggerer_takes_over(world: World) -> None:
    """Two share the work; what the one had goes to the other when it is killed."""
    world.start("triggerer", "--pid", str(world.home / "one.pid"), name="one")
    world.start("triggerer", "--pid", str(world.home / "two.pid"), name="two")
    until(lambda: len(world.find("triggerer")) == 2, "both are there")
    key = begin(world, "d", flagged(world))
    log = begun(world, key)
    jobs = "select state from job where job_type='TriggererJob' order by state"
    until(lambda: world.rows(jobs) == [("running",), ("running",)], "both are known")
    runner = int(log.split("begins in ")[1].split('"')[0])
    holder = _parent(runner)
    name = next(name for name, process in world.processes.items() if process.pid == holder)
    world.processes[name].kill()
    world.processes.pop(name).wait()
    begun(world, key, 2)
    assert world.rows(jobs) == [("failed",), ("running",)]
    (world.home / "flag").touch()
    world.wait_until_ended(key)
    assert world.run_state(key) == "success"


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_kill_9_of_the_scheduler(world: World) -> None:
    """The triggerer waits on, and tells the next scheduler what has fired meanwhile."""
    key = begin(world, "d", flagged(world))
    begun(world, key)
    world.processes["scheduler"].kill()
    world.processes.pop("scheduler").wait()
    (world.home / "flag").touch()
    until(lambda: "Trigger fired" in world.task_log(*key, "a"), "the trigger fires")
    world.start("scheduler")
    world.wait_until_ended(key)
    assert world.run_state(key) == "success"
    assert world.task_log(*key, "a").count("begins in") == 1


def test_a_cleared_or_marked_task_cancels_its_trigger(world: World) -> None:
    """… which may end what it watched; the trigger of the next try is another one."""
    key = begin(world, "d", flagged(world))
    begun(world, key)
    assert world.run("tasks", "clear", "d", "-y").returncode == 0
    until(lambda: "cleaned up" in world.task_log(*key, "a"), "the first trigger cleans up")
    assert "killed" in world.task_log(*key, "a")
    waits = "select try_number from task_instance where state='deferred'"
    until(lambda: world.rows(waits) == [(2,)], "the next try waits")
    world.change(
        "update task_instance set state='success'", "update dag_run set row_version = row_version + 1"
    )
    until(lambda: "killed" in world.task_log(*key, "a", 2), "the second one is ended too")
    world.wait_until_ended(key)
    assert world.run_state(key) == "success"


BLOCKS = (
    FLAG
    + """
class Blocks(Flag):
    async def run(self):
        import os
        print("begins in", os.getpid())
        while not os.path.exists(self.path):
            time.sleep(0.1)  # blocks
        yield TriggerEvent("at last")
class Crashes(Flag):
    async def run(self):
        import os, signal
        print("begins in", os.getpid())
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGSEGV)
        yield
"""
)


def test_a_trigger_that_blocks_the_loop_is_named_and_holds_up_nobody(world: World) -> None:
    """It goes on in its process; the others in another one."""
    text = (
        BLOCKS
        + f"""
flag, other = '{world.home}/flag', '{world.home}/other'
with DAG('d'):
    Waits(task_id='good', trigger=lambda: Flag(other))
    Waits(task_id='bad', trigger=lambda: Blocks(flag))
"""
    )
    key = begin(world, "d", text)
    begun(world, key, task="bad")
    until(lambda: "the others were moved" in world.task_log(*key, "bad"), "it is left alone")
    begun(world, key, task="good")
    log = world.task_log(*key, "bad")
    assert "has blocked the event loop for" in log
    assert "in run" in log and "d.py" in log, log
    assert "blocked the event loop" in world.component_log("triggerer")
    (world.home / "other").touch()
    until(lambda: world.states(key)["good"] == "success", "the other one goes on")
    assert world.states(key)["bad"] == "deferred"
    assert log.count("begins in") == 1
    (world.home / "flag").touch()
    world.wait_until_ended(key)
    assert world.run_state(key) == "success"
    assert "at last" in world.task_log(*key, "bad")
    until(lambda: len(world.find("runner")) == 1, "its process has ended")


def test_a_trigger_that_kills_its_process_fails_alone(world: World) -> None:
    """It is tried again by itself, and given up; the others go on."""
    text = (
        BLOCKS
        + f"""
flag = '{world.home}/flag'
with DAG('d'):
    Waits(task_id='good', trigger=lambda: Flag(flag))
    Waits(task_id='bad', trigger=lambda: Crashes(flag))
"""
    )
    key = begin(world, "d", text)
    until(lambda: world.states(key).get("bad") == "failed", lambda: f"it is given up: {world.states(key)}")
    log = world.task_log(*key, "bad")
    assert "ended 3 times, with signal SIGSEGV" in log
    assert world.states(key)["good"] == "deferred"
    (world.home / "flag").touch()
    until(lambda: world.states(key)["good"] == "success", "the other one goes on")


def test_two_thousand_moments_on_one_loop(world: World) -> None:
    """Each fires, on one runner; a deferred task holds no slot."""
    world.environ["AIRFLOW__TRIGGERER__CAPACITY"] = "3000"
    world.environ["AIRFLOW__CORE__MAX_MAP_LENGTH"] = "3000"
    text = """
from airflow.triggers.base import StartTriggerArgs
due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=20)
class Moment(BaseOperator):
    start_from_trigger = True
    start_trigger_args = StartTriggerArgs(
        trigger_cls="airflow.providers.standard.triggers.temporal.DateTimeTrigger",
        trigger_kwargs={"moment": due, "end_from_trigger": True}, next_method="never")
    def execute(self, context):
        raise RuntimeError("it began in a process")
with DAG('d', max_active_tasks=10):
    for number in range(2000):
        Moment(task_id=f"m{number}")
"""
    key = begin(world, "d", text)
    count = "select count(*) from task_instance where state=?"
    until(lambda: world.rows(count, "deferred") == [(2000,)], "all wait at the same time", 60)
    until(lambda: world.find("runner"), "they are waited for")
    assert len(world.find("runner")) == 1
    world.wait_until_ended(key, seconds=90)
    assert world.rows(count, "success") == [(2000,)]


def test_a_deferred_task_holds_no_slot_unless_its_pool_says_so(world: World) -> None:
    """§1.17 include_deferred."""
    pools = "Waits(task_id='a', trigger=lambda: Flag(flag), pool=pool, priority_weight=9)\n"
    text = (
        FLAG
        + f"""
flag = '{world.home}/flag'
for pool in ('open', 'held'):
    with DAG(pool):
        {pools}
        from airflow.providers.standard.operators.bash import BashOperator
        BashOperator(task_id='b', bash_command='true', pool=pool)
"""
    )
    assert world.run("db", "migrate").returncode == 0
    assert world.run("pools", "set", "open", "1", "x").returncode == 0
    assert world.run("pools", "set", "held", "1", "x", "--include-deferred").returncode == 0
    world.dags(both=HEAD + text)
    world.start("scheduler")
    world.wait_for_dags("open", "held")
    for dag in ("open", "held"):
        assert world.run("dags", "trigger", dag, "-r", "r").returncode == 0
    until(lambda: world.states(("held", "r")).get("a") == "deferred", "it waits")
    until(lambda: world.states(("open", "r")).get("b") == "success", "the slot was free")
    assert world.states(("open", "r"))["a"] == "deferred"
    assert world.states(("held", "r"))["b"] == "scheduled"
    (world.home / "flag").touch()
    world.wait_until_ended(("open", "r"), ("held", "r"))
