"""§1.8 functions called in another Python: what travels, how, and what cannot; §1.3 their decorators."""

from __future__ import annotations

import itertools
import json
import logging
import math
import sys
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pendulum
import pytest

from tradewind.authoring import other_python, serde, venv, venv_child
from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.virtualenv import (
    BranchExternalPythonOperator,
    ExternalPythonOperator,
    PythonVirtualenvOperator,
)
from tradewind.domain import errors

NUMBERS = itertools.count()
VALUES = [
    None, 1, 1.5, "ä", [1, [2]], {"a": {"b": None}}, {1: "one", (1, 2): 3}, (1, (2,)), {1, 2}, frozenset({1}),
    b"\x00\xff", 1 + 2j, Decimal("1.10"), uuid.UUID(int=5), Path("/a/b"), date(2024, 1, 2), time(1, 2, 3),
    timedelta(days=1, seconds=2), datetime(2024, 1, 2, 3), datetime(2024, 1, 2, 3, tzinfo=UTC),
    datetime(2024, 7, 2, 3, tzinfo=ZoneInfo("Europe/Berlin")), pendulum.datetime(2024, 1, 2, tz="UTC"),
    math.inf,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_travel_both_ways(value):
    there = venv_child.restore(json.loads(serde.encode(value)))
    back = serde.decode(json.dumps(venv_child.flatten(value)))
    assert (there, back) == (value, value)
    assert (type(there), type(back)) == (type(value), type(value))


def test_a_value_that_cannot_come_back():
    with pytest.raises(TypeError, match=r"builtins\.object cannot leave this Python"):
        venv_child.flatten([object()])


@pytest.fixture
def dag():
    with DAG("d", schedule_interval="@daily", start_date=datetime(2020, 1, 1)) as made:
        yield made


def add(a, b=2, *, ds, params, logical_date, **rest):
    import os
    import sys

    return {
        "sum": a + b, "ds": ds, "params": params, "date": logical_date, "run_id": rest["run_id"],
        "strings": virtualenv_string_args,  # noqa: F821 - a global of the other Python
        "x": os.environ.get("TW_X"), "executable": sys.executable, "ti": "ti" in rest,
    }  # fmt: skip


def external(function, **options):
    name = f"a{next(NUMBERS)}"
    return ExternalPythonOperator(task_id=name, python=sys.executable, python_callable=function, **options)


def test_arguments_and_result(runs, dag):
    made = external(
        add, op_args=[1], op_kwargs={"b": 5}, params={"p": 7}, string_args=["s", 1], env_vars={"TW_X": "x"}
    )
    value, _ = runs.run(made)
    assert value == {
        "sum": 6, "ds": "2024-01-31", "params": {"p": 7}, "run_id": "r1", "strings": ["s", "1"], "x": "x",
        "date": datetime(2024, 1, 31, 6, 30, tzinfo=UTC), "executable": sys.executable, "ti": False,
    }  # fmt: skip
    assert type(value["date"]) is pendulum.DateTime


def test_no_environment(runs, dag, monkeypatch):
    monkeypatch.setenv("TW_X", "outside")

    def look():
        import os

        return os.environ.get("TW_X")

    assert runs.run(external(look))[0] == "outside"
    assert runs.run(external(look, inherit_env=False, env_vars={"TW_Y": "1"}))[0] is None


def fails():
    raise ValueError("broken here")


def test_a_function_that_raises(runs, dag, caplog):
    with (
        caplog.at_level(logging.INFO, "airflow.task"),
        pytest.raises(errors.AirflowException, match=r"status 1\.\nValueError: broken here"),
    ):
        runs.run(external(fails))
    line = fails.__code__.co_firstlineno + 1
    assert f'File "{__file__}", line {line}, in fails' in caplog.text
    assert "venv_child" not in "".join(one for one in caplog.text.splitlines() if "File" in one)


def leaves(code):
    import sys

    sys.exit(code)


def test_skip_on_exit_code(runs, dag):
    with pytest.raises(errors.AirflowSkipException, match="99"):
        runs.run(external(leaves, op_args=[99], skip_on_exit_code=99))
    with pytest.raises(errors.AirflowException, match="status 98"):
        runs.run(external(leaves, op_args=[98], skip_on_exit_code=[99]))


def returns_object():
    return object()


def test_a_result_that_cannot_travel(runs, dag):
    with pytest.raises(errors.AirflowException, match=r"builtins\.object cannot leave this Python"):
        runs.run(external(returns_object))


def wants_ti(ti):
    return ti


def test_what_the_context_cannot_send(runs, dag):
    with pytest.raises(errors.AirflowException, match=r"wants_ti\(\) asks for ti, which"):
        runs.run(external(wants_ti))
    with pytest.raises(serde.CannotSerialize, match=r"op_args\[0\]"):
        runs.run(external(leaves, op_args=[object()]))


def generates():
    yield 1


@pytest.mark.parametrize(
    ("function", "words"), [(lambda: 1, "made with def"), (print, "made with def"), (generates, "yield")]
)
def test_functions_that_cannot_travel(dag, function, words):
    with pytest.raises(errors.AirflowException, match=words):
        external(function)


@pytest.mark.parametrize("serializer", [None, "pickle", "cloudpickle", "dill"])
def test_serializers_of_airflow_are_accepted_and_not_used(runs, dag, serializer):
    assert runs.run(external(leaves_nothing, op_args=[(1, 2)], serializer=serializer))[0] == (1, 2)


def leaves_nothing(value):
    return value


def test_other_misuse(runs, dag):
    with pytest.raises(errors.InvalidValue, match="serializer"):
        external(fails, serializer="marshal")
    with pytest.raises(errors.InvalidValue, match="python_version"):
        PythonVirtualenvOperator(task_id="b", python_callable=fails, python_version=3.12)
    with pytest.raises(errors.AirflowException, match="'/no/python' is not the path of a program"):
        runs.run(ExternalPythonOperator(task_id="c", python="/no/python", python_callable=fails))


def chooses():
    return "left"


def test_branch(runs, dag):
    made = BranchExternalPythonOperator(task_id="a", python=sys.executable, python_callable=chooses)
    made >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
    assert runs.run(made)[1].skip == ("right",)


def doubled(function):
    return function


def test_decorators(runs, dag):
    @task.external_python(
        python=sys.executable,
        expect_airflow=False,
    )
    def total(numbers: list, ds=None) -> dict[str, int]:
        """Adds."""
        return {"sum": sum(numbers)}

    @task.skip_if(lambda context: False)
    @task.branch_external_python(python=sys.executable)
    def choose():
        return "left"

    total([1, 2])
    choose() >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
    made = dag.get_task("total")
    assert (made.multiple_outputs, made.doc_md, made.operator_name) == (
        True,
        "Adds.",
        "@task.external_python",
    )
    assert runs.run(made)[0] == {"sum": 3}
    assert runs.run(dag.get_task("choose"))[1].skip == ("right",)


def test_decorators_of_others_stay():
    @doubled
    @task.virtualenv(requirements=["x"])
    def work():
        return 1

    source = other_python.source_of(work.function, decorated=True)
    assert source.text == "@doubled\ndef work():\n    return 1\n"
    lines = Path(__file__).read_text().splitlines()
    assert lines[source.line].strip() == "def work():"


# --- recipes


def test_equal_recipes_share_an_environment():
    one = venv.Recipe(requirements=("a",), index_urls=("https://me:secret@x.test/simple",))
    two = venv.Recipe(requirements=("a",), index_urls=("https://other@x.test/simple",))
    assert one.name() == two.name()
    assert "secret" not in one.text()
    assert one.name() != venv.Recipe(requirements=("a",), python_version="3.9").name()


def test_a_python_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.AirflowException, match=r"asks for python2\.3, which is not on the PATH"):
        venv.make(venv.Recipe(python_version="2.3"), tmp_path / "venv", None)
