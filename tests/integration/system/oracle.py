"""What must hold after every fault: read from the rows, the log files and what task bodies told."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from tests.integration.system.load import ENDS
from tests.integration.system.world import World

LIVE = {"scheduled", "queued", "running", "deferred", "restarting", "up_for_retry", "up_for_reschedule", None}
ALLOWED_IN_HISTORY = {"failed", "success", "up_for_retry", "skipped", "upstream_failed"}


def check(world: World, *keys: tuple[str, str], orphans: bool = False) -> None:
    """All of it, for these runs. ``orphans``: somebody's own SQL has left rows without their parents."""
    assert world.rows("pragma integrity_check") == [("ok",)]
    assert orphans or world.rows("pragma foreign_key_check") == []
    for key in keys:
        same_end(world, key)
        tries(world, key)
        results(world, key)
        logs(world, key)


def same_end(world: World, key: tuple[str, str]) -> None:
    """I10, I6: as without the fault, and nothing is held."""
    state, tasks = ENDS[key[0]]
    assert world.states(key) == tasks, key
    assert world.run_state(key) == state, key
    assert not {row for row in tasks.values() if row in LIVE}


def tries(world: World, key: tuple[str, str]) -> None:
    """I2: numbers rise one by one, retries are not exceeded; each process is of an attempt that is known."""
    now = world.rows(
        "select task_id, id, try_number, max_tries, lost from task_instance where dag_id=? and run_id=?", *key
    )
    before = world.rows(
        "select task_id, task_instance_id, try_number, state from task_instance_history"
        " where dag_id=? and run_id=? order by try_number", *key,
    )  # fmt: skip
    assert all(row[3] in ALLOWED_IN_HISTORY for row in before), before
    known = {canonical(row[1]) for row in now} | {canonical(row[1]) for row in before}
    begun = Counter(fact["attempt"] for fact in world.facts("begin", dag=key[0], run=key[1]))
    assert set(begun) <= known, f"attempts of {key} ran that no row knows: {set(begun) - known}"
    twice = {attempt: count for attempt, count in begun.items() if count > 1}
    assert not twice, f"attempts of {key} that began more than once: {twice}"
    for task, _, number, most, lost in now:
        numbers = [row[2] for row in before if row[0] == task]
        if number:
            assert numbers == list(range(1, number)), (key, task, numbers, number)
            assert number <= most + 1, (key, task, number, most, lost)


def results(world: World, key: tuple[str, str]) -> None:
    """I3: the result that stands is that of the attempt that stands, and whoever read it read that one."""
    ids = dict(world.rows("select task_id, id from task_instance where dag_id=? and run_id=?", *key))
    kept = world.rows(
        "select task_id, value from xcom where key='return_value' and dag_id=? and run_id=?", *key
    )
    values = {task: json.loads(value) if value[:1] == '"' else value for task, value in kept}
    for task, state in world.states(key).items():
        if state == "success":
            assert values.get(task) == canonical(ids[task]), f"{key} {task}: the result is not its attempt's"
        else:
            assert task not in values, f"{key} {task} is {state} and has a result"
    for fact in world.facts("begin", dag=key[0], run=key[1]):
        for source, value in fact["pulled"].items():
            if value is not None:
                assert value == values[source], f"{key} {fact['task']} read a result of {source} that is gone"


def logs(world: World, key: tuple[str, str]) -> None:
    """I7: every attempt that began has a log, with its last line or a line that says what became of it."""
    ended = {fact["attempt"] for fact in world.facts("end", dag=key[0], run=key[1])}
    for fact in world.facts("begin", dag=key[0], run=key[1]):
        text = world.task_log(*key, fact["task"], fact["try"])
        lines = [json.loads(line) for line in text.splitlines()]
        events = [str(line["event"]) for line in lines]
        assert any(f"begin {fact['attempt']}" in event for event in events), (key, fact, text)
        told = any(f"end {fact['attempt']}" in event for event in events)
        assert told or says_why(lines), f"{key} {fact['task']} ({fact['attempt'] in ended}): {text}"


def says_why(lines: list[dict[str, Any]]) -> bool:
    """Whether the log says that the task did not come to its end by itself."""
    words = ("lost", "killed", "stopped", "gone")
    return any(
        line["level"] in {"error", "warning"} and any(word in line["event"] for word in words)
        for line in lines
    )


def canonical(attempt: str) -> str:
    """Ids as tasks see them."""
    text = attempt.replace("-", "")
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
