"""Installations in turns: what a task costs each of their processes, how fast they are, what they hold.

Machines have fast and slow quarters of an hour: two commits are compared in turns, or not at all.

    python -m bench.turns old=/path/of/its/venv/bin/airflow new=/path/of/another/bin/airflow [--rounds 8]

Needs Linux (``/proc``). Homes are kept until the end (see ``figures.removed_at_exit``).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from bench import chain, cold_start, fanout, many_runs
from bench.server import ROOT, Server

TICK = 1000 / os.sysconf("SC_CLK_TCK")
"""Milliseconds of one tick of ``/proc/PID/stat``."""
WIDE = {"AIRFLOW__CORE__PARALLELISM": "16"}
Round = Callable[[Server, int], dict[str, float]]
WORKS: dict[str, tuple[dict[str, str], int, Round]] = {
    "chain of 50, isolated": ({}, 50, lambda made, i: chain.hops(made, "bench_chain50", f"c{i}", 50)),
    "chain of 50, reused": (chain.REUSE, 50, lambda made, i: chain.hops(made, "bench_chain50", f"c{i}", 50)),
    "fan-out of 200, isolated": (WIDE, 202, lambda made, i: fanout.fan(made, f"f{i}")),
    "fan-out of 200, reused": ({**WIDE, **chain.REUSE}, 202, lambda made, i: fanout.fan(made, f"f{i}")),
    "50 runs × 5, isolated": ({}, 250, many_runs.many),
}
"""Settings, tasks of a round, and the round itself."""


def role(process: psutil.Process) -> str:
    """What a process is, whichever DAG or run it works for."""
    title = " ".join(process.cmdline())
    for word in ("scheduler", "worker-host", "nursery", "data-server", "dag-processor", "webserver"):
        if word in title:
            return word
    if title.startswith("airflow task"):
        return "tasks"
    return "parents" if title.startswith("airflow worker:") else "others"


def spent(made: Server) -> dict[tuple[int, str], float]:
    """Milliseconds of processor time of each process so far; those of children that have ended as "tasks"."""
    assert made.process is not None
    found: dict[tuple[int, str], float] = {}
    for process in cold_start.tree(made.process.pid):
        with contextlib.suppress(OSError, psutil.Error):
            place = Path(f"/proc/{process.pid}")
            threads = (path.read_text() for path in place.glob("task/*/schedstat"))
            found[process.pid, role(process)] = sum(int(text.split()[0]) for text in threads) / 1e6
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            found[process.pid, "tasks, ended"] = (int(fields[13]) + int(fields[14])) * TICK
    return found


@contextlib.contextmanager
def running(commands: dict[str, str], settings: dict[str, str]) -> Iterator[dict[str, Server]]:
    """One server of each."""
    with contextlib.ExitStack() as stack:
        made = {}
        for name, command in commands.items():
            server = made[name] = Server([ROOT / "bench/dags/bench_dags.py"], settings, command=command)
            stack.callback(server.close)
            server.start()
            server.known("bench_chain50")
        yield made


def compare(commands: dict[str, str], work: str, rounds: int) -> None:
    """Print one table: a line for each process and each figure, a column for each installation."""
    settings, tasks, play = WORKS[work]
    lines: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with running(commands, settings) as servers:
        for number in range(-1, rounds):  # the first is to warm up
            for name in list(servers)[:: 1 if number % 2 else -1]:
                servers[name].hang_up()
                before = spent(servers[name])
                figures = play(servers[name], number)
                after = spent(servers[name])
                by_role: dict[str, float] = defaultdict(float)
                for key, value in after.items():
                    by_role[f"{key[1]}, ms a task"] += (value - before.get(key, 0.0)) / tasks
                for line, value in {**by_role, **figures}.items() if number >= 0 else ():
                    lines[line][name].append(value)
    print(f"\n{work}: median (least), {rounds} rounds")
    for line, found in sorted(lines.items()):
        cells = (f"{name} {statistics.median(found[name]):9.3f} ({min(found[name]):.3f})" for name in found)
        print(f"  {line:<32}", "   ".join(cells), flush=True)


def rest(commands: dict[str, str]) -> None:
    """Print what each holds a minute after its last task."""
    print("\nat rest: MiB (PSS) of all processes")
    with running(commands, {}) as servers:
        for made in servers.values():
            made.hang_up()
            made.trigger("bench_one", "first")
            assert made.finished("bench_one", "first") == "success"
        time.sleep(cold_start.IDLE_AFTER)
        for name, made in servers.items():
            assert made.process is not None
            processes = cold_start.tree(made.process.pid)
            parts = ", ".join(f"{role(each)} {cold_start.pss([each]):.1f}" for each in processes)
            print(f"  {name}: {cold_start.pss(processes):.1f} ({parts})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.turns", description=__doc__)
    parser.add_argument("commands", nargs="+", metavar="name=command")
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    commands = dict(each.split("=", 1) for each in options.commands)
    for work in WORKS:
        compare(commands, work, options.rounds)
    for name, command in commands.items():
        rest({name: command})  # one after the other: they would share pages


if __name__ == "__main__":
    main()
