"""A chain whose DAG file imports pandas."""

from __future__ import annotations

from bench.chain import hops
from bench.figures import Figure, repeat
from bench.server import ROOT, server


def measure(times: int) -> list[Figure]:
    with server([ROOT / "bench/dags/bench_pandas.py"]) as made:
        made.known("bench_pandas")
        values = repeat(times, lambda i: hops(made, "bench_pandas", f"p{i}", 20))
    return [Figure(name="pandas DAG, chain of 20: end → next start, p50", unit="ms", values=values["p50"])]
