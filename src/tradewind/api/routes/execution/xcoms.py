"""XComs of running tasks."""

from __future__ import annotations

from typing import Any

from tradewind.api.routes.execution.desk import Asked, answers
from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.store.queries import task_data
from tradewind.store.transitions import results


def _run_of(asked: Asked, request: data.GetXCom | data.GetXComSlice | data.FindXComRun) -> str:
    """The run to look in: with ``include_prior_dates`` the newest one that has the value, up to that run; who
    asks about another DAG means: up to the run that asks.
    """
    if not request.include_prior_dates:
        return request.run_id
    mine = asked.attempt
    dag_id = mine.dag_id if request.run_id == mine.run_id else request.dag_id
    until = task_data.moment_of(asked.tx, dag_id, request.run_id)
    if until is None:
        return request.run_id
    found = task_data.newest_run_with(
        asked.tx, dag_id=request.dag_id, until=until, task_id=request.task_id, key=request.key
    )
    return found or request.run_id


@answers(data.GetXCom)
def get_xcom(asked: Asked, request: data.GetXCom) -> str | None:
    """One value as JSON text, or None."""
    if request.path is not None:
        found = _nested(asked, request, _run_of(asked, request), request.path)
        return next((value for path, value in found if path == request.path), None)
    return task_data.xcom_value(
        asked.tx,
        dag_id=request.dag_id,
        run_id=_run_of(asked, request),
        task_id=request.task_id,
        key=request.key,
        map_index=request.map_index,
    )


@answers(data.GetXComElement)
def get_xcom_element(asked: Asked, request: data.GetXComElement) -> list[Any] | None:
    """The length of a list and one of its elements; None where the value is no list."""
    key = (request.dag_id, request.run_id, request.task_id, request.key, request.map_index)
    where: dict[str, Any] = dict(zip(("dag_id", "run_id", "task_id", "key", "map_index"), key, strict=True))
    pushed_at = task_data.xcom_pushed_at(asked.tx, **where)
    if pushed_at is None:
        return None
    lists = asked.services.lists
    elements = lists.get(key, pushed_at)
    if elements is None:
        elements = lists.take_apart(key, pushed_at, task_data.xcom_value(asked.tx, **where) or "")
    if elements is None:
        return None
    inside = 0 <= request.place < len(elements)
    return [len(elements), bytes(elements[request.place]).decode() if inside else None]


@answers(data.GetXComSlice)
def get_xcom_slice(asked: Asked, request: data.GetXComSlice) -> list[str | None]:
    """The values of all map indexes, in index order, cut like a Python slice."""
    run_id = _run_of(asked, request)
    cut = slice(request.start, request.stop, request.step)
    if request.within is not None:
        return [value for _, value in _nested(asked, request, run_id, request.within)[cut]]
    places = range(*cut.indices(_count(asked, request, run_id)))
    if not places:
        return []
    first, last = min(places[0], places[-1]), max(places[0], places[-1])
    values = task_data.xcom_values(
        asked.tx, dag_id=request.dag_id, run_id=run_id, task_id=request.task_id, key=request.key,
        first=first, count=last - first + 1,
    )  # fmt: skip
    return [values[place - first] for place in places]


@answers(data.CountXCom)
def count_xcom(asked: Asked, request: data.CountXCom) -> int:
    """How many map indexes pushed the key."""
    if request.within is not None:
        return len(_nested(asked, request, request.run_id, request.within))
    return _count(asked, request, request.run_id)


@answers(data.GetNewestXComKey)
def get_newest_key(asked: Asked, request: data.GetNewestXComKey) -> str | None:
    """The key under which the task pushed last, or None."""
    return task_data.newest_key(
        asked.tx, dag_id=request.dag_id, run_id=request.run_id, task_id=request.task_id
    )


def _count(asked: Asked, request: data.GetXComSlice | data.CountXCom, run_id: str) -> int:
    return task_data.xcom_count(
        asked.tx, dag_id=request.dag_id, run_id=run_id, task_id=request.task_id, key=request.key
    )


def _nested(
    asked: Asked,
    request: data.GetXCom | data.GetXComSlice | data.CountXCom,
    run_id: str,
    within: tuple[int, ...],
) -> list[tuple[tuple[int, ...], str | None]]:
    return task_data.nested_values(
        asked.tx,
        dag_id=request.dag_id,
        run_id=run_id,
        task_id=request.task_id,
        key=request.key,
        within=within,
    )


@answers(data.FindXComRun)
def find_run(asked: Asked, request: data.FindXComRun) -> str:
    """The run that has the value; the one that was named where none has."""
    return _run_of(asked, request)


@answers(data.SetXCom, writes=True)
def set_xcom(asked: Asked, request: data.SetXCom) -> None:
    """Push a value, visible at once."""
    if not request.key or len(request.key) > 512:
        raise errors.InvalidValue("An XCom's key", request.key, "have 1 to 512 characters")
    now = asked.services.clock.now()
    results.push(asked.tx, asked.attempt.attempt_id, request.key, request.value, request.length, now)


@answers(data.DeleteXCom, writes=True)
def delete_xcom(asked: Asked, request: data.DeleteXCom) -> None:
    """Remove one of the task instance's own values."""
    mine = asked.attempt
    task_data.delete_xcom(
        asked.tx,
        dag_id=mine.dag_id,
        run_id=mine.run_id,
        task_id=mine.task_id,
        map_index=mine.map_index,
        key=request.key,
    )
