"""How long from the end of a task to the start of the next? 50 no-ops in a row; 40 times fibonacci(10)."""

from __future__ import annotations

import statistics

from bench.figures import Figure, percentile, repeat
from bench.server import Server, server

REUSE = {"AIRFLOW__WORKERS__TASKS_PER_PROCESS": "1000"}


def hops(made: Server, dag_id: str, run: str, count: int) -> dict[str, float]:
    at = made.trigger(dag_id, run)
    rows = made.wait_bodies(run, count)
    assert made.finished(dag_id, run) == "success"
    gaps = [(rows[i + 1][1] - rows[i][2]) * 1000 for i in range(len(rows) - 1)]
    return {"p50": statistics.median(gaps), "p95": percentile(gaps, 0.95), "makespan": rows[-1][2] - at}


def measure(times: int) -> list[Figure]:
    figures = []
    for label, settings, reach in (
        ("isolated", {}, ("3", "8", "0.2")),
        ("process reused", REUSE, ("1.5", "", "")),
    ):
        with server(settings=settings) as made:
            made.known("bench_chain50")
            chain = repeat(times, lambda i, m=made, t=label: hops(m, "bench_chain50", f"c{t[0]}{i}", 50))
            fib = repeat(times, lambda i, m=made, t=label: hops(m, "bench_fib40", f"f{t[0]}{i}", 40))
        figures += [
            Figure(
                name=f"chain of 50, {label}: end → next start, p50",
                unit="ms",
                values=chain["p50"],
                reach=reach[0],
            ),
            Figure(
                name=f"chain of 50, {label}: end → next start, p95",
                unit="ms",
                values=chain["p95"],
                reach=reach[1],
            ),
            Figure(
                name=f"40 × fibonacci(10) in a chain, {label}",
                unit="s",
                values=fib["makespan"],
                reach=reach[2],
            ),
        ]
    return figures
