"""§1.15 AsyncCallback with real processes: called in the triggerer, whatever they do and whoever dies."""

from __future__ import annotations

from tests.integration.system import load
from tests.integration.system.world import World, until

FILE = (
    load.HEAD
    + """
import asyncio
from datetime import timezone
from airflow.sdk import AsyncCallback, BaseNotifier, DAG, DeadlineAlert, DeadlineReference, Variable

def say(what, **more):
    with open(FACTS, "a") as file:
        file.write(json.dumps({"what": what, "pid": os.getpid(), **more}) + "\\n")

async def good(context, colour):
    say("begins", colour=await asyncio.to_thread(Variable.get, colour), run=context["dag_run"]["dag_run_id"])
    while not os.path.exists(os.path.join(os.path.dirname(FACTS), "go")):
        await asyncio.sleep(0.05)
    say("good")

async def raises(**kwargs):
    say("raises")
    raise ValueError("no")

async def hangs(**kwargs):
    say("hangs")
    await asyncio.sleep(600)

async def blocks(**kwargs):
    say("blocks")
    time.sleep(600)

async def dies(**kwargs):
    say("dies")
    os._exit(7)

class Tell(BaseNotifier):
    template_fields = ("text",)
    def __init__(self, text):
        super().__init__()
        self.text = text
    async def async_notify(self, context):
        say("notifier", text=self.text)

past = DeadlineReference.FIXED_DATETIME(datetime(2020, 1, 1, tzinfo=timezone.utc))
def alert(callback, **kwargs):
    return DeadlineAlert(past, timedelta(0), AsyncCallback(callback, kwargs=kwargs))

def late(name, *alerts):
    with DAG(name, deadline=list(alerts), is_paused_upon_creation=False):
        do("x")

late("one", alert(good, colour="colour"))
late("bad", alert(raises), alert(hangs), alert(blocks), alert(dies), alert(Tell, text="{{ dag_run.dag_id }}"))
"""
)


def said(world: World, what: str) -> list[dict[str, object]]:
    return [line for line in world.facts() if line["what"] == what]


def start(world: World) -> None:
    world.environ["AIRFLOW__CALLBACKS__CALLBACK_EXECUTION_TIMEOUT"] = "4"
    world.dags(late=FILE)
    world.start("scheduler")
    world.wait_for_dags("one", "bad")
    assert world.run("variables", "set", "colour", "teal").returncode == 0


def trigger(world: World, dag: str) -> None:
    done = world.run("dags", "trigger", dag, "-r", "r")
    assert done.returncode == 0, done.stderr


def test_called_at_least_once_and_recorded_once_whoever_is_killed(world: World) -> None:
    start(world)
    assert not world.find("triggerer")
    trigger(world, "one")
    until(lambda: said(world, "begins"), "it is called")
    (first,) = said(world, "begins")
    assert (first["colour"], first["run"]) == ("teal", "r")
    assert first["pid"] == world.one("runner").pid
    world.kill("triggerer")
    until(lambda: len(said(world, "begins")) == 2, "the next triggerer calls it again")
    world.processes["scheduler"].kill()
    world.processes.pop("scheduler").wait()
    (world.home / "go").touch()
    until(lambda: said(world, "good"), "it ends")
    assert world.rows("select count(*) from callback") == [(1,)]
    world.start("scheduler")
    until(lambda: world.rows("select count(*) from callback") == [(0,)], "its end is recorded")
    assert (len(said(world, "begins")), len(said(world, "good"))) == (2, 1)
    assert world.rows("select count(*) from trigger") == [(0,)]
    world.wait_until_ended(("one", "r"))
    assert world.run_state(("one", "r")) == "success"


def test_those_that_raise_hang_block_or_die_harm_nobody(world: World) -> None:
    start(world)
    trigger(world, "bad")
    world.wait_until_ended(("bad", "r"))
    assert world.run_state(("bad", "r")) == "success"
    until(lambda: world.rows("select count(*) from deadline where missed") == [(5,)], "all are missed")
    until(lambda: not world.rows("select 1 from callback"), "all are given up, or were called", 40)
    assert [one["text"] for one in said(world, "notifier")].count("bad") >= 1
    assert len(said(world, "dies")) >= 3
    assert all(said(world, what) for what in ("raises", "hangs", "blocks"))
    log = (world.home / "logs" / "dag_id=bad" / "run_id=r" / "deadline.log").read_text()
    assert "ValueError: no" in log
    assert "took longer than 4 s" in log
    assert "blocked the event loop for longer than the 4 s that it may take" in log
    assert "ended 3 times" in log
    trigger(world, "one")
    (world.home / "go").touch()
    until(lambda: said(world, "good"), "the triggerer goes on")


def test_files_of_long_xcoms_leave_an_object_store_with_their_dag(world: World) -> None:
    """§1.16, on fsspec's disk store by its other name."""
    store = world.home / "store"
    world.environ["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"] = f"local://{store}"
    world.environ["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD"] = "100"
    store.mkdir(parents=True)
    text = load.HEAD + "from airflow.sdk import DAG, task\n"
    for name in ("gone", "kept"):
        text += f"with DAG('{name}', is_paused_upon_creation=False):\n"
        text += "    task(task_id='long')(lambda: 'y' * 5000)()\n"
    world.dags(long=text)
    world.start("scheduler")
    world.wait_for_dags("gone", "kept")
    for name in ("gone", "kept"):
        trigger(world, name)
    world.wait_until_ended(("gone", "r"), ("kept", "r"))
    assert {file.relative_to(store).parts[0] for file in store.rglob("*.json")} == {"gone", "kept"}
    done = world.run("dags", "delete", "gone", "-y")
    assert done.returncode == 0, done.stderr
    until(lambda: not list(store.glob("gone/**/*.json")), "its files are removed")
    until(lambda: world.rows("select count(*) from trigger") == [(0,)], "that is recorded")
    assert len(list(store.glob("kept/**/*.json"))) == 1
    assert "Removed 1 files" in (world.home / "logs" / "xcom_files.log").read_text()
