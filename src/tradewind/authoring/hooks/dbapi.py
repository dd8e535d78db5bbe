"""Database connections by Airflow connection; a driver loads when a task connects."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from tradewind.domain.errors import AirflowException, ConnectionNotFound

_DRIVERS: dict[str, tuple[tuple[str, str], ...]] = {
    "sqlite": (("sqlite3", ""),),
    "postgres": (("psycopg", "psycopg[binary]"), ("psycopg2", "psycopg2-binary")),
    "mysql": (
        ("MySQLdb", "mysqlclient"),
        ("pymysql", "PyMySQL"),
        ("mysql.connector", "mysql-connector-python"),
    ),
}
_ALIASES = {"postgresql": "postgres", "mariadb": "mysql"}


class DriverMissing(AirflowException, ImportError):
    """No driver for a kind of database is installed."""


def driver(kind: str) -> Any:
    """The module that speaks with databases of this kind. Raises DriverMissing with the pip command."""
    known = _DRIVERS.get(kind)
    if known is None:
        raise AirflowException(
            f"Connections of type {kind!r} cannot run SQL here; known are {', '.join(_DRIVERS)}. "
            f"Install the provider package of that database."
        )
    for module, _ in known:
        try:
            return importlib.import_module(module)
        except ImportError:
            continue
    names = " or ".join(package for _, package in known)
    raise DriverMissing(
        f"SQL on {kind} needs a driver that is not installed. Install it with: pip install {known[0][1]} "
        f"({names})"
    )


def connect(conn_id: str, database: str | None = None, kind: str | None = None) -> Any:
    """A DB-API connection to what ``conn_id`` names. Raises ConnectionNotFound, DriverMissing."""
    from tradewind import secrets

    found: Any = secrets.current().get_connection(conn_id)
    if found is None:
        raise ConnectionNotFound(conn_id)
    kind = kind or _ALIASES.get(found.conn_type, found.conn_type)
    module = driver(kind)
    if kind == "sqlite":
        return module.connect(found.host or database or found.schema or ":memory:")
    return module.connect(**_arguments(kind, module.__name__, found, database))


def _arguments(kind: str, module: str, found: Any, database: str | None) -> dict[str, Any]:
    name = database or found.schema
    given: dict[str, Any] = {
        "host": found.host or "localhost",
        "user": found.login,
        "password": found.password,
    }
    given["port"] = int(found.port or (5432 if kind == "postgres" else 3306))
    if name:
        given["dbname" if kind == "postgres" else "db" if module == "MySQLdb" else "database"] = name
    extra = dict(found.extra_dejson or {})
    extra.pop("__extra__", None)
    return {**{key: value for key, value in given.items() if value is not None}, **extra}


def run(
    connection: Any,
    statements: Iterable[str],
    parameters: Any = None,
    *,
    autocommit: bool = False,
    handler: Any = None,
    log: Callable[..., None] | None = None,
) -> list[Any]:
    """Execute the statements in one transaction (or each in its own); what ``handler(cursor)`` made of
    each.
    """
    results: list[Any] = []
    if autocommit and hasattr(connection, "autocommit"):
        _set_autocommit(connection)
    with closing(connection):
        for statement in statements:
            if log is not None:
                log("Running statement: %s", statement)
            with closing(connection.cursor()) as cursor:
                cursor.execute(statement, parameters) if parameters is not None else cursor.execute(statement)
                results.append(handler(cursor) if handler is not None else None)
        connection.commit()
    return results


def _set_autocommit(connection: Any) -> None:
    if callable(connection.autocommit):
        connection.autocommit(True)
    else:
        connection.autocommit = True


def split_sql(text: str) -> list[str]:
    """The statements of a text, cut at semicolons that stand in no quotes and no comment."""
    statements: list[str] = []
    current: list[str] = []
    index, quote = 0, ""
    while index < len(text):
        char, pair = text[index], text[index : index + 2]
        end = _skipped(text, index, pair) if not quote else index
        if end > index:
            current.append(text[index:end])
            index = end
            continue
        quote = _quote_after(char, quote)
        if char == ";" and not quote:
            statements.append("".join(current).strip())
            current = []
        else:
            current.append(char)
        index += 1
    statements.append("".join(current).strip())
    return [statement for statement in statements if statement]


def _quote_after(char: str, quote: str) -> str:
    if quote:
        return "" if char == quote else quote
    return char if char in "'\"`" else ""


def _skipped(text: str, index: int, pair: str) -> int:
    """Where a comment that begins here ends; ``index`` itself if none does."""
    if pair == "--":
        end = text.find("\n", index)
        return len(text) if end < 0 else end
    if pair == "/*":
        end = text.find("*/", index)
        return len(text) if end < 0 else end + 2
    return index
