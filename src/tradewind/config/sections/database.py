"""[database]"""

# ruff: noqa: RUF009 - option() only declares a field

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tradewind.config.option import option


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Database:
    """The metadata database."""

    sql_alchemy_conn: str = option(
        "sqlite:///{AIRFLOW_HOME}/airflow.db", "SQLAlchemy URL of the metadata database.", sensitive=True
    )
    sql_alchemy_pool_enabled: bool = option("True", "Keep connections open between uses.")
    sql_alchemy_pool_size: int = option(
        "5", "Connections kept open by each process; 0 for no limit.", minimum=0
    )
    sql_alchemy_max_overflow: int = option(
        "10", "Connections beyond the pool's size; -1 for no limit.", minimum=-1
    )
    sql_alchemy_pool_recycle: int = option("1800", "Seconds after which a connection is renewed.", minimum=-1)
    sql_alchemy_pool_pre_ping: bool = option("True", "Test a connection before it is used.")
    sql_alchemy_schema: str = option("", "Schema of the tables (PostgreSQL).")
    sql_alchemy_connect_args: str = option("", "Import path of a dict of driver arguments.")
    sql_alchemy_engine_args: dict[str, Any] | None = option(
        None, "More engine arguments, as JSON.", sensitive=True
    )
    sql_engine_collation_for_ids: str = option("", "Collation of id columns (MySQL).")
    max_db_retries: int = option("3", "Tries of a transaction that met a busy database.", minimum=1)
    load_default_connections: bool = option("False", "Make Airflow's sample connections with a new database.")
    check_migrations: bool = option("True", "Check at start that the database has this version's tables.")
