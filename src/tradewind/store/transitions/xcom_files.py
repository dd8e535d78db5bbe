"""Files of long XComs in an object store go with their runs.

Whoever deletes runs asks for that in the same transaction, by a callback that belongs to no run. The
scheduler has it carried out where a login for the store is: in a triggerer. Where files lie in a folder, or
nowhere, it is dropped. Rows do not tell whether there are files: those of a try that was repeated are gone,
and that of a value which somebody replaced.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.statements import Statement
from tradewind.store.tables.base import Key
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.transitions import callbacks

AT_ONCE: Final = 100
"""Of how many runs one callback removes the files."""
_RUNS = sa.select(run.c.dag_id, run.c.run_id).order_by(run.c.run_id)
_OF_RUN = Statement(_RUNS.where(run.c.id == sa.bindparam("pk", type_=Key)))
_OF_DAG = Statement(_RUNS.where(run.c.dag_id == sa.bindparam("of_dag", type_=sa.String())))


def go_with_run(tx: Tx, pk: int) -> None:
    """The run is about to be deleted."""
    _ask(tx, tx.rows(_OF_RUN, pk=pk))


def go_with_dag(tx: Tx, dag_id: str) -> None:
    """The DAG is about to be deleted, with all its runs."""
    _ask(tx, tx.rows(_OF_DAG, of_dag=dag_id))


def _ask(tx: Tx, found: list[Any]) -> None:
    """Only what was made before now is meant: a run of the same name may follow."""
    if not found:
        return
    now = tx.now()
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        data = {
            "reason": "its runs were deleted", "runs": [run_id for _, run_id in some],
            "before": now.isoformat(),
        }  # fmt: skip
        callbacks.request_one(tx, callbacks.XCOM_FILES, some[0][0], None, data, now, in_triggerer=True)
