"""The log of a try as the web UI reads it: parts, and what comes."""

from __future__ import annotations

import threading

import httpx
from tests.integration.api.test_logs import line
from tests.integration.api.test_ui_first import UI
from tests.integration.api.world import World


def make(world: World, state: str) -> tuple[str, str]:
    dag_id = world.fresh("log")
    world.dag(dag_id)
    world.run(dag_id)
    world.set_state(dag_id, "extract", state, try_number=1)
    return dag_id, f"{UI}/dags/{dag_id}/runs/r1/tasks/extract/log/1"


def test_parts_begin_and_end_with_whole_lines(world: World, admin: httpx.Client) -> None:
    dag_id, path = make(world, "success")
    lines = [line(f"line {number}") for number in range(100)]
    world.write_log(dag_id, "extract", "".join(lines))
    whole = admin.get(path)
    assert whole.text == "".join(lines)
    assert (whole.headers["log-over"], whole.headers["log-size"]) == ("1", str(len("".join(lines))))
    inside = len("".join(lines[:10])) + 3
    part = admin.get(path, params={"start": inside, "end": inside + len(lines[11])})
    assert part.text == lines[11]
    assert part.headers["log-start"] == str(len("".join(lines[:11])))
    assert admin.get(path, params={"start": -len(lines[99]) - 5}).text == lines[99]
    assert admin.get(path, params={"start": 10**9}).text == ""


def test_text_is_for_people(world: World, admin: httpx.Client) -> None:
    dag_id, path = make(world, "success")
    world.write_log(dag_id, "extract", line("one"))
    answer = admin.get(path, params={"text": "true"})
    assert answer.text == "[2026-01-01T00:00:00Z] INFO - one\n"
    assert answer.headers["content-disposition"] == f'attachment; filename="{dag_id}-extract-1.log"'


def test_following_gives_what_comes_until_the_try_is_over(world: World, admin: httpx.Client) -> None:
    dag_id, path = make(world, "running")
    world.write_log(dag_id, "extract", line("old"))
    seen: list[str] = []
    begun = threading.Event()

    def follow() -> None:
        with admin.stream("GET", path, params={"start": len(line("old")), "follow": "true"}) as stream:
            assert stream.headers["log-over"] == "0"
            begun.set()
            seen.extend(stream.iter_lines())

    reader = threading.Thread(target=follow)
    reader.start()
    assert begun.wait(10)
    world.write_log(dag_id, "extract", line("new"))
    world.set_state(dag_id, "extract", "success")
    reader.join(10)
    assert not reader.is_alive()
    assert seen == [line("new").strip()]


def test_a_try_that_waits_for_its_next_one_is_over(world: World, admin: httpx.Client) -> None:
    dag_id, path = make(world, "up_for_retry")
    world.write_log(dag_id, "extract", line("that went wrong"))
    answer = admin.get(path, params={"follow": "true"})
    assert (answer.headers["log-over"], answer.text) == ("1", line("that went wrong"))


def test_what_is_not_there(world: World, admin: httpx.Client) -> None:
    _, path = make(world, "success")
    empty = admin.get(path)
    assert (empty.status_code, empty.text, empty.headers["log-size"]) == (200, "", "0")
    assert admin.get(path[:-1] + "7").status_code == 404
