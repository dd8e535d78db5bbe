"""Values that travel between tasks (XComs, trigger arguments) as JSON text, and back as they were.

JSON's own types stay as they are. Others become ``{"__classname__": …, "__version__": …, "__data__": …}``:
dates, decimals, sets, tuples, bytes, UUIDs, paths, enums, numpy and pandas values, dataclasses, attrs and
pydantic models, and classes with their own ``serialize()`` and ``deserialize(data, version)``. Reading
a value never imports a module that neither this process has loaded nor ``[core]
allowed_deserialization_classes`` names. Nothing is ever pickled.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import Any, Final

from tradewind.authoring import serde_types
from tradewind.authoring.serde_types import CLASS, DATA, VERSION
from tradewind.domain.errors import AirflowException

_PLAIN: Final = frozenset({str, bool, int, type(None)})
_MAX_DEPTH: Final = 200


class CannotSerialize(AirflowException, TypeError):
    """A value is of a type that cannot be sent to another task."""

    def __init__(self, value: object, path: str) -> None:
        cls = type(value)
        where = f" (at {path})" if path else ""
        super().__init__(
            f"A value of type {cls.__module__}.{cls.__qualname__}{where} cannot be sent to other tasks. "
            f"Return JSON "
            f"values (text, numbers, lists, dicts), a dataclass or a pydantic model, give the class the "
            f"methods "
            f"serialize() and deserialize(data, version), or set do_xcom_push=False."
        )
        self.type_name = f"{cls.__module__}.{cls.__qualname__}"


class CannotDeserialize(AirflowException, ImportError):
    """A stored value is of a class that this process may not, or cannot, build."""


def encode(value: Any) -> str:
    """The value as JSON text. Raises CannotSerialize, which names the type and where in the value it is."""
    return json.dumps(flatten(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def decode(text: str | None) -> Any:
    """The value of a JSON text. Raises CannotDeserialize."""
    return None if text is None else restore(json.loads(text))


def length(value: Any) -> int | None:
    """How many instances a task mapped over the value has; None where it cannot be mapped over."""
    listed = isinstance(value, (list, tuple, dict, set, frozenset)) or hasattr(value, "travels_as_list")
    return len(value) if listed else None


def flatten(value: Any, path: str = "", depth: int = 0) -> Any:
    """The value made of JSON types only."""
    if type(value) in _PLAIN:
        return value
    if type(value) is float:
        return value if math.isfinite(value) else _wrapped("builtins.float", 1, str(value))  # JSON has no NaN
    if depth > _MAX_DEPTH:
        raise CannotSerialize(value, f"{path[:60]}…, nested too deeply or inside itself")
    if type(value) is dict:
        return _flat_dict(value, path, depth)
    if type(value) is list:
        return [flatten(part, f"{path}[{index}]", depth + 1) for index, part in enumerate(value)]
    return _flat_object(value, path, depth)


def _flat_dict(value: Mapping[Any, Any], path: str, depth: int) -> Any:
    if CLASS in value:
        raise AirflowException(
            f"A dict with the key {CLASS!r} cannot be sent to other tasks: the key is reserved."
        )
    if all(type(key) is str for key in value):
        return {key: flatten(part, f"{path}[{key!r}]", depth + 1) for key, part in value.items()}
    pairs = [
        [flatten(key, f"{path} key", depth + 1), flatten(part, f"{path}[{key!r}]", depth + 1)]
        for key, part in value.items()
    ]
    return _wrapped("builtins.dict", 1, pairs)


def _flat_object(value: Any, path: str, depth: int) -> Any:
    found = serde_types.dump(value)
    if found is None:
        raise CannotSerialize(value, path)
    name, version, data = found
    if name == "":  # subclasses of JSON's own types travel as those
        return flatten(data, path, depth + 1)
    return _wrapped(name, version, flatten(data, f"{path}.{type(value).__name__}", depth + 1))


def _wrapped(name: str, version: int, data: Any) -> dict[str, Any]:
    return {CLASS: name, VERSION: version, DATA: data}


def restore(value: Any) -> Any:
    """The value that was flattened."""
    if isinstance(value, list):
        return [restore(part) for part in value]
    if not isinstance(value, dict):
        return value
    if CLASS not in value:
        return {key: restore(part) for key, part in value.items()}
    name, version = str(value[CLASS]), int(value.get(VERSION, 1))
    data = restore(value.get(DATA))
    if name in serde_types.LOADERS:
        return serde_types.LOADERS[name](data)
    return serde_types.build(_class(name), data, version)


def _class(name: str) -> Any:
    """The class of that qualified name, from a module that is loaded, or may be."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        module = sys.modules.get(".".join(parts[:end])) or _allowed_module(name, ".".join(parts[:end]))
        if module is None:
            continue
        found: Any = module
        for part in parts[end:]:
            found = getattr(found, part, None)
        if isinstance(found, type):
            return found
    raise CannotDeserialize(
        f"A value of class {name} cannot be read here. Import the class in the DAG file, or name it in "
        f"[core] allowed_deserialization_classes."
    )


def _allowed_module(name: str, module: str) -> Any:
    import fnmatch
    import importlib

    from tradewind.config import compat  # only for classes that the DAG file did not import

    patterns = str(compat.conf.get("core", "allowed_deserialization_classes", fallback="")).split()
    if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
        return None
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


def describe(text: str) -> Any:
    """A stored value for people to look at: nothing is built, only read."""
    return serde_types.shown(json.loads(text))


def serialize(o: Any, depth: int = 0) -> Any:
    """``flatten`` under Airflow's name."""
    return flatten(o, depth=depth)


def deserialize(o: Any, full: bool = True, type_hint: Any = None) -> Any:
    """``restore`` under Airflow's name; without ``full``, for people to look at."""
    return restore(o) if full else serde_types.shown(o)
