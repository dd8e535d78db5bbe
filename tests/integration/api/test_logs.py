"""Task logs: pieces, tokens, streams that follow."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import httpx
from tests.integration.api.world import World

NDJSON = {"Accept": "application/x-ndjson"}


def make(world: World, dag_id: str, state: str) -> str:
    world.dag(dag_id)
    world.run(dag_id)
    world.set_state(dag_id, "extract", state, try_number=1)
    return f"/api/v2/dags/{dag_id}/dagRuns/r1/taskInstances/extract/logs"


def line(text: str) -> str:
    return json.dumps({"event": text, "level": "info", "timestamp": "2026-01-01T00:00:00Z"}) + "\n"


def events(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [entry["event"] for entry in answer.json()["content"]]


def test_whole_log_of_an_ended_try(world: World, admin: httpx.Client) -> None:
    path = make(world, "log_done", "success")
    world.write_log("log_done", "extract", line("one") + "not json\n" + line("two") + "torn")
    answer = admin.get(f"{path}/1")
    assert events(answer)[2:] == ["one", "not json", "two", "torn"]
    assert answer.json()["continuation_token"] is None
    assert "attempt=1.log" in answer.json()["content"][0]["sources"][0]


def test_token_goes_on_where_the_last_answer_ended(world: World, admin: httpx.Client) -> None:
    path = make(world, "log_grows", "running")
    world.write_log("log_grows", "extract", line("one") + '{"event": "half')
    first = admin.get(f"{path}/1")
    assert events(first)[2:] == ["one"]
    world.write_log("log_grows", "extract", ' a line"}\n' + line("three"))
    second = admin.get(f"{path}/1", params={"token": first.json()["continuation_token"]})
    assert events(second) == ["half a line", "three"]
    world.set_state("log_grows", "extract", "success")
    third = admin.get(f"{path}/1", params={"token": second.json()["continuation_token"]})
    assert (events(third), third.json()["continuation_token"]) == ([], None)


def test_stream_follows_until_the_try_is_over(world: World, admin: httpx.Client) -> None:
    path = make(world, "log_live", "running")
    world.write_log("log_live", "extract", line("first"))
    seen: list[str] = []

    def follow() -> None:
        with admin.stream("GET", f"{path}/1", headers=NDJSON) as stream:
            assert stream.headers["content-type"] == "application/x-ndjson"
            seen.extend(json.loads(text)["event"] for text in stream.iter_lines())

    reader = threading.Thread(target=follow)
    reader.start()
    for text in ("second", "third"):
        world.write_log("log_live", "extract", line(text))
    world.set_state("log_live", "extract", "failed")
    reader.join(10)
    assert not reader.is_alive()
    assert seen[2:] == ["first", "second", "third"]


def test_stream_ends_with_a_try_that_is_to_be_tried_again(world: World, admin: httpx.Client) -> None:
    path = make(world, "log_again", "up_for_retry")
    world.write_log("log_again", "extract", line("first"))
    answer = admin.get(f"{path}/1", headers=NDJSON)
    assert [json.loads(text)["event"] for text in answer.text.splitlines()][2:] == ["first"]
    assert admin.get(f"{path}/1").json()["continuation_token"] is None


def test_lines_arrive_while_the_task_runs(world: World, admin: httpx.Client) -> None:
    path = make(world, "log_now", "running")
    with admin.stream("GET", f"{path}/1", headers=NDJSON) as stream:
        lines = stream.iter_lines()
        next(lines), next(lines)
        world.write_log("log_now", "extract", line("at once"))
        assert json.loads(next(lines))["event"] == "at once"
        world.set_state("log_now", "extract", "success")
        assert list(lines) == []


def test_log_that_is_not_there(world: World, admin: httpx.Client) -> None:
    path = make(world, "log_none", "success")
    assert "left no log" in events(admin.get(f"{path}/1"))[-1]
    assert admin.get(f"{path}/2").status_code == 404
    assert admin.get(f"{path}/x").status_code == 422
    assert admin.get(f"{path}/1?token=odd").status_code == 400
    assert admin.get(f"{path}/1", headers={"Accept": "image/png"}).status_code == 406
    assert admin.get(path.replace("extract", "nope") + "/1").status_code == 404


def test_long_log_comes_in_pieces(world: World, admin: httpx.Client) -> None:
    path = make(world, "log_long", "success")
    world.write_log("log_long", "extract", "".join(line("x" * 1000) for _ in range(6000)))
    first = admin.get(f"{path}/1")
    assert len(first.json()["content"]) < 6000
    rest = admin.get(f"{path}/1", params={"token": first.json()["continuation_token"]})
    assert len(first.json()["content"]) + len(rest.json()["content"]) == 6002
    assert rest.json()["continuation_token"] is None
    assert len(admin.get(f"{path}/1?full_content=true").json()["content"]) == 6002


def test_external_logs_need_a_log_store(tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        world.start("bare")
        world.dag("inside")
        world.run("inside")
        path = "/api/v2/dags/inside/dagRuns/r1/taskInstances/extract/externalLogUrl/{}"
        with world.client() as client:
            refused = client.get(path.format(1))
            assert (refused.status_code, "[elasticsearch] frontend" in refused.text) == (400, True)
    finally:
        world.close()


def test_external_logs_of_tries(world: World, admin: httpx.Client) -> None:
    world.dag("outside")
    world.run("outside")
    path = "/api/v2/dags/outside/dagRuns/r1/taskInstances/extract/externalLogUrl/{}"
    assert [admin.get(path.format(number)).status_code for number in (1, 2, 0, "x")] == [200, 404, 422, 422]
    assert admin.get(path.format(1), params={"map_index": 3}).status_code == 404
