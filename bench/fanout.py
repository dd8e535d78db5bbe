"""How many tasks a second? 200 no-ops side by side, 16 at a time, between a source and a sink."""

from __future__ import annotations

from bench.chain import REUSE
from bench.figures import Figure, repeat
from bench.server import Server, server


def fan(made: Server, run: str) -> dict[str, float]:
    at = made.trigger("bench_fan", run)
    rows = made.wait_bodies(run, 202)
    assert made.finished("bench_fan", run) == "success"
    return {"rate": 202 / (max(r[2] for r in rows) - at)}


def measure(times: int) -> list[Figure]:
    figures = []
    for label, settings, reach in (("isolated", {}, "300"), ("process reused", REUSE, "1500")):
        with server(settings={"AIRFLOW__CORE__PARALLELISM": "16", **settings}) as made:
            made.known("bench_fan")
            values = repeat(times, lambda i, m=made, t=label: fan(m, f"fan{t[0]}{i}"))
        figures.append(
            Figure(
                name=f"fan-out of 200, 16 slots, {label}", unit="tasks/s", values=values["rate"], reach=reach
            )
        )
    return figures
