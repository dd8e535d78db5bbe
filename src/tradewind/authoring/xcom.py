"""How a value becomes what the database keeps of an XCom, and a value again.

By default JSON text (see ``serde``). A text longer than ``[common.io] xcom_objectstorage_threshold`` bytes
goes into a file below ``xcom_objectstorage_path`` (a folder that all workers share, or a URL of an object
store), and the database keeps its name. ``[core] xcom_backend`` names a class that does this its own way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from tradewind.authoring import calling, defaults, serde
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import data

XCOM_RETURN_KEY = "return_value"
Asked = TypeVar("Asked", data.GetXCom, data.GetXComSlice)
_OURS = frozenset(
    {
        "", "airflow.models.xcom.BaseXCom", "airflow.sdk.bases.xcom.BaseXCom",
        "airflow.sdk.execution_time.xcom.BaseXCom",
        "airflow.providers.common.io.xcom.backend.XComObjectStorageBackend",
    }
)  # fmt: skip
"""Back ends that stand for what this module does."""


class BaseXCom:
    """Base of back ends, whose ``serialize_value`` and ``deserialize_value`` are each other's inverse."""

    XCOM_RETURN_KEY = XCOM_RETURN_KEY

    @staticmethod
    def serialize_value(
        value: Any, *, key: str | None = None, task_id: str | None = None, dag_id: str | None = None,
        run_id: str | None = None, map_index: int | None = None,
    ) -> Any:  # fmt: skip
        """JSON text of the value. Raises CannotSerialize."""
        return serde.encode(value)

    @staticmethod
    def deserialize_value(result: Any) -> Any:
        """The value of what ``result.value`` holds."""
        return serde.decode(result.value)


class Stored:
    """What a back end gets to read."""

    def __init__(self, value: str, **names: Any) -> None:
        self.value = value
        self.__dict__.update(names)


def dump(value: Any, key: str, ti: Any) -> str:
    """The text to keep. Raises CannotSerialize, and whatever a back end of others raises."""
    backend = resolve_xcom_backend()
    names = {name: getattr(ti, name, None) for name in ("task_id", "dag_id", "run_id", "map_index")}
    names["key"] = key
    if backend is not BaseXCom:
        method = backend.serialize_value
        return _text(method(value, **calling.arguments(method, (value,), {}, names)))
    text = serde.encode(value)
    known = defaults.current()
    if ti is None or not known.xcom_path or known.xcom_threshold < 0 or len(text) <= known.xcom_threshold:
        return text
    from tradewind.authoring import xcom_files  # few values are that long

    return xcom_files.write(text, names, ti.id)


def load(text: str | None, **names: Any) -> Any:
    """The value of a kept text. Raises CannotDeserialize, and whatever a back end of others raises."""
    backend = resolve_xcom_backend()
    if text is None or backend is BaseXCom:
        return serde.decode(text)
    return backend.deserialize_value(Stored(text, **names))


def storing(ask: Callable[[Any], Any], request: Asked) -> Asked:
    """``request``, of the run that has the value: back ends of people's own may keep what they store by its
    id.
    """
    if not request.include_prior_dates or is_backend_ours():
        return request
    wanted = {name: getattr(request, name) for name in ("dag_id", "run_id", "task_id", "key")}
    run_id = ask(data.FindXComRun(**wanted)) or request.run_id
    return msgspec.structs.replace(request, run_id=run_id, include_prior_dates=False)


def _text(made: Any) -> str:
    """What a back end made, as JSON text; text that is JSON already stays as it is."""
    if isinstance(made, bytes):
        made = made.decode()
    if not isinstance(made, str):
        return serde.encode(made)
    try:
        json.loads(made)
    except ValueError:
        return json.dumps(made)
    return made


_backends: dict[str, Any] = {}


def is_backend_ours() -> bool:
    """Whether XComs are kept in the way that comes with Tradewind; asks without loading anything."""
    return defaults.current().xcom_backend in _OURS


def resolve_xcom_backend() -> Any:
    """The class that ``[core] xcom_backend`` names; BaseXCom where that is one of ours."""
    if is_backend_ours():
        return BaseXCom
    path = defaults.current().xcom_backend
    if path not in _backends:
        from tradewind.runtime import plugins

        found = plugins.load_object(path)
        if not (hasattr(found, "serialize_value") and hasattr(found, "deserialize_value")):
            raise AirflowException(
                f"[core] xcom_backend = {path} has no serialize_value and deserialize_value: name a "
                "subclass of airflow.sdk.bases.xcom.BaseXCom."
            )
        _backends[path] = found
    return _backends[path]


def forget(ti: Any) -> None:
    """Remove the files of the task instance's earlier tries, as their XComs are removed when a try begins."""
    if defaults.current().xcom_path and resolve_xcom_backend() is BaseXCom:
        from tradewind.authoring import xcom_files  # see dump

        xcom_files.remove(ti)
