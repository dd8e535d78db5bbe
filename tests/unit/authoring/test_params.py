"""§1.13 Params: defaults, values of runs, schemas."""

from __future__ import annotations

import copy
import re
from datetime import date
from types import SimpleNamespace

import pytest

from tradewind.authoring import params
from tradewind.authoring.notset import NOTSET
from tradewind.authoring.params import DagParam, Param, ParamsDict
from tradewind.domain.errors import AirflowException, ParamValidationError


def test_a_param_gives_its_default() -> None:
    assert Param(5).resolve() == 5
    assert Param(None).resolve() is None


def test_a_value_takes_the_place_of_the_default_after_a_check() -> None:
    param = Param(1, type="integer", minimum=1, maximum=3)
    assert param.resolve(2) == 2
    assert param.value == 2
    with pytest.raises(ParamValidationError, match="4 is greater than the maximum of 3"):
        param.resolve(4)
    assert param.value == 2


def test_a_param_without_default_needs_a_value() -> None:
    required = Param(type="string")
    assert not required.has_value
    with pytest.raises(ParamValidationError, match="no default value"):
        required.resolve()
    assert required.resolve("x") == "x"


def test_a_refusal_may_be_silent() -> None:
    assert Param("x", type="integer").resolve(suppress_exception=True) is None


@pytest.mark.parametrize("value", [date(2024, 1, 1), {1, 2}, object()])
def test_values_must_be_json(value: object) -> None:
    with pytest.raises(ParamValidationError, match="must be JSON"):
        Param(value)
    with pytest.raises(ParamValidationError, match="must be JSON"):
        Param(1).resolve(value)


def test_schema_can_be_given_as_a_dict() -> None:
    param = Param(1, schema={"type": "integer"})
    assert param.schema == {"type": "integer"}
    assert param.dump() == {"value": 1, "description": None, "schema": {"type": "integer"}}


def test_spec_tells_required_from_none() -> None:
    assert Param(None, description="d", type="null").spec().required is False
    spec = Param(description="d", type="string").spec()
    assert (spec.required, spec.value, spec.schema) == (True, None, {"type": "string"})


def test_a_dict_reads_values_and_keeps_schemas() -> None:
    known = ParamsDict({"n": Param(1, type="integer"), "plain": "text"})
    assert known["n"] == 1
    assert dict(known) == {"n": 1, "plain": "text"}
    known["n"] = 2
    assert known["n"] == 2
    why = "Invalid input for param n: 'x' is not of type 'integer' (value: \"x\"; schema: {"
    with pytest.raises(ParamValidationError, match=re.escape(why)):
        known["n"] = "x"
    assert known.get_param("n").value == 2


def test_update_takes_params_of_another_dict() -> None:
    known = ParamsDict({"n": Param(1, type="integer")})
    known.update(ParamsDict({"n": Param(3), "m": 4}))
    assert known.dump() == {"n": 3, "m": 4}
    known.update({"m": 5})
    known.update(m=6)
    assert known["m"] == 6


def test_validate_names_the_param() -> None:
    with pytest.raises(ParamValidationError, match="param needed"):
        ParamsDict({"needed": Param()}).validate()


def test_copies_do_not_share_values() -> None:
    known = ParamsDict({"n": Param([1])})
    other = copy.deepcopy(known)
    other["n"] = [2]
    assert known["n"] == [1]
    assert copy.copy(known) == known


def test_defaults_are_checked_but_required_params_may_stay_open() -> None:
    ParamsDict({"a": Param(type="integer")}).check_defaults()
    with pytest.raises(ParamValidationError, match="param a"):
        ParamsDict({"a": Param("x", type="integer")}).check_defaults()


def test_merge_puts_task_over_dag_and_conf_over_both() -> None:
    dag = ParamsDict({"a": Param(1, type="integer"), "b": 1, "c": 1})
    merged = params.merge(dag, {"b": 2}, {"c": 3, "new": 4})
    assert merged.dump() == {"a": 1, "b": 2, "c": 3, "new": 4}
    assert dag.dump() == {"a": 1, "b": 1, "c": 1}
    with pytest.raises(ParamValidationError, match="param a"):
        params.merge(dag, {}, {"a": "x"})


def dag_with(**known: object) -> SimpleNamespace:
    return SimpleNamespace(params=ParamsDict(known))


def test_a_dag_param_takes_conf_then_default_then_the_dags_param() -> None:
    run = SimpleNamespace(conf={"x": "conf"})
    assert DagParam(dag_with(), "x", "default").resolve({"dag_run": run, "params": {}}) == "conf"
    empty = SimpleNamespace(conf=None)
    assert DagParam(dag_with(), "x", "default").resolve({"dag_run": empty}) == "default"
    assert DagParam(dag_with(), "x", NOTSET).resolve({"dag_run": empty, "params": {"x": "dag"}}) == "dag"
    with pytest.raises(AirflowException, match="parameter x"):
        DagParam(dag_with(), "x").resolve({"dag_run": empty, "params": {}})


def test_a_dag_param_with_a_default_becomes_a_param_of_the_dag() -> None:
    dag = dag_with()
    DagParam(dag, "x", 7)
    assert dag.params["x"] == 7
