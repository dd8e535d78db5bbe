"""What the REST API answers, and how fast, from a database as after years of use (see ``large``).

``BENCH_LARGE`` may hold addresses of such databases that are there already, with blanks between them:
PostgreSQL is asked that way. Without it one is made for SQLite.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from bench import chain, large
from bench.figures import Figure, percentile
from bench.server import ROOT, Server, server

CALLS = 200
RATE, SECONDS = 500, 20
RUN = f"/dags/{large.LONG}/dagRuns/{large.FIRST}"
QUESTIONS = {
    "list DAGs": "/dags?exclude_stale=false&limit=100&offset={page}",
    "list DAGs by the state of their last run": (
        "/dags?exclude_stale=false&limit=100&order_by=-last_run_state"
    ),
    "list DAGs whose id holds a text": "/dags?exclude_stale=false&limit=100&dag_id_pattern=etl_0{i}",
    "list runs of a DAG with 10,000": f"/dags/{large.LONG}/dagRuns?limit=100&offset={{page}}",
    "list them newest first": f"/dags/{large.LONG}/dagRuns?limit=100&order_by=-run_after&offset={{page}}",
    "list the failed ones": f"/dags/{large.LONG}/dagRuns?limit=100&state=failed&offset={{i}}",
    "list runs of all DAGs, newest first": "/dags/~/dagRuns?limit=100&order_by=-run_after&offset={page}",
    "list task instances of a run with 5,000": (
        f"/dags/{large.WIDE}/dagRuns/{large.FIRST}/taskInstances?limit=100&offset={{page}}"
    ),
    "list failed task instances of all DAGs": "/dags/~/dagRuns/~/taskInstances?limit=100&state=failed",
    "get a run": RUN,
}


def measure(times: int) -> list[Figure]:
    figures = []
    with _databases() as urls:
        for url in urls:
            kind = url.partition(":")[0].partition("+")[0]
            with server(settings={"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url}) as made:
                figures += [_answers(made, f"{kind}: {name}", path) for name, path in QUESTIONS.items()]
                figures += _under_load(made, kind, times)
    return figures


@contextmanager
def _databases() -> Iterator[list[str]]:
    if "BENCH_LARGE" in os.environ:
        yield os.environ["BENCH_LARGE"].split()
        return
    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
        url = f"sqlite:///{folder}/airflow.db"
        subprocess.run([sys.executable, "-m", "bench.large", url], check=True)
        yield [url]


def _answers(made: Server, name: str, path: str) -> Figure:
    took = []
    for i in range(CALLS):
        begin = time.perf_counter()
        made.get(path.format(i=i % 100, page=(i * 37) % 4900))
        took.append((time.perf_counter() - begin) * 1000)
    return Figure(name=f"{name}, p95", unit="ms", values=(percentile(took, 0.95),), reach="50")


def _under_load(made: Server, kind: str, times: int) -> list[Figure]:
    """How many questions a second it sustains, and what that does to a chain that runs meanwhile. The
    API server and who asks it are nicer than the rest.
    """
    made.known("bench_chain50")
    quiet = [_gap(made, f"quiet{i}") for i in range(times + 1)][1:]
    _be_nice(made)
    question = [str(made.port), "/api/v2" + RUN, str(RATE), str(SECONDS)]
    asked = subprocess.Popen(
        ["nice", "-n", "10", sys.executable, "-m", "bench.load", *question],
        env={**os.environ, "BENCH_TOKEN": made.token}, cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(1)
    busy = []
    while asked.poll() is None and len(busy) < 5:
        busy.append(_gap(made, f"busy{len(busy)}"))
    found = json.loads(asked.communicate()[0])
    assert set(found["statuses"]) == {"200"}, found
    goal = f"{statistics.median(quiet) * 1.2:.1f}"
    name = f"{kind}: GET run asked {RATE} times a second"
    return [
        Figure(name=f"{name}, answered", unit="1/s", values=(found["rate"],), reach=f"{RATE}"),
        Figure(name=f"{name}, p95", unit="ms", values=(found["p95"],)),
        Figure(name=f"{kind}: chain of 50 beside nobody, p50", unit="ms", values=tuple(quiet)),
        Figure(name=f"{kind}: chain of 50 meanwhile, p50", unit="ms", values=tuple(busy), reach=goal),
    ]


def _be_nice(made: Server) -> None:
    """The API server gives way to the rest: every thread of it."""
    assert made.process is not None
    for child in psutil.Process(made.process.pid).children(recursive=True):
        if any(word in " ".join(child.cmdline()) for word in ("api-server", "webserver")):
            for thread in child.threads():
                os.setpriority(os.PRIO_PROCESS, thread.id, 10)


def _gap(made: Server, run: str) -> float:
    """``run``: a name; the database may know those of an earlier bench."""
    return chain.hops(made, "bench_chain50", f"{made.home.name}-{run}", 50)["p50"]
