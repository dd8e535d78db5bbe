"""The stream of changes: what it tells to whom, how soon, and when it ends."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from tests.integration.api.test_ui_first import UI, only_of
from tests.integration.api.world import World, wait_for


class Stream:
    """A stream that is read in the background."""

    def __init__(self, client: httpx.Client, seconds: float) -> None:
        self.events: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.over = threading.Event()
        self._client, self._seconds = client, seconds
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        name = ""
        with self._client.stream(
            "GET", f"{UI}/changes", params={"seconds": self._seconds}, timeout=60
        ) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream"), answer.read()
            for line in answer.iter_lines():
                kind, _, text = line.partition(": ")
                if kind == "event":
                    name = text
                elif kind == "data":
                    self.events.put((name, json.loads(text)))
        self.over.set()

    def next(self, seconds: float = 10) -> tuple[str, Any]:
        return self.events.get(timeout=seconds)

    def until(self, fact: Any) -> list[Any]:
        """The changes up to the first one for which it is so."""
        found = []
        while not found or not fact(found[-1]):
            name, data = self.next()
            assert name == "change"
            found.append(data)
        return found

    def close(self) -> None:
        self._thread.join(60)


@contextmanager
def listening(client: httpx.Client, seconds: float = 5) -> Iterator[Stream]:
    stream = Stream(client, seconds)
    try:
        assert stream.next()[0] == "hello"
        yield stream
    finally:
        stream.close()


def test_a_run_is_named_when_it_changes(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("told")
    world.dag(dag_id)
    with listening(admin, 2) as stream:
        world.run(dag_id, "r1")
        told = stream.until(lambda change: [dag_id, "r1"] in change["runs"])
        assert not told[-1]["everything"]
        admin.patch(f"/api/v2/dags/{dag_id}/dagRuns/r1", json={"note": "look"}).raise_for_status()
        stream.until(lambda change: [dag_id, "r1"] in change["runs"] and "audit" in change["kinds"])
        admin.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": True}).raise_for_status()
        stream.until(lambda change: dag_id in change["dags"])


def test_only_what_the_listener_may_read(world: World, admin: httpx.Client) -> None:
    mine, theirs = world.fresh("mine"), world.fresh("theirs")
    world.dag(mine)
    world.dag(theirs)
    with only_of(world, mine) as narrow, listening(narrow, 3) as stream:
        world.run(theirs, "r1")
        admin.patch(f"/api/v2/dags/{theirs}", json={"is_paused": True}).raise_for_status()
        world.dag(world.fresh("theirs_new"))
        answer = admin.post("/api/v2/variables", json={"key": world.fresh("v"), "value": "1"})
        assert answer.status_code == 201
        world.run(mine, "r2")
        told = stream.until(lambda change: [mine, "r2"] in change["runs"])
        stream.close()
        told += [data for _, data in stream.events.queue]
    assert "theirs" not in json.dumps(told) and "variables" not in json.dumps(told)
    assert not any(change["everything"] for change in told)


def test_many_changes_are_merged(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("storm")
    world.dag(dag_id)
    with listening(admin, 3) as stream:
        began = time.monotonic()
        for number in range(60):
            world.run(dag_id, f"r{number}")
        told = stream.until(lambda change: [dag_id, "r59"] in change["runs"])
        assert len(told) <= (time.monotonic() - began) * 5 + 2
    assert {run for change in told for _, run in change["runs"]} >= {f"r{number}" for number in range(60)}


def test_more_than_can_be_named_is_told_by_dag(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("crowd")
    world.dag(dag_id)
    columns = "dag_id, run_id, state, run_type, run_after"
    with listening(admin, 2) as stream:
        world.sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
            f" INSERT INTO dag_run ({columns}) "
            " SELECT ?, 'r' || i, 'success', 'manual', '2026-01-01 00:00:00.000000' FROM n",
            dag_id,
        )
        told = stream.until(lambda change: dag_id in change["dags"])
    assert told[-1]["runs"] == []


def test_it_ends_when_the_log_in_does(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    world.start(heartbeat=0.3)
    try:
        with world.client() as client, listening(client, 30) as stream:
            client.get("/api/v2/auth/logout", follow_redirects=False)
            assert "logged-out" in {stream.next()[0], stream.next()[0]}  # that they did is a change, too
            assert stream.over.wait(5)
    finally:
        world.close()


def test_it_ends_when_the_server_stops(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    world.start()
    try:
        with world.client() as client, listening(client, 60) as stream:
            world.stop()  # raises where the server waits for the stream's minute
            assert stream.over.wait(5)
    finally:
        world.close()


def test_one_person_may_not_listen_without_end(world: World) -> None:
    from tradewind.api.live import MOST_OF_ONE

    with world.client("vera") as vera:
        vera._transport = httpx.HTTPTransport(limits=httpx.Limits(max_connections=100))
        streams = [Stream(vera, 2) for _ in range(MOST_OF_ONE)]
        wait_for(lambda: all(stream.events.qsize() for stream in streams), "every stream to begin")
        refused = vera.get(f"{UI}/changes", params={"seconds": 0.1})
        assert refused.status_code == 429 and "32 times already" in refused.json()["detail"]
        for stream in streams:
            stream.close()


def test_listening_takes_no_ones_place(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    world.start(requests_at_once=2)
    try:
        with world.client() as client:
            streams = [Stream(client, 2) for _ in range(2)]
            wait_for(lambda: all(stream.events.qsize() for stream in streams), "both to begin")
            assert client.get("/api/v2/dags").status_code == 200
            assert client.get(f"{UI}/changes").status_code == 429
            for stream in streams:
                stream.close()
    finally:
        world.close()
