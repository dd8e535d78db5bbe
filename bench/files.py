"""With 500 DAG files present: how long until all are listed, and until a saved file can be scheduled?"""

from __future__ import annotations

import time

from bench.figures import Figure
from bench.server import Server, until

FILE = """from datetime import datetime
from airflow.sdk import DAG
from airflow.providers.standard.operators.python import PythonOperator

def f():
    return 1

with DAG({name!r}, schedule="@daily", start_date=datetime(2024, 1, 1), catchup=False, tags=[{tag!r}]) as dag:
    previous = None
    for index in range(10):
        task = PythonOperator(task_id=f"t{{index}}", python_callable=f)
        if previous is not None:
            previous >> task
        previous = task
"""


def measure(times: int) -> list[Figure]:
    made = Server([])
    folder = made.home / "dags"
    for index in range(500):
        (folder / f"scale_{index:03d}.py").write_text(FILE.format(name=f"scale_{index:03d}", tag="v0"))
    begin = time.monotonic()
    made.start()
    until(lambda: made.get("/dags?limit=1")["total_entries"] >= 500, 120, 0.05)
    listed = time.monotonic() - begin
    new, edited = [], []
    for i in range(times):
        name = f"fresh_{i}"
        at = time.monotonic()
        (folder / f"{name}.py").write_text(FILE.format(name=name, tag="v1"))
        made.known(name)
        new.append(time.monotonic() - at)
        at = time.monotonic()
        (folder / f"{name}.py").write_text(FILE.format(name=name, tag="v2"))
        until(lambda n=name: [t["name"] for t in made.get(f"/dags/{n}")["tags"]] == ["v2"], 60)
        edited.append(time.monotonic() - at)
    made.stop()
    return [
        Figure(name="500 files: standalone → all listed", unit="s", values=(listed,)),
        Figure(name="500 files present: new file → schedulable", unit="s", values=tuple(new), reach="0.5"),
        Figure(name="500 files present: edit → schedulable", unit="s", values=tuple(edited), reach="0.5"),
    ]
