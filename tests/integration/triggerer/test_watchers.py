"""§1.11 AssetWatcher with real processes: files and messages become runs, whoever is killed meanwhile."""

from __future__ import annotations

import json

from tests.integration.system.world import World, until

HEAD = """
import asyncio, os, pathlib
from airflow.sdk import DAG, Asset, AssetWatcher, task
from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from airflow.providers.standard.triggers.file import FileDeleteTrigger
"""
FILES = (
    HEAD
    + """
class Drop(FileDeleteTrigger):
    def serialize(self):
        return f"{{__name__}}.Drop", super().serialize()[1]
    async def cleanup(self):
        print("cleaned up")

drop = Drop(filepath={path!r}, poke_interval=0.05)
dropped = Asset("dropped", watchers=[AssetWatcher("drop", drop)])

with DAG("files", schedule=dropped):
    @task
    def read(triggering_asset_events):
        return [[one.extra["from_trigger"], one.extra["payload"]] for one in triggering_asset_events[dropped]]
    read()
"""
)
QUEUE = (
    HEAD
    + '''
class Queue(BaseEventTrigger):
    """Messages are files of a folder. One that was told is taken away; state counts those."""
    def __init__(self, folder):
        super().__init__()
        self.folder = folder
    def serialize(self):
        return f"{__name__}.Queue", {"folder": self.folder}
    async def run(self):
        print("listens in", os.getpid())
        while True:
            for file in sorted(pathlib.Path(self.folder).iterdir()):
                yield TriggerEvent({"id": file.name, "text": file.read_text()})
                file.unlink()
                count = await self.asset_state_store.aget("taken", 0)
                await self.asset_state_store.aset("taken", count + 1)
            await asyncio.sleep(0.02)

messages = Asset("messages", watchers=[AssetWatcher("queue", Queue(__FOLDER__))])

with DAG("messages", schedule=messages, max_active_runs=1):
    @task
    def read(triggering_asset_events):
        return [one.extra["payload"]["id"] for one in triggering_asset_events[messages]]
    read()
'''
)


def start(world: World, **files: str) -> None:
    world.dags(**files)
    world.start("scheduler")
    world.wait_for_dags(*files)


def taken(world: World, dag: str) -> list[str]:
    """Messages of all events of an asset."""
    rows = world.rows(
        "select e.extra from asset_event e join asset a on a.id = e.asset_id where a.name = ?", dag
    )
    return [json.loads(row[0])["payload"]["id"] for row in rows]


def read(world: World, dag: str) -> list[str]:
    """What runs of a DAG were told, in all."""
    rows = world.rows("select value from xcom where dag_id = ? and key = 'return_value'", dag)
    return sorted(one for row in rows for one in json.loads(row[0]))


def test_each_file_that_is_dropped_makes_a_run(world: World) -> None:
    """The trigger ends with each file and is begun again; while the DAG is paused, files stay."""
    world.home.mkdir()
    path = world.home / "drop.csv"
    start(world, files=FILES.format(path=str(path)))
    runs = "select count(*) from dag_run where dag_id = 'files' and state = 'success'"
    for number in (1, 2):
        path.touch()
        until(lambda: not path.exists(), "the file is taken")
        until(lambda n=number: world.rows(runs) == [(n,)], "it made a run")
    values = {row[0] for row in world.rows("select value from xcom where dag_id = 'files'")}
    assert values == {"[[true,true]]"}
    until(lambda: said(world).count("begins") == 3, "it waits for the third one")
    assert world.run("dags", "pause", "files", "-y").returncode == 0
    until(lambda: said(world).count("cleaned up") == 3, "the third one is ended")
    path.touch()
    assert world.run("dags", "unpause", "files", "-y").returncode == 0
    until(lambda: world.rows(runs) == [(3,)], "it is watched again")
    until(lambda: said(world).count("begins") == 5, "it waits for another one")
    (world.home / "dags" / "files.py").unlink()
    until(lambda: world.rows("select is_stale from dag") == [(1,)], "the DAG has gone")
    until(lambda: said(world).count("cleaned up") == 5, "nobody watches any more")
    assert world.rows("select triggerer_id from trigger") == [(None,)]


def said(world: World) -> str:
    """What watchers have written into their log."""
    (log,) = (world.home / "logs" / "asset_watchers").glob("*/*.log")
    return log.read_text()


def test_no_message_is_lost_whoever_is_killed(world: World) -> None:
    """The trigger takes a message away when its event is recorded: one that was taken away has its run. One
    that was recorded and not taken away is told again, which a queue calls at least once.
    """
    world.home.mkdir()
    folder = world.home / "queue"
    folder.mkdir()
    start(world, messages=QUEUE.replace("__FOLDER__", repr(str(folder))))
    sent = [f"m{number:03}" for number in range(12)]
    for number, name in enumerate(sent):
        part = folder.parent / name
        part.write_text("hello")
        part.rename(folder / name)
        if number in (2, 6, 9):
            until(lambda n=number: len(set(taken(world, "messages"))) > n - 3, "it is about that far")
            kill(world, {2: "runner", 6: "triggerer", 9: "scheduler"}[number])
    until(lambda: not list(folder.iterdir()), lambda: f"all is taken: {list(folder.iterdir())}", 60)
    assert set(taken(world, "messages")) == set(sent)
    waiting = "select 1 from asset_dag_run_queue"
    active = "select 1 from dag_run where state in ('queued', 'running')"
    until(lambda: not world.rows(waiting) and not world.rows(active), "all is read", 60)
    assert read(world, "messages") == sorted(taken(world, "messages"))
    doubled = len(taken(world, "messages")) - len(sent)
    assert doubled <= 3, "no more than one for each that was killed"


def kill(world: World, component: str) -> None:
    if component != "scheduler":
        world.kill(component)
        return
    world.processes["scheduler"].kill()
    world.processes.pop("scheduler").wait()
    world.start("scheduler")


def test_a_watcher_asks_for_variables_and_logs(world: World) -> None:
    """By its own name; an error is told and tried again."""
    text = (
        HEAD
        + """
from airflow.sdk import Variable
class Asks(BaseEventTrigger):
    def serialize(self):
        return f"{__name__}.Asks", {}
    async def run(self):
        colour = await asyncio.to_thread(Variable.get, "colour", None)
        if colour is None:
            raise LookupError("no colour yet")
        print("the colour is", colour)
        yield TriggerEvent(colour)
        await asyncio.sleep(600)
asked = Asset("asked", watchers=[AssetWatcher("asks", Asks())])
with DAG("asks", schedule=asked):
    @task
    def read(triggering_asset_events):
        return triggering_asset_events[asked][0].extra["payload"]
    read()
"""
    )
    start(world, asks=text)
    until(lambda: "no colour yet" in world.component_log("scheduler"), "the error is told")
    assert "Watcher 'asks' of asset 'asked' failed" in world.component_log("scheduler")
    assert world.run("variables", "set", "colour", "teal").returncode == 0
    until(lambda: world.rows("select value from xcom where dag_id = 'asks'") == [('"teal"',)], "it has run")
    assert "the colour is teal" in said(world)
    assert "LookupError: no colour yet" in said(world)
