"""Remove the files of XComs whose run is gone: deleted by a person, with its DAG, or by SQL.

Files of a try that is repeated are removed by the worker. What lies in an object store is removed by a
triggerer (``store/transitions/xcom_files``): the scheduler has no login there. Only files that are named as
ours are touched.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from tradewind.domain import keys
from tradewind.domain.access import SYSTEM
from tradewind.store.database import Database
from tradewind.store.queries import runs

FOLDERS_AT_ONCE: Final = 500
"""Run folders looked at in one call; the next call goes on behind them."""


class PruneXComFiles:
    """``folder`` is ``[common.io] xcom_objectstorage_path``: ``dag_id/run_id/…`` below it."""

    def __init__(self, *, database: Database, folder: Path | None) -> None:
        self._database, self._folder = database, folder
        self._behind = ""

    def run_once(self) -> int:
        """How many runs' files were removed. Raises what the database raises."""
        if self._folder is None or not self._folder.is_dir():
            return 0
        found = sorted(str(path.relative_to(self._folder)) for path in self._folder.glob("*/*"))
        chosen = list(islice((path for path in found if path > self._behind), FOLDERS_AT_ONCE))
        self._behind = chosen[-1] if len(chosen) == FOLDERS_AT_ONCE else ""
        gone = []
        with self._database.read() as tx:
            now = tx.now()
            for path in chosen:
                dag_id, run_id = (unquote(part) for part in path.split("/"))
                if runs.get(tx, dag_id, run_id, access=SYSTEM) is None:
                    gone.append(path)
        for path in gone:
            _remove(self._folder / path, now)
        return len(gone)


def _remove(folder: Path, before: datetime) -> None:
    """Our files in it (``task_id/map_index/…``) of attempts made before, and the folders that are empty then.

    A run of the same name may have begun meanwhile.
    """
    first = keys.attempt_id(before, 0)
    for file in folder.glob("*/*/*"):
        if keys.is_xcom_file(file.name, before=first):
            file.unlink(missing_ok=True)
    for place in (*folder.glob("*/*"), *folder.glob("*"), folder, folder.parent):
        with contextlib.suppress(OSError):  # something else lies in it
            place.rmdir()
