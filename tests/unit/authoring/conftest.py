"""A small world for authoring: built-in defaults instead of a configuration, a link that lies in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tradewind.authoring import defaults, execution, scope, task_run
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import Assignment, RunContext

AT = datetime(2024, 1, 31, 6, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def plain_defaults() -> Iterator[None]:
    defaults.use(defaults.Defaults())
    scope.forget()
    yield
    scope.forget()
    defaults.use(None)


class MemoryLink:
    """Answers for the database: XComs of one run, and whatever else a test puts into ``answers``."""

    def __init__(self) -> None:
        self.xcoms: dict[tuple[str, str, int], str] = {}
        self.answers: dict[type, Any] = {}
        self.asked: list[Any] = []
        self.task_id = ""

    def put(self, task_id: str, value: Any, key: str = "return_value", map_index: int = -1) -> None:
        self.xcoms[task_id, key, map_index] = json.dumps(value)

    def call(self, request: Any) -> Any:
        self.asked.append(request)
        if type(request) in self.answers:
            answer = self.answers[type(request)]
            if isinstance(answer, Exception):
                raise answer
            return answer
        if isinstance(request, data.SetXCom):
            self.xcoms[self.task_id, request.key, -1] = request.value
            return None
        if isinstance(request, data.GetXCom):
            return self._get(request)
        if isinstance(request, data.GetXComElement):
            return self._element(request)
        if isinstance(request, data.GetXComSlice):
            found = [(k[2], v) for k, v in self.xcoms.items() if k[:2] == (request.task_id, request.key)]
            return [value for _, value in sorted(found)]
        return None

    def _element(self, request: data.GetXComElement) -> list[Any] | None:
        value = json.loads(self.xcoms.get((request.task_id, request.key, request.map_index), "null"))
        if not isinstance(value, list):
            return None
        inside = request.place < len(value)
        return [len(value), json.dumps(value[request.place]) if inside else None]

    def _get(self, request: data.GetXCom) -> str | None:
        if request.map_index is not None:
            return self.xcoms.get((request.task_id, request.key, request.map_index))
        found = sorted((k[2], v) for k, v in self.xcoms.items() if k[:2] == (request.task_id, request.key))
        return found[0][1] if found else None


class Runs:
    """Runs single tasks of a DAG as a task process would."""

    def __init__(self) -> None:
        self.link = MemoryLink()

    def ti(
        self,
        task: Any,
        *,
        at: datetime | None = AT,
        run_type: str = "scheduled",
        conf: Any = None,
        map_index: int = -1,
        try_number: int = 1,
        **more: Any,
    ) -> task_run.TaskRun:
        run = RunContext(
            dag_id=task.dag_id,
            run_id="r1",
            run_type=run_type,
            run_after=AT + timedelta(days=1),
            logical_date=at,
            data_interval_start=at,
            data_interval_end=at + timedelta(days=1) if at else None,
            conf=json.dumps(conf or {}),
        )
        assignment = Assignment(
            attempt_id="a1",
            dispatch=1,
            task_id=task.task_id,
            map_index=map_index,
            try_number=try_number,
            run=run,
            file="/dags/x.py",
            log_path="x.log",
            **more,
        )
        self.link.task_id = task.task_id
        return task_run.TaskRun(assignment, task, self.link)

    def run(self, task: Any, **options: Any) -> tuple[Any, task_run.TaskRun]:
        ti = self.ti(task, **options)
        prepared, context = execution.prepare(ti)
        execution.render(prepared, context)
        return execution.execute(prepared, context), ti


@pytest.fixture
def runs() -> Runs:
    return Runs()
