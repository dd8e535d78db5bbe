"""The DAG file of a shape, in the words of Airflow 2 or 3."""

from __future__ import annotations

from tests.compat.differential.shapes import Shape, Step

WORDS_2 = """\
from airflow import DAG
from airflow.decorators import task, task_group
from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.utils.task_group import TaskGroup
"""
WORDS_3 = """\
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import (
    BranchPythonOperator,
    PythonOperator,
    ShortCircuitOperator,
)
from airflow.sdk import DAG, TaskGroup, task, task_group
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
"""
COMMON = '''
import sys
from datetime import datetime, timedelta

NOW = timedelta(0)


def act(does, value, ti, ids=()):
    """What a task does, by its name."""
    if does == "fail" or (does == "flaky" and ti.try_number < 2):
        raise RuntimeError("as asked")
    if does == "fail_now":
        raise AirflowFailException("as asked")
    if does == "skip":
        raise AirflowSkipException("as asked")
    if does == "exit":
        sys.exit(1)
    if does == "push":
        ti.xcom_push("extra", {"value": value})
    if does == "pull":
        found = ti.xcom_pull(task_ids=list(ids))  # what is missing is left out in 2, and None in 3
        return [] if found is None else [one for one in found if one is not None]
    return None if does == "nothing" else value


def answer(value):
    return value


def shifted(x):
    if x == 7:
        raise AirflowSkipException("filtered")
    return x + 100


def pair(x):
    return {"x": x, "y": 5}


@task
def numbers(items):
    return items


@task
def each(x, y=0, fail_on=(), skip_on=(), also=()):
    if x in fail_on:
        raise RuntimeError("as asked")
    if x in skip_on:
        raise AirflowSkipException("as asked")
    return [x, y + len(also)]


@task
def total(values):
    values = [one for one in values or ()]
    if len(values) == 2 and not isinstance(values[1], list):
        values = [values]  # Airflow 3 hands over the only value of a mapped group as it is, not in a list
    return ["total", *values]


'''


def write(shape: Shape) -> str:
    """The text of the file."""
    words = WORDS_2 if shape.major == 2 else WORDS_3
    lines = [line for step in shape.steps for line in _lines(step)]
    lines += _edges(shape.steps)
    head = (
        f'with DAG("{shape.dag_id}", start_date=datetime(2024, 1, 1), schedule=None, catchup=False) as dag:\n'
    )
    return f"# seed {shape.seed}\n{words}{COMMON}{head}" + "".join(f"    {line}\n" for line in lines)


def _lines(step: Step) -> list[str]:
    return _KINDS[step.kind](step)


def _edges(steps: list[Step]) -> list[str]:
    known = {step.name: step for step in steps}
    return [f"{_exit(known[name])} >> {_entry(step)}" for step in steps for name in step.after] or ["pass"]


def _entry(step: Step) -> str:
    return {"fan": f"{step.name}_each", "scope": f"{step.name}_setup"}.get(step.kind, step.name)


def _exit(step: Step) -> str:
    if step.kind == "scope":
        return f"{step.name}_teardown" if step.more["follow"] == "teardown" else _exit(step.inside[-1])
    return {"fan": f"{step.name}_total", "mapped_group": f"{step.name}_total"}.get(step.kind, step.name)


def _more(step: Step) -> str:
    rule = "" if step.rule == "all_success" else f', trigger_rule="{step.rule}"'
    return rule + _retries(step)


def _retries(step: Step) -> str:
    return f", retries={step.retries}, retry_delay=NOW" if step.retries else ""


def _operator(step: Step, name: str, does: str, more: str) -> str:
    return (
        f'PythonOperator(task_id="{name}", python_callable=act, '
        f'op_kwargs={{"does": "{does}", "value": {step.value}, "ids": {step.pulls!r}}}{more})'
    )


def _plain(step: Step) -> list[str]:
    return [f"{step.name} = {_operator(step, step.name, step.does, _more(step))}"]


def _empty(step: Step) -> list[str]:
    return [f'{step.name} = EmptyOperator(task_id="{step.name}"{_more(step)})']


def _branch(step: Step) -> list[str]:
    ids = step.more["ids"]
    answer = ids[0] if len(ids) == 1 else ids or None
    return [
        f'{step.name} = BranchPythonOperator(task_id="{step.name}", python_callable=answer, '
        f"op_args=[{answer!r}]{_more(step)})"
    ]


