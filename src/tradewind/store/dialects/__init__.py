"""What differs between database servers, named: one module a server, one class each.

``Dialect`` is the whole list of differences. Everything else in the store is written once.
"""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from tradewind.domain import errors
from tradewind.store.dialects.base import Dialect, UniqueViolated

__all__ = ["Dialect", "UniqueViolated", "for_url", "parse_url"]

_SCHEMES = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "postgresql+psycopg2": "postgresql+psycopg",
    "postgres+psycopg2": "postgresql+psycopg",
    "postgresql+asyncpg": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mysql+pymysql": "mysql+pymysql",
    "mysql+mysqldb": "mysql+pymysql",
    "mysql+mysqlconnector": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "mariadb+pymysql": "mariadb+pymysql",
}


def parse_url(url: str) -> URL:
    """The database address, with the driver that we use for it. Raises InvalidValue."""
    rule = "be a database address such as sqlite:////path/airflow.db or postgresql://user@host/airflow"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # The text may hold a password, so it is not repeated.
        raise errors.InvalidValue("sql_alchemy_conn", "(hidden)", rule) from error
    driver = _SCHEMES.get(parsed.drivername)
    if driver is None:
        hint = errors.did_you_mean(parsed.drivername, _SCHEMES)
        raise errors.InvalidValue("sql_alchemy_conn", parsed.drivername + "://…", rule + hint)
    return parsed.set(drivername=driver)


def for_url(url: URL) -> Dialect:
    """The differences of the server behind ``url``; imports its module only."""
    backend = url.get_backend_name()
    if backend == "sqlite":
        from tradewind.store.dialects.sqlite import Sqlite  # only the server in use is loaded

        return Sqlite(url)
    if backend == "postgresql":
        from tradewind.store.dialects.postgresql import Postgresql

        return Postgresql(url)
    from tradewind.store.dialects.mysql import Mysql

    return Mysql(url)
