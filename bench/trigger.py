"""How long from a REST trigger to the first line of user code, when the DAG's parent process is warm, and
cold?
"""

from __future__ import annotations

import statistics
import time

from bench.figures import Figure, percentile
from bench.server import Server, server


def latency(made: Server, run: str) -> float:
    at = made.trigger("bench_one", run)
    rows = made.wait_bodies(run, 1)
    made.finished("bench_one", run)
    return (rows[0][1] - at) * 1000


def measure(times: int) -> list[Figure]:
    warm: list[tuple[float, float]] = []
    cold = []
    for round_ in range(times):
        with server() as made:
            made.known("bench_one")
            cold.append(latency(made, "cold"))
            values = []
            for i in range(20):
                time.sleep(0.05)  # between triggers the system is idle: that is what is asked
                values.append(latency(made, f"w{round_}_{i}"))
        warm.append((statistics.median(values), percentile(values, 0.95)))
    return [
        Figure(
            name="REST trigger → first line of user code, warm, p50",
            unit="ms",
            values=tuple(v[0] for v in warm),
            reach="10",
        ),
        Figure(
            name="REST trigger → first line of user code, warm, p95",
            unit="ms",
            values=tuple(v[1] for v in warm),
        ),
        Figure(
            name="REST trigger → first line of user code, cold",
            unit="ms",
            values=tuple(cold),
            reach="import + 150",
        ),
    ]
