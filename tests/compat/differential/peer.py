"""Runs DAG files in an Airflow, with ``dag.test()``, and writes how each ended. Run by that Airflow's Python:

    python peer.py FOLDER_OF_FILES RESULTS.jsonl

The loop of ``dag.test`` looks at a run once between two rounds of tasks, so a skip travels one task a round,
and loses against failures that a real scheduler, which looks again and again, would see later. Here the look
is repeated until it changes nothing. Nothing else of Airflow is touched, but for the pauses of its loop.
"""

from __future__ import annotations

import json
import operator
import os
import shutil
import signal
import sys
import time
from datetime import datetime
from pathlib import Path

from airflow.models.dagrun import DagRun

import airflow

MAJOR = int(airflow.__version__.split(".")[0])
WHEN = datetime.fromisoformat(os.environ.get("PEER_WHEN", "2024-01-02T00:00:00+00:00"))
SECONDS = int(os.environ.get("PEER_SECONDS", "120"))
_look = DagRun.update_state


def looked_through(run, session, **more):
    """Looks until nothing changes."""
    seen = None
    while True:
        answer = _look(run, session=session, **more)
        session.flush()
        states = sorted(
            (ti.task_id, ti.map_index, str(ti.state)) for ti in run.get_task_instances(session=session)
        )
        if states == seen or run.state != "running":
            return answer
        seen = states


def without_pauses():
    """The loop of ``dag.test`` sleeps a second where nothing may run at once."""
    sleep = time.sleep
    time.sleep = lambda seconds: sleep(min(seconds, 0.01))


def out_of_time(number, frame):
    raise TimeoutError(f"not over after {SECONDS} s")


def dags_of(file: Path) -> dict:
    """The DAGs of a file, by id. Raises ImportError."""
    if MAJOR == 2:
        from airflow.models.dagbag import DagBag

        bag = DagBag(str(file), include_examples=False, safe_mode=False)
    else:
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(str(file), safe_mode=False)
    for trouble in bag.import_errors.values():
        raise ImportError(trouble.strip().splitlines()[-1])
    return bag.dags


def run(dag) -> dict:
    """How a DAG ended."""
    signal.signal(signal.SIGALRM, out_of_time)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 2)  # again and again: a task may take it for its own
    try:
        return described(dag.test(**{"execution_date" if MAJOR == 2 else "logical_date": WHEN}))
    except BaseException as error:  # noqa: BLE001 - how a run broke is a result
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def described(ended) -> dict:
    """State of the run, of each task instance, and all XComs."""
    from airflow.utils.session import create_session

    with create_session() as session:
        tasks = [
            [ti.task_id, ti.map_index, ti.state and str(getattr(ti.state, "value", ti.state)), ti.try_number]
            for ti in ended.get_task_instances(session=session)
        ]
        return {
            "state": str(getattr(ended.state, "value", ended.state)),
            "tasks": sorted(tasks),
            "xcoms": sorted(xcoms(ended, session), key=lambda row: (row[0], row[1], row[2])),
        }


def xcoms(ended, session) -> list:
    if MAJOR == 2:
        from airflow.models.xcom import XCom as Model

        value = operator.attrgetter("value")
    else:
        from airflow.models.xcom import XComModel as Model
        from airflow.sdk.serde import deserialize

        def value(row):
            return deserialize(Model.deserialize_value(row))

    rows = session.query(Model).filter(Model.dag_id == ended.dag_id, Model.run_id == ended.run_id)
    return [[row.task_id, row.map_index, row.key, value(row)] for row in rows]


def results(file: Path):
    """A line for each DAG of the file."""
    try:
        found = dags_of(file)
    except ImportError as error:
        yield {"dag": file.stem, "error": str(error)}
        return
    for dag_id, dag in found.items():
        yield {"dag": dag_id, **run(dag)}


def main(folder: Path, out: Path) -> None:
    """Each file is alone in Airflow's DAG folder while it runs: Airflow 3 reads all of it for every test."""
    alone = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    DagRun.update_state = looked_through
    without_pauses()
    with out.open("w") as stream:
        for file in sorted(folder.glob("*.py")):
            here = alone / file.name
            shutil.copyfile(file, here)
            for line in results(here):
                stream.write(json.dumps(line, default=str) + "\n")
            stream.flush()
            here.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
