"""From ``airflow standalone`` in an empty home to the first successful run; then memory, processes and CPU
at rest.
"""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from bench.figures import Figure
from bench.server import ROOT, Server

IDLE_AFTER = 65.0
"""Seconds after the last task; parents and spares close after 60."""


def pss(processes: list[psutil.Process]) -> float:
    """MiB in use, pages shared between processes counted once."""
    total = 0
    for process in processes:
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(p.cpu_times()[:2]) for p in processes)


def tree(root: int) -> list[psutil.Process]:
    """The command and every process below it."""
    process = psutil.Process(root)
    return [process, *process.children(recursive=True)]


def measure(times: int) -> list[Figure]:
    ready, first, stop = [], [], []
    idle: tuple[float, int, float] | None = None
    for round_ in range(times):
        made = Server([ROOT / "bench/dags/bench_dags.py"])
        begin = time.monotonic()
        ready.append(made.start())
        made.known("bench_one")
        made.trigger("bench_one", "first")
        assert made.finished("bench_one", "first") == "success"
        first.append(time.monotonic() - begin)
        if round_ == times - 1:
            time.sleep(IDLE_AFTER)
            assert made.process is not None
            processes = tree(made.process.pid)
            before, at = cpu(processes), time.monotonic()
            time.sleep(20)
            idle = (pss(processes), len(processes), (cpu(processes) - before) / (time.monotonic() - at) * 100)
        stop.append(made.stop())
    assert idle is not None
    return [
        Figure(name="standalone → API and scheduler ready", unit="s", values=tuple(ready)),
        Figure(name="standalone → first successful run", unit="s", values=tuple(first), reach="3"),
        Figure(name="Ctrl-C → ended", unit="s", values=tuple(stop), reach="5"),
        Figure(name="memory at rest (PSS of all processes)", unit="MiB", values=(idle[0],), reach="200"),
        Figure(name="processes at rest", unit="", values=(float(idle[1]),), reach="8"),
        Figure(name="CPU at rest", unit="%", values=(idle[2],), reach="1"),
    ]
