"""§1.2 allow_nested_operators: operators that the code of another task executes."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tradewind.authoring.dag import DAG
from tradewind.authoring.nesting import NestedOperator
from tradewind.authoring.operator import BaseOperator
from tradewind.authoring.operators.python import PythonOperator


class Inner(BaseOperator):
    def execute(self, context: Any) -> str:
        return f"inner of {context['ti'].task_id}"


class Outer(Inner):
    def __init__(self, inner: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = inner

    def execute(self, context: Any) -> str:
        return self.inner.execute(context) if self.inner else super().execute(context)


def test_a_nested_operator_works_with_a_warning(runs: Any, caplog: pytest.LogCaptureFixture) -> None:
    with DAG("d"):
        made = Outer(task_id="outer", inner=Inner(task_id="inner"))
    with caplog.at_level(logging.WARNING):
        assert runs.run(made)[0] == "inner of outer"
    assert "Inner.execute cannot be called outside of the Task Runner: task 'outer' calls it" in caplog.text


@pytest.mark.parametrize("outer", [Outer, PythonOperator])
def test_one_that_does_not_allow_it_is_refused(runs: Any, outer: Any) -> None:
    with DAG("d"):
        inner = Inner(task_id="inner", allow_nested_operators=False)
        if outer is Outer:
            made = Outer(task_id="outer", inner=inner)
        else:
            made = PythonOperator(task_id="outer", python_callable=lambda **context: inner.execute(context))
    with pytest.raises(NestedOperator, match="Make it a task of the DAG"):
        runs.run(made)


def test_the_task_itself_and_its_base_class_are_not_nested(
    runs: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with DAG("d"):
        made = Outer(task_id="outer", allow_nested_operators=False)
    assert runs.run(made)[0] == "inner of outer"
    assert made.execute({"ti": runs.ti(made)}) == "inner of outer"  # as unit tests of operators do
    assert "Task Runner" not in caplog.text
