"""What deadline references of plug-ins answer, for the plug-in host."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tradewind.authoring.deadlines import BaseDeadlineReference
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import plugins as messages


class _NoSession:
    """Stands where Airflow gives a session of its database."""

    def __getattr__(self, name: str) -> Any:
        raise AirflowException(
            f"session.{name} is not there: a deadline reference runs without Airflow's database. Compute the "
            "moment from the run's dag_id and run_id (required_kwargs), or ask the REST API"
        )


def start(reference: BaseDeadlineReference, asked: messages.DeadlineStart) -> messages.MomentIs:
    """From when the deadline counts. Raises AirflowException for an answer that is no moment."""
    known = {"dag_id": asked.dag_id, "run_id": asked.run_id}
    wanted = set(reference.required_kwargs)
    if missing := sorted(wanted - known.keys()):
        raise AirflowException(f"it requires {', '.join(missing)}; there are {', '.join(known)}")
    given = {name: value for name, value in known.items() if name in wanted}
    found = reference._evaluate_with(session=_NoSession(), **given)
    if found is None:
        return messages.MomentIs()
    if not isinstance(found, datetime) or found.tzinfo is None:
        raise AirflowException(f"it gave {found!r}; a date with a time zone is needed")
    return messages.MomentIs(
        at=datetime.fromtimestamp(found.timestamp(), UTC).replace(microsecond=found.microsecond)
    )
