"""What bounds a DAG's schedule."""

from __future__ import annotations

from tradewind.domain.intervals import Restriction
from tradewind.domain.spec.dag import DagSpec


def restriction(spec: DagSpec) -> Restriction:
    """From the earliest start date of the DAG and its tasks to its end date.

    Without an end date of its own a DAG ends with the last of its tasks, if all of them end.
    """
    starts = [task.start_date for task in spec.tasks if task.start_date is not None]
    if spec.start_date is not None:
        starts.append(spec.start_date)
    latest = spec.end_date
    ends = [task.end_date for task in spec.tasks]
    if latest is None and ends and None not in ends:
        latest = max(end for end in ends if end is not None)
    return Restriction(earliest=min(starts, default=None), latest=latest, catchup=spec.catchup)
