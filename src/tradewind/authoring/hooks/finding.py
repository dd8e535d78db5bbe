"""Which hook knows a type of connection: that of an installed provider package, else one of ours."""

from __future__ import annotations

import functools
import logging
from importlib import metadata  # reads every package's words: this module is for those who ask by type
from typing import Any, Final

from tradewind.domain import provider_packages
from tradewind.domain.errors import AirflowException
from tradewind.runtime import plugins
from tradewind.secrets.connection import Connection

_log = logging.getLogger("tradewind.hooks")

OURS: Final = {
    "fs": "tradewind.authoring.hooks.filesystem:FSHook",
    "http": "tradewind.authoring.hooks.http:HttpHook",
    "https": "tradewind.authoring.hooks.http:HttpHook",
    "mariadb": "tradewind.authoring.hooks.sql:MySqlHook",
    "mysql": "tradewind.authoring.hooks.sql:MySqlHook",
    "package_index": "tradewind.authoring.hooks.package_index:PackageIndexHook",
    "postgres": "tradewind.authoring.hooks.sql:PostgresHook",
    "postgresql": "tradewind.authoring.hooks.sql:PostgresHook",
    "smtp": "tradewind.authoring.hooks.smtp:SmtpHook",
    "sqlite": "tradewind.authoring.hooks.sql:SqliteHook",
}
"""Type of connection → where its hook lives."""
_PACKAGES: Final = {
    "aws": "amazon", "azure": "microsoft-azure", "google_cloud_platform": "google", "gcpbigquery": "google",
    "hive_cli": "apache-hive", "hiveserver2": "apache-hive", "kubernetes": "cncf-kubernetes",
    "livy": "apache-livy", "mssql": "microsoft-mssql", "spark": "apache-spark", "wasb": "microsoft-azure",
}  # fmt: skip
"""Provider packages that are not called as their type of connection."""


class NoHook(AirflowException):
    """No installed package has a hook for a type of connection."""

    def __init__(self, conn_id: str | None, conn_type: str | None) -> None:
        package = provider_packages.called(_PACKAGES.get(conn_type or "", conn_type or ""))
        if package:
            way_out = f"Install its provider package, most likely with: pip install {package}"
        elif conn_type:
            way_out = "Install the package that brings one, or give the connection another type (conn_type)."
        else:
            way_out = "Give the connection a type (conn_type)."
        super().__init__(
            f"Connection {conn_id!r} is of type {conn_type!r}, and no hook for that type is installed. "
            f"{way_out}"
        )
        self.conn_type = conn_type


@functools.cache
def packages() -> tuple[metadata.EntryPoint, ...]:
    """The entry points of installed provider packages."""
    return tuple(metadata.entry_points(group="apache_airflow_provider"))


@functools.cache
def told(entry: metadata.EntryPoint) -> dict[str, Any]:
    """What a package says of itself; nothing, with a warning, where it cannot be asked."""
    try:
        return dict(entry.load()() or {})
    except Exception as error:  # noqa: BLE001 - one broken package must not hide the others
        _log.warning("Provider package %s cannot be asked what it brings: %s", entry.name, error)
        return {}


@functools.cache
def installed() -> dict[str, str]:
    """Type of connection → import path of the hook, as installed provider packages say."""
    found: dict[str, str] = {}
    for entry in packages():
        for each in told(entry).get("connection-types", ()):
            found.setdefault(each["connection-type"], each["hook-class-name"])
    return found


def hook_class_of(kind: str | None, conn_id: str | None = None) -> Any:
    """The class of the hook for a type of connection. Raises NoHook."""
    path = installed().get(kind or "") or OURS.get(kind or "")
    if path is None:
        raise NoHook(conn_id, kind)
    return plugins.load_object(path)


def hook_of(connection: Connection, **params: Any) -> Any:
    """The hook for a connection, made with its id and ``params``. Raises NoHook."""
    made = hook_class_of(connection.conn_type, connection.conn_id)
    return made(**{made.conn_name_attr: connection.conn_id, **params})
