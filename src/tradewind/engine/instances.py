"""What a board holds: task instances, and the gates they wait behind."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tradewind.domain.states import State
from tradewind.engine.facts import InstanceFacts
from tradewind.engine.trigger_rules import Counts, no_counts

NO_TASK: Final = -1
"""The task of an instance whose task is not in the DAG (any more), or not in this run."""

DIRECT: Final = 0
"""Relation of a gate: direct upstream tasks."""
SETUPS: Final = 1
"""The setups among them, under all_done_setup_success."""
INDIRECT: Final = 2
"""Setups further up that must succeed."""
BETWEEN: Final = 3
"""Of a teardown: the tasks between its setups and itself."""


class Instance:
    """One task instance. ``gate`` is None where its task is not in the DAG any more."""

    __slots__ = (
        "answer", "attempt_id", "dispatch", "due", "end_date", "fallback", "gate", "handed_over", "lost",
        "map_index", "max_tries", "next_kwargs", "next_method", "path", "pool", "pool_slots",
        "retry_delay_override", "start_date", "state", "task", "task_id", "trigger_timeout", "try_number",
        "until",
    )  # fmt: skip

    def __init__(self, facts: InstanceFacts) -> None:
        self.task: int = NO_TASK
        self.gate: Gate | None = None
        self.task_id = facts.task_id
        self.map_index = facts.map_index
        self.path: tuple[int, ...] = facts.place
        """Its index at each level of mapping, from the outermost group in: (), (3,), or (3, 0) for the first
        of those that index 3 of a group was expanded into. Shorter than the task is deep: not expanded."""
        self.attempt_id = facts.attempt_id
        self.state: State = facts.state
        self.try_number = facts.try_number
        self.max_tries = facts.max_tries
        self.dispatch = facts.dispatch
        self.lost = facts.lost
        self.start_date = facts.start_date
        """When the first dispatch of this try started."""
        self.handed_over: datetime | None = facts.start_date
        """When the current dispatch started."""
        self.end_date = facts.end_date
        self.until = facts.until
        self.trigger_timeout = facts.trigger_timeout
        self.retry_delay_override = facts.retry_delay_override
        self.next_method = facts.next_method
        self.next_kwargs = facts.next_kwargs
        self.answer, self.fallback = facts.answer, facts.fallback
        """Of one that asks a person: what was answered, and what is taken when the time is over."""
        self.pool, self.pool_slots = facts.pool, facts.pool_slots
        self.due: datetime | None = None
        """When time alone moves it on; None where it does not wait for a time."""

    def __repr__(self) -> str:
        index = f"[{self.map_index}]" if self.map_index >= 0 else ""
        return f"<{self.task_id}{index} {self.state or 'no state'} try {self.try_number}>"


class Tally:
    """Counts of upstream task instances, with the gates that look at them.

    What lies outside a mapped group counts alike for all indexes of a task inside, so they share one tally.
    """

    __slots__ = ("counts", "dirty", "gates", "rank")

    def __init__(self, rank: int) -> None:
        self.rank = rank
        self.counts: Counts = no_counts()
        self.gates: list[Gate] = []
        self.dirty = False


class Gate:
    """What the instances of one task (or one index of a task in a mapped group) wait for."""

    __slots__ = ("dirty", "path", "pending", "tallies", "task")

    def __init__(self, task: int, path: tuple[int, ...] = ()) -> None:
        self.task = task
        self.path = path
        """The indexes in the mapped groups around the task; a shorter one while a group is not expanded."""
        self.tallies: tuple[list[Tally], ...] = ([], [], [], [])
        """For each relation (DIRECT, SETUPS, INDIRECT, BETWEEN) what is to be summed up."""
        self.pending: dict[Instance, None] = {}
        """Instances that run as soon as the gate opens, in the order in which they came."""
        self.dirty = False

    def counts(self, relation: int) -> Counts:
        """How the upstream task instances of a relation ended; all zero where there are none."""
        tallies = self.tallies[relation]
        if len(tallies) == 1:
            return tallies[0].counts
        return [sum(each) for each in zip(*(tally.counts for tally in tallies), strict=True)] or no_counts()

    def has(self, relation: int) -> bool:
        """Whether there is anything in that relation."""
        return bool(self.tallies[relation])
