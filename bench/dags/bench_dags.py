"""The DAGs that the benchmarks run."""

from datetime import datetime

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, get_current_context, task
from bench.body import body


def work(task: str, n: int | None) -> None:
    body(get_current_context()["run_id"], task, n)


def operator(task: str, n: int | None = None) -> PythonOperator:
    return PythonOperator(task_id=task, python_callable=work, op_args=[task, n])


def dag(name: str, **options: object) -> DAG:
    return DAG(
        name,
        schedule=None,
        start_date=datetime(2024, 1, 1),
        is_paused_upon_creation=False,
        **{"max_active_tasks": 64, "max_active_runs": 64, **options},
    )


def chain(name: str, length: int, n: int | None = None) -> DAG:
    with dag(name) as made:
        previous = None
        for index in range(length):
            task = operator(f"t{index:02d}", n)
            if previous is not None:
                previous >> task
            previous = task
    return made


one = chain("bench_one", 1)
chain5 = chain("bench_chain5", 5)
chain50 = chain("bench_chain50", 50)
fib40 = chain("bench_fib40", 40, 10)

with dag("bench_fan", max_active_tasks=16) as fan:
    source, sink = operator("source"), operator("sink")
    source >> [operator(f"t{index:03d}") for index in range(200)] >> sink

with dag("bench_mapped", max_active_tasks=16) as mapped:

    @task
    def numbers() -> list[int]:
        body(get_current_context()["run_id"], "numbers", None)
        return list(range(10_000))

    PythonOperator.partial(task_id="one", python_callable=work).expand(
        op_args=numbers().map(lambda n: ["one", None])
    )
