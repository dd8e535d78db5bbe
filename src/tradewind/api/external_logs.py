"""Where the log of a try lies in the web UI of a log store (``[elasticsearch] frontend``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from tradewind.domain.errors import AirflowConfigException

if TYPE_CHECKING:
    from tradewind.store.queries.browse.task_instances import InstanceRow

LOG_ID: Final = "{dag_id}-{task_id}-{run_id}-{map_index}-{try_number}"
"""Airflow's ``log_id_template``."""
_FIELD: Final = re.compile(r"\{([^{}]*)\}")
_FIELDS: Final = (
    "dag_id", "task_id", "run_id", "map_index", "try_number", "logical_date", "execution_date",
)  # fmt: skip


class ExternalLogs(msgspec.Struct, frozen=True, kw_only=True):
    """``frontend`` is an address with ``{log_id}`` in it; ``log_id`` says what that is for a try."""

    frontend: str
    log_id: str = LOG_ID

    def url(self, row: InstanceRow, try_number: int) -> str:
        """The address of that try's log."""
        values = _values(row, try_number)
        name = _FIELD.sub(lambda found: str(values[found[1]]), self.log_id)
        scheme = "" if "://" in self.frontend else "https://"
        return scheme + self.frontend.replace("{log_id}", quote(name))


def from_options(frontend: str, log_id: str) -> ExternalLogs | None:
    """What the configuration says; None without a frontend. Raises AirflowConfigException."""
    if not frontend:
        return None
    unknown = [name for name in _FIELD.findall(log_id) if name not in _FIELDS]
    if unknown:
        raise AirflowConfigException(
            f"[elasticsearch] log_id_template names {{{unknown[0]}}}; it may name {', '.join(_FIELDS)}."
        )
    return ExternalLogs(frontend=frontend, log_id=log_id or LOG_ID)


def _values(row: InstanceRow, try_number: int) -> dict[str, Any]:
    date = "" if row.logical_date is None else row.logical_date.isoformat()
    return {
        "dag_id": row.dag_id, "task_id": row.task_id, "run_id": row.run_id, "map_index": row.map_index,
        "try_number": try_number, "logical_date": date, "execution_date": date,
    }  # fmt: skip
