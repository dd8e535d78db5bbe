"""``Variable``: settings that DAG files and tasks read, from the secrets backends that the process was given.

A task process asks its host, ``tradewind run`` and the parser ask environment, files and, where there is one,
the home's database. The order is that of the process's chain (``tradewind.secrets``).
"""

from __future__ import annotations

import json
from typing import Any

from tradewind import secrets
from tradewind.authoring import suspicions
from tradewind.authoring.notset import NOTSET, ArgNotSet
from tradewind.domain.errors import AirflowException, InvalidValue, VariableNotFound


class Variable:
    """A key and a text; ``deserialize_json`` and ``serialize_json`` turn it into data and back."""

    def __init__(
        self, key: str | None = None, val: Any = None, description: str | None = None, **_: Any
    ) -> None:
        self.key = key
        self.val = val
        self.description = description

    def __repr__(self) -> str:
        return f"Variable({self.key!r})"

    @property
    def value(self) -> Any:
        """The same as ``val``."""
        return self.val

    def get_val(self) -> Any:
        """The text."""
        return self.val

    @classmethod
    def get(
        cls,
        key: str,
        default_var: Any = NOTSET,
        deserialize_json: bool = False,
        *,
        default: Any = NOTSET,
        **_: Any,
    ) -> Any:
        """The value; where there is none, the default (``default`` in 3.x, ``default_var`` before).

        Raises VariableNotFound (a KeyError) where there is no default, InvalidValue for text that is not
        JSON.
        """
        text = cls.get_variable_from_secrets(key)
        if text is None:
            fallback = default if isinstance(default_var, ArgNotSet) else default_var
            if isinstance(fallback, ArgNotSet):
                raise VariableNotFound(key)
            return fallback
        return _from_json(key, text) if deserialize_json else text

    @classmethod
    def set(
        cls, key: str, value: Any, description: str | None = None, serialize_json: bool = False, **_: Any
    ) -> None:
        """Create or overwrite. Raises AirflowException where this process may not write."""
        text = json.dumps(value, indent=2) if serialize_json else str(value)
        _writer("set_variable")(key, text, description)

    @classmethod
    def update(cls, key: str, value: Any, serialize_json: bool = False, **_: Any) -> None:
        """Overwrite. Raises VariableNotFound for a key that has no value."""
        if cls.get_variable_from_secrets(key) is None:
            raise VariableNotFound(key)
        cls.set(key, value, serialize_json=serialize_json)

    @classmethod
    def setdefault(
        cls, key: str, default: Any, description: str | None = None, deserialize_json: bool = False
    ) -> Any:
        """The value; where there is none, ``default``, which is stored. Raises InvalidValue for a default
        of None.
        """
        found = cls.get(key, None, deserialize_json)
        if found is not None:
            return found
        if default is None:
            raise InvalidValue(f"The default of variable {key!r}", default, "not be None")
        cls.set(key, default, description, serialize_json=deserialize_json)
        return default

    @classmethod
    def delete(cls, key: str, **_: Any) -> int:
        """Remove it; how many were removed. Raises AirflowException where this process may not write."""
        return int(_writer("delete_variable")(key) or 0)

    @staticmethod
    def get_variable_from_secrets(key: str, **_: Any) -> str | None:
        """The text, or None."""
        if not isinstance(key, str) or not key:
            raise InvalidValue("A variable's key", key, "be a text that is not empty")
        suspicions.asked("variable", key)
        return secrets.current().get_variable(key)

    def rotate_fernet_key(self) -> None:
        """Nothing to do here: the store rotates its own."""


def _from_json(key: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidValue(
            f"Variable {key!r}", text, f"be JSON to be read with deserialize_json ({error})"
        ) from error


def _writer(verb: str) -> Any:
    chain = secrets.current()
    for holder in (chain, *getattr(chain, "backends", ())):
        method = getattr(holder, verb, None)
        if method is not None:
            return method
    raise AirflowException(
        "Variables cannot be written here: this process reads them from environment and files only. "
        "Write them in a task, or with 'airflow variables set'."
    )
