"""Connections and variables from ``AIRFLOW_CONN_X`` and ``AIRFLOW_VAR_X``."""

from __future__ import annotations

import os
from collections.abc import Mapping

from tradewind.secrets.backend import BaseSecretsBackend

CONNECTION_PREFIX = "AIRFLOW_CONN_"
VARIABLE_PREFIX = "AIRFLOW_VAR_"


class EnvironmentVariablesBackend(BaseSecretsBackend):
    """The process's environment, read at each look-up, for tasks may change it."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    def get_conn_value(self, conn_id: str) -> str | None:
        """The connection as a URI or JSON text."""
        return self._environ.get(CONNECTION_PREFIX + conn_id.upper())

    def get_variable(self, key: str) -> str | None:
        """The variable's text, or None."""
        return self._environ.get(VARIABLE_PREFIX + key.upper())