def _short(step: Step) -> list[str]:
    return [
        f'{step.name} = ShortCircuitOperator(task_id="{step.name}", python_callable=answer, '
        f"op_args=[{step.more['truth']}], "
        f"ignore_downstream_trigger_rules={not step.more['gentle']}{_more(step)})"
    ]


def _mapped(step: Step) -> list[str]:
    does = step.does if step.does != "pull" else "ok"
    does = [
        "fail" if item in step.more["fail_on"] else "skip" if item in step.more["skip_on"] else does
        for item in step.more["items"]
    ]
    kwargs = [{"does": one, "value": number} for number, one in enumerate(does)]
    return [
        f'{step.name} = PythonOperator.partial(task_id="{step.name}", python_callable=act{_more(step)})'
        f".expand(op_kwargs={kwargs!r})"
    ]


def _fan(step: Step) -> list[str]:
    more, name = step.more, step.name
    source = f'numbers.override(task_id="{name}_source")({more["items"]!r})'
    each = f'each.override(task_id="{name}_each"{_more(step)})'
    limits = f"fail_on={more['fail_on']!r}, skip_on={more['skip_on']!r}"
    if len(more["others"]) > 1:
        limits += f", also={name}_source"
    return [
        f"{name}_source = {source}",
        f"{name}_each = {each}.partial({limits}){_expand(step)}",
        f"{name}_total = {_total(step)}({name}_each)",
    ]


def _total(step: Step) -> str:
    return f'total.override(task_id="{step.name}_total", trigger_rule="{step.more["total_rule"]}")'


def _expand(step: Step) -> str:
    source, more = f"{step.name}_source", step.more
    return {
        "one": f".expand(x={source})",
        "literal": f".expand(x={more['items']!r})",
        "cross": f".expand(x={source}, y={more['others']!r})",
        "kwargs": f".expand_kwargs({source}.map(pair))",
        "map": f".expand(x={source}.map(shifted))",
        "zip": f".expand(x={source}.zip({source}, fillvalue=0))",
        "concat": f".expand(x={source}.concat({source}))",
    }[more["form"]]


def _group(step: Step) -> list[str]:
    inner = [line for one in step.inside for line in _lines(one)] + _edges(step.inside)
    return [f'with TaskGroup("{step.name}") as {step.name}:', *(f"    {line}" for line in inner)]


def _mapped_group(step: Step) -> list[str]:
    name, more = step.name, step.more
    limits = f"fail_on={more['fail_on']!r}, skip_on={more['skip_on']!r}"
    items = f"{name}_source" if more["form"] in {"one", "map"} else repr(more["items"])
    return [
        *(
            [f'{name}_source = numbers.override(task_id="{name}_source")({more["items"]!r})']
            * (items != repr(more["items"]))
        ),
        f'@task_group(group_id="{name}")',
        f"def {name}_body(x):",
        f'    first = each.override(task_id="first"{_retries(step)})(x, {limits})',
        f'    return each.override(task_id="second", trigger_rule="{more["second_rule"]}")(first)',
        f"{name} = {name}_body.expand(x={items})",
        f"{name}_total = {_total(step)}({name})",
    ]


def _scope(step: Step) -> list[str]:
    name, more = step.name, step.more
    work = [line for one in step.inside for line in _lines(one)] + _edges(step.inside)
    setup = _operator(step, f"{name}_setup", more["setup_does"], _more(step))
    teardown = _operator(step, f"{name}_teardown", more["teardown_does"], "")
    strict = f"setups={name}_setup, on_failure_fail_dagrun={more['strict']}"
    return [
        f"{name}_setup = {setup}.as_setup()",
        *work,
        f"{name}_teardown = {teardown}.as_teardown({strict})",
        *(f"{name}_setup >> {_entry(one)}" for one in step.inside if not one.after),
        *(f"{_exit(one)} >> {name}_teardown" for one in step.inside),
    ]


_KINDS = {
    "plain": _plain, "empty": _empty, "branch": _branch, "short": _short, "mapped": _mapped, "fan": _fan,
    "group": _group, "mapped_group": _mapped_group, "scope": _scope,
}  # fmt: skip
