"""Connections and variables from files: JSON, YAML or ``KEY=value`` lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tradewind.domain.errors import AirflowException
from tradewind.secrets.backend import BaseSecretsBackend
from tradewind.secrets.connection import Connection


class SecretsFileUnusable(AirflowException):
    """A file of connections or variables cannot be read."""

    def __init__(self, path: str | Path, reason: str) -> None:
        super().__init__(f"The secrets file {path} cannot be used: {reason}.")
        self.path = path


class LocalFilesystemBackend(BaseSecretsBackend):
    """``variables_file_path`` and ``connections_file_path``, as Airflow's backend of that name takes them."""

    def __init__(
        self, variables_file_path: str | None = None, connections_file_path: str | None = None, **_: Any
    ) -> None:
        self.variables_file, self.connections_file = variables_file_path, connections_file_path
        self._variables = {key: _as_text(value) for key, value in _read(variables_file_path).items()}
        self._connections = load_connections(connections_file_path) if connections_file_path else {}

    def get_connection(self, conn_id: str) -> Connection | None:
        """The connection, or None."""
        return self._connections.get(conn_id)

    def get_variable(self, key: str) -> str | None:
        """The variable's text, or None."""
        return self._variables.get(key)


def load_connections(path: str | Path) -> dict[str, Connection]:
    """Connections of a file by id; each is a URI, an object, or a list with one of them."""
    found: dict[str, Connection] = {}
    for conn_id, value in _read(path).items():
        if isinstance(value, list):
            if len(value) != 1:
                raise SecretsFileUnusable(path, f"connection {conn_id!r} stands there {len(value)} times")
            value = value[0]  # noqa: PLW2901 - a list of one is that one
        found[conn_id] = _connection(path, conn_id, value)
    return found


def load_variables(path: str | Path) -> dict[str, Any]:
    """Variables of a file by key, their values as the file has them."""
    return _read(path)


def _connection(path: str | Path, conn_id: str, value: Any) -> Connection:
    if isinstance(value, Connection):
        return value
    if isinstance(value, str):
        return Connection.from_text(conn_id, value)
    if isinstance(value, dict):
        return Connection.from_dict(value, conn_id)
    raise SecretsFileUnusable(path, f"connection {conn_id!r} is neither a URI nor an object")


def _read(path: str | Path | None) -> dict[str, Any]:
    if not path:
        return {}
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretsFileUnusable(path, getattr(error, "strerror", None) or str(error)) from error
    kind = file.suffix.lstrip(".").lower() or file.name.lstrip(".")
    readers = {"json": _read_json, "yaml": _read_yaml, "yml": _read_yaml, "env": _read_env}
    if kind not in readers:
        raise SecretsFileUnusable(path, f"its kind {kind!r} is none of {', '.join(readers)}")
    found = readers[kind](path, text)
    if not isinstance(found, dict):
        raise SecretsFileUnusable(path, "it does not hold one object")
    return {str(key): value for key, value in found.items()}


def _read_json(path: str | Path, text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise SecretsFileUnusable(path, f"it is not JSON ({error})") from error


def _read_yaml(path: str | Path, text: str) -> Any:
    import yaml  # slow to load, and few have such files

    try:
        return yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise SecretsFileUnusable(path, f"it is not YAML ({error})".replace("\n", " ")) from error


def _read_env(path: str | Path, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        key, sign, value = stripped.partition("=")
        if not sign or not key.strip():
            raise SecretsFileUnusable(path, f"line {number} is not KEY=value")
        found[key.strip()] = value.strip()
    return found


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
