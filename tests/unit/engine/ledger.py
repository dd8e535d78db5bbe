"""A database of one run in memory: applies decisions verb by verb, as strictly as the store does.

It refuses what does not fit the row (a wrong attempt id, a move that the table forbids), so that a machine
which believes one thing and tells another is found out, and it gives the facts for building a machine anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tradewind.domain.states import TASK_MOVES, DagRunState, State, TaskInstanceState
from tradewind.engine import decisions as d
from tradewind.engine.facts import InstanceFacts

T = TaskInstanceState


@dataclass
class Row:
    task_id: str
    map_index: int
    attempt_id: str
    path: tuple[int, ...] | None = None
    state: State = None
    try_number: int = 0
    max_tries: int = 0
    dispatch: int = 0
    lost: int = 0
    start_date: datetime | None = None
    end_date: datetime | None = None
    until: datetime | None = None
    trigger_timeout: datetime | None = None
    retry_delay_override: float | None = None
    next_method: str | None = None
    next_kwargs: str | None = None
    answer: str | None = None
    fallback: str | None = None

    @property
    def place(self) -> tuple[int, ...]:
        return self.path or ((self.map_index,) if self.map_index >= 0 else ())


@dataclass
class Ledger:
    rows: dict[str, Row] = field(default_factory=dict)
    run: DagRunState = DagRunState.QUEUED
    retries: dict[str, int] = field(default_factory=dict)
    attempts: set[str] = field(default_factory=set)
    callbacks: list[d.Callback] = field(default_factory=list)

    def add(self, facts: InstanceFacts) -> None:
        assert facts.attempt_id not in self.attempts, "an attempt id was used twice"
        self.attempts.add(facts.attempt_id)
        self.rows[facts.attempt_id] = Row(**{f: getattr(facts, f) for f in Row.__dataclass_fields__})

    def facts(self) -> list[InstanceFacts]:
        return [InstanceFacts(**vars(row)) for row in self.rows.values()]

    def apply(self, decisions: d.Decisions) -> None:
        for name in decisions.__struct_fields__:
            for each in getattr(decisions, name):
                getattr(self, f"_{name}", self._ignore)(each)

    def _ignore(self, each: Any) -> None:
        pass

    def _move(self, attempt_id: str, after: State, **values: Any) -> Row:
        row = self.rows[attempt_id]
        assert after in TASK_MOVES[row.state], f"{row} to {after}"
        row.state = after
        for name, value in values.items():
            setattr(row, name, value)
        return row

    def _resets(self, it: d.Reset) -> None:
        self._move(it.attempt_id, None, max_tries=it.max_tries)

    def _expansions(self, it: d.Expand) -> None:
        paths = it.paths or (None,) * len(it.map_indexes)
        for index, path, attempt_id in zip(it.map_indexes, paths, it.attempt_ids, strict=True):
            if attempt_id == it.template:
                row = self.rows[attempt_id]
                assert row.map_index in (-1, index) and row.state is None
                row.map_index, row.path = index, path
            else:
                retries = self.retries.get(it.task_id, 0)
                self.add(
                    InstanceFacts(
                        task_id=it.task_id,
                        map_index=index,
                        path=path,
                        attempt_id=attempt_id,
                        max_tries=retries,
                    )
                )
        keys = [(row.task_id, row.map_index) for row in self.rows.values()]
        assert len(keys) == len(set(keys)), "two rows of one map index"

    def _starts(self, it: d.Start) -> None:
        row = self._move(it.attempt_id, T.RUNNING)
        row.start_date = row.start_date or it.at

    def _finishes(self, it: d.Finish) -> None:
        row = self._move(it.attempt_id, it.state, end_date=it.at)
        row.start_date = row.start_date or it.start
        if it.counted:
            row.try_number = it.try_number

    def _retries(self, it: d.Retry) -> None:
        self._move(it.attempt_id, T.UP_FOR_RETRY, end_date=it.at, retry_delay_override=it.retry_delay)

    def _reschedules(self, it: d.Reschedule) -> None:
        assert it.start <= it.at
        self._move(it.attempt_id, T.UP_FOR_RESCHEDULE, end_date=it.at, until=it.until)

    def _defers(self, it: d.Defer) -> None:
        self._move(
            it.attempt_id, T.DEFERRED, trigger_timeout=it.timeout_at, next_method=it.trigger.next_method,
            next_kwargs=it.trigger.next_kwargs,
        )  # fmt: skip

    def _awaits(self, it: d.Await) -> None:
        json.loads(it.next_kwargs)
        self._move(
            it.attempt_id, T.AWAITING_INPUT, trigger_timeout=it.timeout_at, next_method=it.next_method,
            next_kwargs=it.next_kwargs,
        )  # fmt: skip

    def _expires(self, it: d.Expire) -> None:
        row = self.rows[it.attempt_id]
        assert row.state is T.AWAITING_INPUT and row.answer is None, "somebody answered before"
        assert it.fallback == row.fallback

    def _new_tries(self, it: d.NewTry) -> None:
        row = self.rows.pop(it.attempt_id)
        assert it.new_attempt_id not in self.attempts, "an attempt id was used twice"
        assert it.try_number == row.try_number + 1
        self.attempts.add(it.new_attempt_id)
        self.rows[it.new_attempt_id] = Row(
            task_id=row.task_id, map_index=row.map_index, path=row.path, attempt_id=it.new_attempt_id,
            state=row.state, try_number=it.try_number, max_tries=it.max_tries, lost=it.lost,
            end_date=row.end_date,
        )  # fmt: skip

    def _schedules(self, it: d.Schedule) -> None:
        if it.resume is not None:
            json.loads(it.resume)
        self._move(
            it.attempt_id,
            T.SCHEDULED,
            try_number=it.try_number,
            next_method=it.next_method,
            next_kwargs=it.resume,
        )

    def _unqueues(self, it: d.Unqueue) -> None:
        self._move(it.attempt_id, T.SCHEDULED)

    def _queues(self, it: d.Queue) -> None:
        row = self._move(it.attempt_id, T.QUEUED)
        assert it.dispatch > row.dispatch
        row.dispatch, row.answer, row.fallback = it.dispatch, None, None

    def _callbacks(self, it: d.Callback) -> None:
        self.callbacks.append(it)

    def _run(self, it: d.RunMove) -> None:
        assert self.run not in (DagRunState.SUCCESS, DagRunState.FAILED)
        self.run = it.state
