"""Runs example files in an Airflow 1.10 and tells how their DAGs ended. Run by its Python:

    python peer_1.py FOLDER_OF_FILES RESULTS.jsonl

That Airflow has no ``dag.test``; this does what its scheduler does with a run that a person has triggered.
"""

import json
import os
import random
import shutil
import sys
import time
from pathlib import Path

from airflow.models import DagBag, DagRun, TaskInstance
from airflow.utils import timezone
from airflow.utils.db import create_session
from airflow.utils.state import State

FOLDER = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
COMPANIONS = json.loads(os.environ["PEER_COMPANIONS"])
"""File name to the paths of files that have to be known when it runs."""


def main(folder: Path, out: Path) -> None:
    """One file after the other."""
    random.choice = lambda options: options[0]  # as in ``probe``
    sleep = time.sleep
    time.sleep = lambda seconds: sleep(min(seconds, 0.01))
    with out.open("w") as stream:
        for file in sorted(folder.glob("*.py")):
            for other in COMPANIONS.get(file.name, ()):
                known(shutil.copyfile(other, str(FOLDER / Path(other).name)))
            for line in results(shutil.copyfile(str(file), str(FOLDER / file.name))):
                stream.write(json.dumps(line, default=str) + "\n")
                stream.flush()


def known(file) -> DagBag:
    """Read a file and have Airflow know its DAGs."""
    bag = DagBag(str(file), include_examples=False, safe_mode=False)
    for dag in bag.dags.values():
        dag.sync_to_db()
    return bag


def results(file):
    """A line for each DAG of the file; one that waits for another of them comes after it."""
    bag, name = known(file), Path(file).name
    for error in bag.import_errors.values():
        yield {"dag": Path(file).stem, "file": name, "error": error.strip().splitlines()[-1]}
    for dag_id in sorted(bag.dags, key=lambda name: name.endswith("_child")):
        dag = bag.dags[dag_id]
        if not dag.is_subdag:
            at = timezone.utcnow()
            when = max(
                task.start_date for task in dag.tasks
            )  # before it nothing runs, after it there is a past
            told = {"dag": dag_id, "file": name, "at": at.replace(microsecond=0).isoformat()}
            yield {**told, "logical_date": when.isoformat(), **run(dag, when)}
    for other in COMPANIONS.get(name, ()):
        yield from triggered(str(FOLDER / Path(other).name))


def triggered(file):
    """A line for each run of a file's DAGs that a task has started meanwhile."""
    for dag in known(file).dags.values():
        for row in DagRun.find(dag_id=dag.dag_id, state=State.RUNNING):
            yield {"dag": dag.dag_id + " (triggered)", "file": Path(file).name, **drive(dag, row)}


def run(dag, when) -> dict:
    """How a run of the DAG ends."""
    made = dag.create_dagrun(
        run_id="manual__" + when.isoformat(), execution_date=when, state=State.RUNNING, external_trigger=True,
        start_date=timezone.utcnow(),
    )  # fmt: skip
    return drive(dag, made)


def drive(dag, made) -> dict:
    """Do with a run what the scheduler does, until it ends."""
    for _ in range(500):
        with create_session() as session:
            row = session.query(DagRun).filter(DagRun.id == made.id).one()
            row.dag = dag
            ready = row.update_state(session=session)
            if row.state != State.RUNNING:
                return {"state": row.state, "tasks": ended(row, session)}
        for ti in ready:
            attempt(ti)
    return {"error": "not over after 500 rounds"}


def attempt(ti) -> None:
    """Run a task; what it raises stands in its state."""
    try:
        ti.run()
    except BaseException as error:  # noqa: BLE001 - a task may raise whatever it likes
        print(f"{ti.task_id}: {error!r}", file=sys.stderr)


def ended(row, session) -> list:
    """Name, index, state and tries of each task instance, of SubDAGs too."""
    whose = (TaskInstance.dag_id == row.dag_id) | TaskInstance.dag_id.startswith(row.dag_id + ".")
    at = TaskInstance.execution_date == row.execution_date
    found = session.query(TaskInstance).filter(whose, at).all()
    inside = len(row.dag_id) + 1
    return sorted(
        [".".join(filter(None, (ti.dag_id[inside:], ti.task_id))), -1, ti.state, ti._try_number]
        for ti in found
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
