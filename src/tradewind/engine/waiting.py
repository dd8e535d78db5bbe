"""Why one task instance does not run, as its run's own rules see it: people ask, and nothing is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from tradewind.engine import readiness
from tradewind.engine.board import Board
from tradewind.engine.decisions import Ready
from tradewind.engine.facts import InstanceFacts, RunFacts
from tradewind.engine.graph import Graph
from tradewind.engine.instances import Gate, Instance
from tradewind.engine.trigger_rules import RUN

_ASKED = "asked"


class Question:
    """One task instance among those of its run. It need not be there yet."""

    def __init__(
        self, graph: Graph, run: RunFacts, instances: Iterable[InstanceFacts], task_id: str, map_index: int
    ) -> None:
        """Raises KeyError for a task that the graph does not have."""
        known = list(instances)
        if not any((one.task_id, one.map_index) == (task_id, map_index) for one in known):
            known.append(InstanceFacts(task_id=task_id, map_index=map_index, attempt_id=_ASKED))
        self._board = Board(graph, run, known, _no_attempt)
        self._instance = next(
            one for one in self._board.by_task[graph.index[task_id]] if one.map_index == map_index
        )

    def demand(self) -> Ready:
        """What it needs to start, for ``limits.Limits``."""
        return self._board.demand(self._instance)

    def is_held_by_past(self) -> bool:
        """Whether the run before this one does not let it run yet."""
        return self._instance.task_id in self._board.past_unmet

    def above(self) -> list[str] | None:
        """What the tasks above it are, in words, where its trigger rule or its setups do not let it run."""
        gate = self._instance.gate
        if gate is None or readiness.verdict(self._board, gate) is RUN:
            return None
        return sorted(self._told(gate))

    def _told(self, gate: Gate) -> Iterator[str]:
        board, graph = self._board, self._board.graph
        direct = graph.upstream[gate.task]
        scopes = graph.scopes
        setups = set() if scopes is None else {*scopes.indirect[gate.task], *scopes.between[gate.task]}
        for task in (*direct, *sorted(setups - set(direct))):
            near = board.gates.under(task, gate.path[: graph.shared(task, gate.task)])
            if near:
                yield f"{graph.ids[task]} is {'/'.join(sorted({_state(one) for one in near}))}"


def _state(instance: Instance) -> str:
    return str(instance.state) if instance.state is not None else "no state"


def _no_attempt(now: datetime) -> str:
    raise AssertionError("nothing begins where somebody only asks")
