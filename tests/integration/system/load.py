"""DAG files whose tasks tell what they do, and how their runs end where nothing goes wrong."""

from __future__ import annotations

HEAD = '''
import json, os, time
from datetime import datetime, timedelta
from airflow import DAG
from airflow.operators.python import PythonOperator

FACTS = os.path.join(os.path.dirname(os.path.dirname(__file__)), "facts.jsonl")

def tell(ti, what, **more):
    """One line, in one write."""
    line = {"what": what, "attempt": str(ti.id), "dag": ti.dag_id, "run": ti.run_id, "task": ti.task_id,
            "map": ti.map_index, "try": ti.try_number, "pid": os.getpid(), "at": time.time(), **more}
    fd = os.open(FACTS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(fd, (json.dumps(line) + "\\n").encode())
    os.close(fd)

def body(ti, seconds=0.05, fail_tries=0, pulls=()):
    pulled = {name: ti.xcom_pull(task_ids=name) for name in pulls}
    tell(ti, "begin", pulled=pulled)
    print("begin", ti.id)
    time.sleep(seconds)
    if ti.try_number <= fail_tries:
        tell(ti, "end", failed=True)
        print("end", ti.id)
        raise ValueError("as planned")
    tell(ti, "end")
    print("end", ti.id)
    return str(ti.id)

def do(name, pulls=(), seconds=0.05, fail_tries=0, **more):
    more = {"retries": 4, **more}
    task = PythonOperator(task_id=name, python_callable=body, retry_delay=timedelta(seconds=0.2),
        op_kwargs={"seconds": seconds, "fail_tries": fail_tries, "pulls": list(pulls)}, **more)
    for pull in pulls:
        task.set_upstream(task.dag.get_task(pull))
    return task

def dag(name, **more):
    more = {"is_paused_upon_creation": False, "schedule": None, "max_active_runs": 100, **more}
    return DAG(name, start_date=datetime(2024, 1, 1), **more)
'''

CHAIN = (
    HEAD
    + """
with dag("chain"):
    do("c0")
    for n in range(1, 6):
        do(f"c{n}", [f"c{n - 1}"])
"""
)
FAN = (
    HEAD
    + """
with dag("fan"):
    do("start")
    for n in range(8):
        do(f"f{n}", ["start"], seconds=0.02 * n)
    do("join", [f"f{n}" for n in range(8)])
"""
)
RETRY = (
    HEAD
    + """
with dag("retry"):
    do("again", fail_tries=1, retries=2)
    do("after", ["again"])
    do("never", fail_tries=99, retries=1)
    do("below", ["never"])
    do("anyway", ["never", "after"], trigger_rule="all_done")
"""
)
SLOW = (
    HEAD
    + """
with dag("slow"):
    do("s", seconds=3)
    do("t", ["s"])
"""
)

LONG = (
    HEAD
    + """
with dag("long"):
    do("l", seconds=60)
"""
)

FILES = {"chain": CHAIN, "fan": FAN, "retry": RETRY}

ENDS: dict[str, tuple[str, dict[str, str]]] = {
    "chain": ("success", {f"c{n}": "success" for n in range(6)}),
    "fan": ("success", {"start": "success", **{f"f{n}": "success" for n in range(8)}, "join": "success"}),
    "retry": (
        "failed",
        {
            "again": "success",
            "after": "success",
            "never": "failed",
            "below": "upstream_failed",
            "anyway": "success",
        },
    ),
    "slow": ("success", {"s": "success", "t": "success"}),
    "long": ("success", {"l": "success"}),
}
"""DAG → how its runs end, and its tasks, whatever is killed meanwhile."""
