"""The state stores of running tasks."""

from __future__ import annotations

from datetime import timedelta

from tradewind.api.routes.execution.desk import Asked, answers
from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.store.queries import assets, state_stores, task_data


def _mine(asked: Asked) -> tuple[str, str, str, int]:
    mine = asked.attempt
    return mine.dag_id, mine.run_id, mine.task_id, mine.map_index


@answers(data.GetTaskState)
def get_task_state(asked: Asked, request: data.GetTaskState) -> str | None:
    """One value as JSON text, or None."""
    return state_stores.get_task_state(asked.tx, *_mine(asked), request.key, asked.services.clock.now())


@answers(data.SetTaskState, writes=True)
def set_task_state(asked: Asked, request: data.SetTaskState) -> None:
    """Keep a value."""
    now = asked.services.clock.now()
    expires = None if request.retention is None else now + timedelta(seconds=request.retention)
    state_stores.set_task_state(
        asked.tx, *_mine(asked), request.key, request.value, now=now, expires_at=expires
    )


@answers(data.DeleteTaskState, writes=True)
def delete_task_state(asked: Asked, request: data.DeleteTaskState) -> None:
    """Remove one, or all."""
    state_stores.delete_task_state(asked.tx, *_mine(asked), request.key)


def _asset(asked: Asked, request: data.GetAssetState | data.SetAssetState | data.DeleteAssetState) -> int:
    found = assets.by_name(asked.tx, name=request.name, uri=request.uri)
    if found is None:
        raise errors.NotFound(f"There is no asset {request.name!r} ({request.uri}).")
    return found.id


@answers(data.GetAssetState)
def get_asset_state(asked: Asked, request: data.GetAssetState) -> str | None:
    """One value as JSON text, or None."""
    return state_stores.get_asset_state(asked.tx, _asset(asked, request), request.key)


@answers(data.SetAssetState, writes=True)
def set_asset_state(asked: Asked, request: data.SetAssetState) -> None:
    """Keep a value."""
    names = ("dag_id", "run_id", "task_id", "map_index")
    watches = asked.attempt.state == task_data.WATCHER
    writer = dict.fromkeys(names) if watches else dict(zip(names, _mine(asked), strict=True))
    state_stores.set_asset_state(
        asked.tx, _asset(asked, request), request.key, request.value, now=asked.services.clock.now(),
        kind="watcher" if watches else "task", **writer,
    )  # fmt: skip


@answers(data.DeleteAssetState, writes=True)
def delete_asset_state(asked: Asked, request: data.DeleteAssetState) -> None:
    """Remove one, or all."""
    state_stores.delete_asset_state(asked.tx, _asset(asked, request), request.key)
