"""Logs of watchers: what they say without end is kept within bounds."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from tradewind.runtime.clock import SystemClock
from tradewind.triggerer import endless_logs
from tradewind.triggerer.output import Logs

MINE = "asset_watchers/trigger_id=7/watcher.log"


def say(logs: Logs, path: str, first: int, last: int) -> None:
    for number in range(first, last):
        logs.write(path, "info", f"line {number:05}")


def texts(folder: Path, path: str = MINE) -> list[str]:
    """The log and its older parts, newest first."""
    place = (folder / path).parent
    return [file.read_text() for file in sorted(place.iterdir())]


def test_a_watchers_log_is_rotated_by_size(tmp_path: Path) -> None:
    logs = Logs(str(tmp_path), SystemClock(), 1000, 2)
    say(logs, MINE, 0, 100)
    found = texts(tmp_path)
    assert len(found) == 3
    assert all(len(text) < 1200 for text in found)
    assert "line 00099" in found[0]
    lines = "".join(reversed(found)).splitlines()
    last = [f"line {number:05}" for number in range(100 - len(lines), 100)]
    assert all(text in line for text, line in zip(last, lines, strict=True)), "the last ones, none lost"


def test_without_older_parts_or_without_a_bound(tmp_path: Path) -> None:
    say(Logs(str(tmp_path / "a"), SystemClock(), 1000, 0), MINE, 0, 100)
    assert [len(text) < 1200 for text in texts(tmp_path / "a")] == [True]
    say(Logs(str(tmp_path / "b"), SystemClock(), 0, 5), MINE, 0, 100)
    assert [len(text.splitlines()) for text in texts(tmp_path / "b")] == [100]


def test_logs_of_tries_are_left_whole(tmp_path: Path) -> None:
    mine = "dag_id=d/run_id=r/task_id=t/attempt=1.log"
    say(Logs(str(tmp_path), SystemClock(), 1000, 2), mine, 0, 100)
    assert [len(text.splitlines()) for text in texts(tmp_path, mine)] == [100]


def test_a_log_that_was_removed_is_begun_anew(tmp_path: Path) -> None:
    logs = Logs(str(tmp_path), SystemClock(), 1000, 2)
    say(logs, MINE, 0, 1)
    (tmp_path / MINE).unlink()
    say(logs, MINE, 1, 2)
    assert ["line 00001" in text for text in texts(tmp_path)] == [True]


def test_logs_of_watchers_that_are_gone_go_after_a_while(tmp_path: Path) -> None:
    clock = SystemClock()
    logs = Logs(str(tmp_path), clock, 1000, 2)
    for number in (1, 2, 3):
        say(logs, f"asset_watchers/trigger_id={number}/watcher.log", 0, 20)
    long_ago = (clock.now() - endless_logs.KEPT - timedelta(minutes=1)).timestamp()
    for file in tmp_path.glob("asset_watchers/trigger_id=[12]/*"):
        os.utime(file, (long_ago, long_ago))
    others = tmp_path / "asset_watchers" / "trigger_id=x"
    others.mkdir()
    assert endless_logs.prune(str(tmp_path), {2}, clock.now()) == 1
    left = sorted(place.name for place in (tmp_path / "asset_watchers").iterdir())
    assert left == ["trigger_id=2", "trigger_id=3", "trigger_id=x"]
    assert endless_logs.prune(str(tmp_path / "none"), (), clock.now()) == 0
