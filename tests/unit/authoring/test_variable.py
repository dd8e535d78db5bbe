"""``Variable`` over whatever chain the process was given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tradewind import secrets
from tradewind.authoring.variable import Variable
from tradewind.domain.errors import AirflowException, InvalidValue, VariableNotFound


class Shelf:
    """A backend that can be written to."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_variable(self, key: str) -> str | None:
        return self.kept.get(key)

    def set_variable(self, key: str, value: str, description: str | None = None) -> None:
        self.kept[key] = value

    def delete_variable(self, key: str) -> int:
        return int(self.kept.pop(key, None) is not None)


class ReadOnly:
    def get_variable(self, key: str) -> str | None:
        return "from above" if key == "fixed" else None


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    before, shelf = secrets.current(), Shelf()
    secrets.use(secrets.Chain([ReadOnly(), shelf]))
    yield shelf
    secrets.use(before)


def test_text_and_json(shelf: Shelf) -> None:
    Variable.set("a", 1)
    Variable.set("b", {"x": [1]}, serialize_json=True)
    assert Variable.get("a") == "1"
    assert Variable.get("b", deserialize_json=True) == {"x": [1]}


def test_defaults_of_both_ages(shelf: Shelf) -> None:
    assert Variable.get("none", "1.x") == "1.x"
    assert Variable.get("none", default_var=None) is None
    assert Variable.get("none", default="3.x") == "3.x"
    assert Variable.get("none", default_var={"a": 1}, deserialize_json=True) == {"a": 1}


def test_a_missing_variable_is_a_key_error_that_helps(shelf: Shelf) -> None:
    with pytest.raises(KeyError, match="AIRFLOW_VAR_NONE"):
        Variable.get("none")


def test_text_that_is_not_json_names_the_variable(shelf: Shelf) -> None:
    Variable.set("a", "{")
    with pytest.raises(InvalidValue, match="Variable 'a'"):
        Variable.get("a", deserialize_json=True)


def test_update_needs_a_value_setdefault_does_not(shelf: Shelf) -> None:
    with pytest.raises(VariableNotFound):
        Variable.update("a", 1)
    assert Variable.setdefault("a", 1) == 1
    assert Variable.setdefault("a", 2) == "1"
    Variable.update("a", 3)
    assert Variable.get("a") == "3"
    assert Variable.setdefault("j", {"k": 1}, deserialize_json=True) == {"k": 1}
    assert Variable.get("j", deserialize_json=True) == {"k": 1}
    with pytest.raises(InvalidValue, match="None"):
        Variable.setdefault("z", None)


def test_delete_counts(shelf: Shelf) -> None:
    Variable.set("a", 1)
    assert (Variable.delete("a"), Variable.delete("a")) == (1, 0)


def test_order_of_backends(shelf: Shelf) -> None:
    Variable.set("fixed", "below")
    assert Variable.get("fixed") == "from above"


def test_where_nothing_can_be_written_the_error_says_what_to_do() -> None:
    before = secrets.current()
    secrets.use(secrets.Chain([ReadOnly()]))
    try:
        with pytest.raises(AirflowException, match="airflow variables set"):
            Variable.set("a", 1)
    finally:
        secrets.use(before)


@pytest.mark.parametrize("key", ["", None, 5])
def test_keys_are_texts(key: object) -> None:
    with pytest.raises(InvalidValue, match="key"):
        Variable.get(key)
