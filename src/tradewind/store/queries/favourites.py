"""The DAGs that people marked as their favourites, by the names they log in with."""

from __future__ import annotations

import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.statements import Statement
from tradewind.store.tables.dags import dag_favorite

_one = (
    dag_favorite.c.user_id == sa.bindparam("of_user", type_=sa.String()),
    dag_favorite.c.dag_id == sa.bindparam("of_dag", type_=sa.String()),
)
_HAS = Statement(sa.select(sa.func.count()).select_from(dag_favorite).where(*_one))
_REMOVE = Statement(sa.delete(dag_favorite).where(*_one))


def has(tx: Tx, user: str, dag_id: str) -> bool:
    """Whether the DAG is a favourite of theirs."""
    return bool(tx.value(_HAS, of_user=user, of_dag=dag_id))


def add(tx: Tx, user: str, dag_id: str) -> bool:
    """Mark it; False where it is marked already."""
    return tx.run(tx.dialect.insert_ignore(dag_favorite).values(user_id=user, dag_id=dag_id)) == 1


def remove(tx: Tx, user: str, dag_id: str) -> bool:
    """Take the mark away; False where there was none."""
    return tx.run(_REMOVE, of_user=user, of_dag=dag_id) == 1


def forget(tx: Tx, user: str) -> None:
    """Take away all marks of theirs."""
    tx.run(sa.delete(dag_favorite).where(dag_favorite.c.user_id == user))
