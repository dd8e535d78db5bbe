"""What ``ti.xcom_pull`` means, request by request."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from tradewind.authoring import mapped_places, xcom
from tradewind.authoring.notset import NOTSET, ArgNotSet
from tradewind.domain.messages import data


def pull(
    ti: Any, task_ids: Any, dag_id: str, key: str | None, run_id: str, *, prior: bool, map_indexes: Any,
    default: Any,
) -> Any:  # fmt: skip
    """See ``TaskRun.xcom_pull``."""
    dag = ti.task.get_dag() if ti.task is not None else None
    if dag is not None and dag.sub_dags:
        from tradewind.authoring import subdags  # only DAG files of Airflow 1.x and 2.x have them

        dag_id, task_ids = subdags.real_names(dag, ti.task_id, dag_id, task_ids)
    reader = _Reader(ti, dag, dag_id, run_id, key, prior, default)
    if task_ids is None:
        return reader.nearest()
    if isinstance(task_ids, str):
        return reader.one_task(task_ids, map_indexes)
    values: list[Any] = []
    for task_id in task_ids:
        found = reader.one_task(task_id, map_indexes)
        several = isinstance(found, list) and reader.is_several(task_id, map_indexes)
        values.extend(found) if several else values.append(found)
    return values


class _Reader:
    def __init__(
        self, ti: Any, dag: Any, dag_id: str, run_id: str, key: str | None, prior: bool, default: Any
    ) -> None:
        """``dag`` is that of ``ti``; None where it is not at hand."""
        self._ti, self._dag_id, self._run_id, self._key = ti, dag_id, run_id, key or ""
        self._dag = dag if dag is not None and dag.dag_id == dag_id else None
        self._any_key = not key
        self._prior, self._default = prior, default

    def one_task(self, task_id: str, map_indexes: Any) -> Any:
        if self._any_key:
            names = {"dag_id": self._dag_id, "run_id": self._run_id, "task_id": task_id}
            self._key = self._ti.ask(data.GetNewestXComKey(**names)) or ""
            if not self._key:
                return self._default
        if isinstance(map_indexes, ArgNotSet):
            return self.natural(task_id)
        if map_indexes is None or isinstance(map_indexes, int):
            return self._one(task_id, map_indexes)
        return [self._one(task_id, index) for index in map_indexes]

    def is_several(self, task_id: str, map_indexes: Any) -> bool:
        """Does one task id stand for a list of values?"""
        if isinstance(map_indexes, ArgNotSet):
            task = self._task(task_id)
            return task is not None and within(task, self._ti) is not None
        return isinstance(map_indexes, Iterable)

    def nearest(self) -> Any:
        """The own value, else that of the nearest task upstream that pushed one (1.x looked at every
        task).
        """
        missing = object()
        own, self._default = self._default, missing
        try:
            for task_id in (self._ti.task_id, *self._upstream()):
                which = self._ti.map_index if task_id == self._ti.task_id else NOTSET
                found = self.one_task(task_id, which)
                nothing = found is missing or (found == [] if self.is_several(task_id, which) else False)
                if not nothing:
                    return found
        finally:
            self._default = own
        return own

    def _upstream(self) -> Iterator[str]:
        dag = self._dag
        if dag is None:
            return
        todo, seen = deque(sorted(self._ti.task.upstream_task_ids)), set()
        while todo:
            task_id = todo.popleft()
            if task_id not in seen:
                seen.add(task_id)
                yield task_id
                todo.extend(sorted(dag.get_task(task_id).upstream_task_ids))

    def _task(self, task_id: str) -> Any:
        return None if self._dag is None else self._dag.task_dict.get(task_id)

    def natural(self, task_id: str) -> Any:
        """What is meant when nobody says: all values of a mapped task, as far as they are not one's own
        index's, else the only one.
        """
        task = self._task(task_id)
        if task is None:
            return self._one(task_id, None)
        beginning = within(task, self._ti)
        if beginning is not None:
            return self._all(task_id, beginning if mapped_places.depth(task) > 1 else None)
        path = mapped_places.path(self._ti)[: mapped_places.depth(task)]
        if len(path) > 1:
            return self._ask(task_id, path=path)
        return self._one(task_id, path[0] if path else -1)

    def _one(self, task_id: str, index: int | None) -> Any:
        return self._ask(task_id, map_index=index)

    def _ask(self, task_id: str, **which: Any) -> Any:
        request = data.GetXCom(
            dag_id=self._dag_id, run_id=self._run_id, task_id=task_id, key=self._key,
            include_prior_dates=self._prior, **which,
        )  # fmt: skip
        request = xcom.storing(self._ti.ask, request)
        found = self._ti.ask(request)
        return self._default if found is None else self._load(found, request, which.get("map_index"))

    def _all(self, task_id: str, beginning: tuple[int, ...] | None) -> list[Any]:
        request = data.GetXComSlice(
            dag_id=self._dag_id, run_id=self._run_id, task_id=task_id, key=self._key, within=beginning,
            include_prior_dates=self._prior,
        )  # fmt: skip
        request = xcom.storing(self._ti.ask, request)
        return [self._load(text, request, None) for text in self._ti.ask(request) or ()]

    @staticmethod
    def _load(text: str, asked: data.GetXCom | data.GetXComSlice, index: int | None) -> Any:
        return xcom.load(
            text,
            dag_id=asked.dag_id,
            run_id=asked.run_id,
            task_id=asked.task_id,
            key=asked.key,
            map_index=index,
        )


def within(task: Any, ti: Any) -> tuple[int, ...] | None:
    """The beginning of the paths of those instances of a task that are meant in ``ti``'s instance.

    None where that is a single one: the task is not mapped, or lies in the same mapped groups.
    """
    count = mapped_places.shared(task, ti.task)
    return mapped_places.path(ti)[:count] if count < mapped_places.depth(task) else None
