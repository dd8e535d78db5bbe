"""The secrets backends that the configuration names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tradewind.domain.errors import AirflowConfigException
from tradewind.runtime.plugins import load_object
from tradewind.secrets.environment import EnvironmentVariablesBackend

if TYPE_CHECKING:
    from tradewind.config import Config
    from tradewind.secrets.cipher import Cipher
    from tradewind.store.database import Database

OURS = {
    "airflow.secrets.local_filesystem.LocalFilesystemBackend": (
        "tradewind.secrets.local_file.LocalFilesystemBackend"
    ),
    "airflow.secrets.environment_variables.EnvironmentVariablesBackend": (
        "tradewind.secrets.environment.EnvironmentVariablesBackend"
    ),
}
"""Airflow's names of backends that are built in."""


def backends(config: Config) -> list[Any]:
    """The configured backend, if any, then the environment. Raises AirflowConfigException."""
    path = config.secrets.backend
    own = (
        [load_object(OURS.get(path, path))(**keywords("[secrets]", config.secrets.backend_kwargs))]
        if path
        else []
    )
    return [*own, EnvironmentVariablesBackend()]


def metastore(database: Database, cipher: Cipher) -> Any:
    """The backend that reads the database."""
    from tradewind.store.secrets_backend import MetastoreBackend

    return MetastoreBackend(database, cipher)


def keywords(section: str, text: str) -> dict[str, Any]:
    """A backend's arguments, from JSON. Raises AirflowConfigException."""
    try:
        found = json.loads(text or "{}")
    except ValueError as error:
        raise AirflowConfigException(f"{section} backend_kwargs must be a JSON object: {error}.") from error
    if not isinstance(found, dict):
        raise AirflowConfigException(f"{section} backend_kwargs must be a JSON object.")
    return found
