"""Misuse that can be seen while a DAG file is read: told with the line, the DAG or task, and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewind.authoring import loader, to_spec

HEAD = """
from datetime import datetime, timedelta
from airflow.sdk import DAG, Asset, BaseOperator, Param, TaskGroup, dag, task
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
START = datetime(2024, 1, 1)

def one(**options):
    with DAG("d", start_date=START) as made:
        EmptyOperator(task_id="a", **options)
    return made

"""
LINES = HEAD.count("\n")
ONE = HEAD[: HEAD.index("EmptyOperator(task_id=")].count("\n") + 1
"""The line of EmptyOperator in ``one``."""
AT, NEXT = f"Line {LINES + 1}: ", f"Line {LINES + 4}: "


def read(folder: Path, text: str) -> tuple[list[tuple[int | None, str]], list[str]]:
    file = folder / "given.py"
    file.write_text(HEAD + text + "\n")
    found = loader.load_file(str(file), str(folder), folders=())
    _, more = to_spec.specs_of(found.dags, str(file))
    errors = [*found.errors, *more]
    assert all(error.filename == str(file) for error in errors)
    return [(error.line, error.message) for error in errors], list(found.warnings)


DAGS = {
    "max_active_tasks=-1": "max_active_tasks must be a whole number of at least 0, got -1",
    "max_active_runs='3'": "max_active_runs must be a whole number and no text: write 3, or int(…), got '3'",
    "max_active_tasks=' 8 '": "max_active_tasks must be a whole number and no text: write 8",
    "max_active_runs='x'": "max_active_runs must be a whole number, got 'x'",
    "dagrun_timeout=5": "dagrun_timeout must be a timedelta, for example timedelta(minutes=5), got 5",
    "catchup='False'": "catchup must be True or False, got 'False'",
    "is_paused_upon_creation='x'": "is_paused_upon_creation must be True or False, got 'x'",
    "owner_links={'ann': 'somewhere'}": "owner_links['ann'] must be an http, https or mailto link",
    "allowed_run_types=['weekly']": "allowed_run_types must be among",
    "deadline=5": "deadline must be a DeadlineAlert, or a list of them, got 5",
    "default_args=[1]": "default_args must be a dict, got [1]",
    "schedule='61 * * * *'": "its minute field (number 1) is '61'; use values from 0 to 59",
    "schedule=5": "use None, a cron expression, a preset",
    "schdule=None": "it has no argument 'schdule'. Did you mean 'schedule'?",
    "start_date=5": "start_date must be a datetime, for example",
    "params={'n': object()}": "A param's value must be JSON",
}


@pytest.mark.parametrize("argument", DAGS)
def test_arguments_of_a_dag(tmp_path: Path, argument: str) -> None:
    """§1.1 DAG parameters that are wrong."""
    ((line, message),), _ = read(tmp_path, f"made = DAG('flow', {argument})")
    assert DAGS[argument] in message and "'flow'" in message
    assert line == LINES + 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("schedule='@daily', catchup=True", "has a schedule and catchup, but no start_date"),
        (
            "schedule='@daily', start_date=START, params={'n': Param(type='integer')}",
            "param 'n' has no default",
        ),
        (
            "schedule='@daily', start_date=START, params={'n': Param('x', type='integer')}",
            "'x' is not of type",
        ),
    ],
)
def test_what_a_dag_lacks(tmp_path: Path, arguments: str, words: str) -> None:
    """§1.1, §1.13: the line is that of the DAG."""
    ((line, message),), _ = read(tmp_path, f"x = 1\nmade = DAG('flow', {arguments})")
    assert words in message and "'flow'" in message
    assert line == LINES + 2


TASKS = {
    "trigger_rule='sometimes'": "trigger_rule must be one of all_success",
    "trigger_rule='all_sucess'": "Did you mean 'all_success'?",
    "weight_rule='heavy'": "weight_rule must be one of downstream, upstream, absolute, got 'heavy'",
    "priority_weight='x'": "priority_weight must be a whole number, got 'x'",
    "pool_slots=0": "pool_slots must be a whole number of at least 1, got 0",
    "pool_slots=-1": "pool_slots must be a whole number of at least 1, got -1",
    "pool=5": "Pool name 5 is not valid",
    "retries='x'": "retries must be a whole number, got 'x'",
    "retries=-1": "retries must be a whole number of at least 0",
    "retry_delay='x'": "retry_delay must be a timedelta",
    "max_retry_delay='x'": "max_retry_delay must be a timedelta",
    "retry_exponential_backoff='x'": "retry_exponential_backoff must be True, False or a number",
    "retry_policy=5": "retry_policy must be a RetryPolicy",
    "execution_timeout=5": "execution_timeout must be a timedelta, for example timedelta(minutes=5), got 5",
    "max_active_tis_per_dag='x'": "max_active_tis_per_dag must be a whole number",
    "email=5": "email must be a mail address, or a list of them, got 5",
    "queue=5": "queue must be text, got 5",
    "doc_md=5": "doc_md must be text, got 5",
    "depends_on_past='False'": "depends_on_past must be True or False, got 'False'",
    "do_xcom_push='no'": "do_xcom_push must be True or False, got 'no'",
    "email_on_retry='no'": "email_on_retry must be True or False, got 'no'",
    "on_lost='x'": "on_lost must be one of retry, fail",
    "executor='Nope'": "[core] executor lists LocalExecutor. Name one of these",
    "start_date='nonsense'": "start_date must be a date such as 2024-01-31",
    "colour='red'": "it has no argument 'colour'",
    "params={'n': object()}": "A param's value must be JSON",
}


@pytest.mark.parametrize("argument", TASKS)
def test_arguments_of_a_task(tmp_path: Path, argument: str) -> None:
    """§1.2 Operator parameters that are wrong."""
    ((line, message),), _ = read(tmp_path, f"made = one({argument})")
    assert TASKS[argument] in message
    assert "'a'" in message
    assert line == ONE


FILES = {
    "EmptyOperator(task_id='a b')": (1, "Task id 'a b' is not valid: use ASCII letters"),
    "DAG('a b')": (1, "DAG id 'a b' is not valid"),
    "BashOperator(task_id='a')": (1, "BashOperator (task 'a') is missing keyword argument 'bash_command'"),
    "TaskGroup('g')": (1, "Task group 'g' belongs to no DAG: make it inside"),
    "with DAG('d'): TaskGroup('a.b')": (1, "Task group id 'a.b' is not valid"),
    "with DAG('d'): TaskGroup('g', default_args=5)": (1, "default_args must be a dict, got 5"),
    "with DAG('d'): BashOperator('a', 'echo')": (
        1, "BashOperator takes its arguments by name: write task_id=…, not just 'a'",
    ),
    ("with DAG('d'):\n"
     "    with TaskGroup('g'): EmptyOperator(task_id='a')\n    with TaskGroup('g'): pass"): (
        3, "'g' is used twice in DAG 'd'",
    ),
    ("with DAG('d'):\n"
     "    EmptyOperator(task_id='g')\n    TaskGroup('g')"): (3, "'g' is used twice in DAG 'd'"),
    "with DAG('d'):\n    a = EmptyOperator(task_id='a')\n    a >> a": (3, "DAG 'd' has a cycle: a >> a"),
    ("with DAG('d'): "
     "EmptyOperator(task_id='a').as_setup().as_teardown()"): (1, "is a setup and cannot be a teardown"),
    "with DAG('d', fail_fast=True):\n    EmptyOperator(task_id='a', trigger_rule='all_done')": (
        2, "DAG 'd' is fail_fast, which allows only all_done_setup_success, all_success",
    ),
    ("with DAG('d'):\n"
     "    @task\n    def f(): ...\n    f().zip(5)"): (4, "zip() takes results of tasks, got 5 (int)"),
    ("with DAG('d'):\n"
     "    @task\n    def f(): ...\n    f().concat([1])"): (4, "concat() takes results of tasks"),
    "class X(BaseOperator):\n    def __init__(self, **kwargs): pass\nX(task_id='a')": (
        3, "X.__init__ does not call its base class: it must take **kwargs and call super()",
    ),
    "Asset('')": (1, "asset must have a name or a uri"),
    "Asset('a', extra=[1])": (1, "asset extra must be a dict, got [1]"),
    "Asset('airflow://x')": (1, "must not begin with 'airflow:', which is reserved"),
    "Asset('self')": (1, "asset name must not be 'self' or 'context'"),
    "Asset(uri=5)": (1, "asset uri must be text of 1 to 1500 characters, got 5"),
    "Asset('http://[x')": (1, "asset uri must be a uri"),
    ("with DAG('d'):\n"
     "    @task.stub\n    def f(): return 1\n    f()"): (4, "Task 'f': a function with @task.stub is"),
    "import pendulum\npendulum.datetime(2024, 1, 1, tz='Europe/Zurch')": (2, "Did you mean 'Europe/Zurich'?"),
}  # fmt: skip


@pytest.mark.parametrize("text", FILES)
def test_what_is_wrong_in_a_file(tmp_path: Path, text: str) -> None:
    """§1.4 task groups, §1.6 setups, §1.11 assets, §1.3 stub."""
    (line, message), *others = read(tmp_path, text)[0]
    at, words = FILES[text]
    assert words in message
    assert (line, others) == (LINES + at, [])


WARNINGS = {
    "made = DAG('d', start_date=START, end_date=datetime(2023, 1, 1))": f"{AT}DAG 'd' has end_date 2023",
    "made = one(end_date=datetime(2023, 1, 1))": f"Line {ONE}: Task 'a' of DAG 'd' has end_date 2023",
    "made = one(on_failure_callback='mail')": f"Line {ONE}: Task 'a' has on_failure_callback='mail', which",
    "made = DAG('d', on_success_callback=[print, 5])": f"{AT}DAG 'd' has on_success_callback=5, which cannot",
    "made = one(outlets=['s3://x'])": f"Line {ONE}: Task 'a' has 's3://x' among its outlets",
    "made = one(max_active_tis_per_dag=0)": "Task 'a' has max_active_tis_per_dag=0, so it never runs",
    "made = one(retry_delay=timedelta(seconds=-5))": "Task 'a' has a retry_delay below zero",
    "made = one(params={'n': Param('x', type='integer')})": "Task 'a' of DAG 'd': Invalid input for param n",
    "made = DAG('d', params={'n': Param('x', type='integer')})": "no other value will be refused",
    (
        "with DAG('d'): PythonOperator(task_id='a', python_callable=print, op_args='abc')"
    ): "as op_args. Give a list.",
    (
        "with DAG('d'): PythonOperator(task_id='a', python_callable=print, op_kwargs=[1])"
    ): "as op_kwargs. Give a dict.",
    "with DAG('d'): BashOperator(task_id='a', bash_command=5)": "has bash_command=5. Give text.",
    "with DAG('d'): BashOperator.partial(task_id='a', bash_command='x')": "partial() and never expand()",
    (
        "with DAG('d'):\n    @task\n    def f(x): ...\n    f.partial(x=1)"
    ): f"{NEXT}Task 'f' was given partial()",
    (
        "with DAG('d'): BashOperator.partial(task_id='a').expand(env=[{}])"
    ): "is missing argument 'bash_command'",
    "@dag(schedule=None)\ndef flow(): ...": "flow() is decorated with @dag and never called",
    (
        "with DAG('d'): EmptyOperator(task_id='a').as_teardown()"
    ): "Task 'a' of DAG 'd' is a teardown of no setup",
    (
        "class X(BaseOperator):\n    template_fields = ('nope',)\nwith DAG('d'): X(task_id='a')"
    ): "field 'nope', and no such",
    (
        "class X(BaseOperator):\n    template_fields = ('cmd')\n    cmd = 'x'\nwith DAG('d'): X(task_id='a')"
    ): "Write ('cmd',)",
}


@pytest.mark.parametrize("text", WARNINGS)
def test_what_is_accepted_and_surely_not_meant(tmp_path: Path, text: str) -> None:
    errors, warnings = read(tmp_path, text)
    assert errors == []
    assert len(warnings) == 1
    assert WARNINGS[text] in warnings[0]


@pytest.mark.parametrize(
    "text",
    [
        "made = one(start_date=START, end_date=START, on_failure_callback=[print], outlets=[Asset('x')])",
        "@dag(schedule=None)\ndef flow(): EmptyOperator(task_id='a')\nflow()",
        "with DAG('d'):\n    BashOperator.partial(task_id='a').expand(bash_command=['x'])",
        "with DAG('d', default_args={'bash_command': 'x'}):\n"
        "    BashOperator.partial(task_id='a').expand(env=[{}])",
        (
            "with DAG('d'):\n"
            "    @task\n    def f(x, y): ...\n    half = f.partial(x=1)\n    half.partial().expand(y=[2])"
        ),
        "made = DAG('d', params={'n': Param(type='integer')})",
        "made = DAG('d', owner_links={'ann': 'https://x.y', 'bob': 'mailto:b@x.y'}, catchup=1)",
    ],
)
def test_nothing_is_said_of_what_is_right(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == ([], [])


def test_a_stub_has_a_place_and_no_work(tmp_path: Path, runs: object) -> None:
    """§1.3 stub: a task for workers of other languages."""
    from tradewind.domain.errors import AirflowFailException

    file = tmp_path / "stub.py"
    file.write_text(
        HEAD
        + "with DAG('d') as made:\n    @task.stub(queue='java')\n    def far(x):\n        '''Elsewhere.'''\n"
        "    far(1)\n"
    )
    (made,) = loader.load_file(str(file), str(tmp_path), folders=()).dags
    task = made.get_task("far")
    assert (task.queue, task.operator_name, task.doc_md) == ("java", "@task.stub", "Elsewhere.")
    with pytest.raises(AirflowFailException, match="queue \\('java'\\)"):
        runs.run(task)  # type: ignore[attr-defined]
