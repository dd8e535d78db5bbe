"""Runs example files in an Airflow 2 or 3 and tells how their DAGs ended. Run by its Python:

python peer.py FOLDER_OF_FILES RESULTS.jsonl
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, os.environ["PEER_BESIDE"])  # the folder of the module below
import peer

FOLDER = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
DATABASE = Path(os.environ["AIRFLOW_HOME"]) / "airflow.db"


def main(folder: Path, out: Path) -> None:
    """One file after the other, each in a process of its own with an empty database."""
    random.choice = lambda options: options[0]  # as in ``probe``
    peer.DagRun.update_state = peer.looked_through
    peer.without_pauses()
    examples = Path(os.environ["PEER_EXAMPLES"])
    if (examples / "sql").exists():
        shutil.copytree(examples / "sql", FOLDER / "sql")
    shutil.copyfile(DATABASE, DATABASE.with_suffix(".empty"))
    for file in sorted(folder.glob("*.py")):
        for beside in ("-wal", "-shm"):  # of the database before
            DATABASE.with_name(DATABASE.name + beside).unlink(missing_ok=True)
        shutil.copyfile(DATABASE.with_suffix(".empty"), DATABASE)
        here = shutil.copyfile(file, FOLDER / file.name)
        pid = os.fork()
        if pid == 0:
            tell(here, out)
            os._exit(0)
        os.waitpid(pid, 0)
        here.unlink()


def tell(file: Path, out: Path) -> None:
    """Append what becomes of a file."""
    with out.open("a") as stream:
        for line in results(file):
            stream.write(json.dumps(line, default=str) + "\n")
            stream.flush()


def results(file: Path):
    """A line for each DAG of the file."""
    try:
        found = peer.dags_of(file)
    except ImportError as error:
        yield {"dag": file.stem, "file": file.name, "error": str(error)}
        return
    for dag_id in sorted(found):
        at = datetime.now(tz=timezone.utc)  # noqa: UP017 - Airflow 2 runs on older Pythons too
        end = peer.run(found[dag_id])
        end.pop("xcoms", None)
        told = {"dag": dag_id, "file": file.name, "at": at.isoformat(timespec="seconds")}
        yield {**told, "logical_date": peer.WHEN.isoformat(), **end}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
