"""Misuse that Airflow reports when it reads the file: here with file, line, task and the way out."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compat.taskflow.conftest import LINES

BEFORE = """
with DAG("d"):
    @task
    def add(a, b=0): return a + b
    @task
    def one(): return [1]
    @task(multiple_outputs=True)
    def keys(): return {"x": [1]}
    @task_group
    def group(a): add(a)
"""
CASES = {
    "add.expand(a=5)": "Task 'add': expand() needs lists, dicts or results of tasks, got a=5 (int)",
    "add.expand(a='abc')": "got a='abc' (str)",
    "add.expand(a={1, 2})": "a cannot be mapped over a set, which has no order. Use sorted(",
    "add.expand()": "Task 'add': expand() needs an argument to map over",
    "add.expand(aa=[1])": "got 'aa', which the function does not take. Did you mean 'a'?",
    "add.partial(c=1)": "partial() of task 'add' got 'c'",
    "add.partial(a=1).partial(a=2)": "partial() was given a twice",
    "add.partial(a=1).expand(a=[1])": "a cannot be given to both partial() and expand()",
    "add.expand(a=keys()['x'])": "not XCom 'x' of task 'keys'",
    "add.expand_kwargs(5)": "expand_kwargs() needs a list of dicts or the result of a task, got 5 (int)",
    "add.expand_kwargs([1])": "element 0 is 1 (int)",
    "add.override(trigger_rule='always').expand(a=one())": "with trigger rule 'always' a task does not wait",
    "task(lambda ti: 1).expand(ti=[1])": "expand() cannot give 'ti', which the context gives",
    "add.expand(a=one().map(add))": "map() needs a plain function, not a task",
    "add(a=1, b=2, c=3)": "add() (task 'add') has no argument 'c'",
    "list(one())": "cannot be walked through before it has run",
    "one()[0]": "A task's result is not known before it has run",
    "group.expand(b=[1])": "Task group 'group': expand() got 'b', which the function does not take",
    "group.expand(a=1)": "Task group 'group': expand() needs lists",
    "task_group(group_id='g', colour='red')(print)": "it has no argument 'colour'",
    "BashOperator.partial(task_id='s', bash_cmd='x')": "no argument 'bash_cmd'. Did you mean 'bash_command'",
    "BashOperator.partial(task_id='s').expand(bash_command=7)": "(task 's'): expand() needs lists",
    "BashOperator.partial(task_id='s').expand(nothing=[1])": "has no argument 'nothing'",
    "BashOperator.partial(task_id='s', bash_command='x').expand(pool=['a'])": "pool must be the same for all",
    "task(def_self)()": "@task does not decorate methods",
    "task(def_ds)()": "argument 'ds' is filled from the context, so it can have no other default than None",
    "task.run_if(print)(print)": "put @task (or @task.bash",
    "task_group(group_id='g')(lambda a: list(a)).expand(a=[1])": "Argument 'a' of the mapped task group 'g'",
    "add(1) >> 5": "5 (int) cannot be a dependency",
}
FUNCTIONS = """
def def_self(self): ...
def def_ds(ds="2024"): ...
"""


@pytest.mark.parametrize("call", CASES)
def test_misuse(errors: Any, call: str) -> None:
    text = f"{FUNCTIONS}{BEFORE}    {call}\n"
    (error,) = errors(text)
    assert CASES[call] in error.message
    assert error.filename.endswith("made.py")
    assert error.line == LINES + text.strip().count("\n") + 1


def test_argument_of_a_group_cannot_be_mapped_over(errors: Any) -> None:
    (error,) = errors(f"""{BEFORE}
    @task_group
    def outer(names):
        add.expand(a=names)
    outer.expand(names=[[1], [2]])
    """)
    assert "a is mapped over 'names', an argument of the mapped group around it" in error.message
    assert "Have a task in the group return it" in error.message


@pytest.mark.parametrize(
    ("body", "words", "line"),
    [
        (
            "a = EmptyOperator(task_id='a')\nb = EmptyOperator(task_id='b')\na >> b >> a",
            "cycle: b >> a >> b",
            3,
        ),
        (
            "@task_group\ndef g(x):\n    EmptyOperator(task_id='e', trigger_rule='always')\ng.expand(x=[1])",
            "Task 'g.e' lies in a mapped task group and has trigger rule 'always'",
            4,
        ),
        ("EmptyOperator(task_id='a')\nEmptyOperator(task_id='a')", "'a'", 3),
        ("with TaskGroup('g'): pass\nwith TaskGroup('g'): pass", "'g'", 3),
    ],
)
def test_what_only_the_whole_dag_shows(errors: Any, body: str, words: str, line: int) -> None:
    indented = body.replace("\n", "\n    ")
    (error,) = errors(f'with DAG("d"):\n    {indented}\n')
    assert words in error.message
    assert error.line == LINES + line
