"""50 runs of a chain of 5, triggered at once: how many tasks a second, and does each succeed?"""

from __future__ import annotations

from bench.figures import Figure, repeat
from bench.server import Server, server


def many(made: Server, tag: int) -> dict[str, float]:
    runs = [f"m{tag}_{i}" for i in range(50)]
    first = min(made.trigger("bench_chain5", run) for run in runs)
    ends = [max(row[2] for row in made.wait_bodies(run, 5)) for run in runs]
    assert {made.finished("bench_chain5", run) for run in runs} == {"success"}
    return {"rate": 250 / (max(ends) - first)}


def measure(times: int) -> list[Figure]:
    with server() as made:
        made.known("bench_chain5")
        values = repeat(times, lambda i: many(made, i))
    return [
        Figure(name="50 runs × 5 tasks triggered at once", unit="tasks/s", values=values["rate"], reach="250")
    ]
