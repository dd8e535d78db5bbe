"""Why task instances do not run, as their run's own rules see it: people ask, and nothing is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from tradewind.domain.states import FINISHED
from tradewind.engine import readiness
from tradewind.engine.board import Board
from tradewind.engine.decisions import Ready
from tradewind.engine.facts import InstanceFacts, RunFacts
from tradewind.engine.graph import Graph
from tradewind.engine.instances import Gate, Instance
from tradewind.engine.timers import due_at
from tradewind.engine.trigger_rules import RUN

_ASKED = "asked"


class Questions:
    """The task instances of a run, about each of which one may ask."""

    def __init__(
        self,
        graph: Graph,
        run: RunFacts,
        instances: Iterable[InstanceFacts],
        *,
        also: tuple[str, int] | None = None,
    ) -> None:
        """``also``: a task and map index that need not be there yet."""
        known = list(instances)
        if also is not None and not any((one.task_id, one.map_index) == also for one in known):
            known.append(InstanceFacts(task_id=also[0], map_index=also[1], attempt_id=_ASKED))
        self._board = Board(graph, run, known, _no_attempt)

    def about(self, task_id: str, map_index: int) -> Question:
        """The question about one of them. Raises KeyError for a task that the graph does not have, and
        StopIteration for an index that is not there.
        """
        task = self._board.graph.index[task_id]
        return self.of(next(one for one in self._board.by_task[task] if one.map_index == map_index))

    def of(self, instance: Instance) -> Question:
        """The question about one of ``waiting``."""
        return Question(self._board, instance)

    def waiting(self) -> list[Instance]:
        """Those that have not ended and whose task the run has, in the order in which tasks run."""
        rank = {task: place for place, task in enumerate(self._board.graph.order)}
        found = [one for one in self._board.instances if one.state not in FINISHED and one.task in rank]
        return sorted(found, key=lambda one: (rank[one.task], one.map_index))


class Question:
    """One task instance among those of its run."""

    def __init__(self, board: Board, instance: Instance) -> None:
        self._board, self._instance = board, instance

    def due(self) -> datetime | None:
        """When time alone moves it on."""
        return due_at(self._instance, self._board.graph, self._board.run)

    def demand(self) -> Ready:
        """What it needs to start, for ``limits.Limits``."""
        return self._board.demand(self._instance)

    def is_held_by_past(self) -> bool:
        """Whether the run before this one does not let it run yet."""
        return self._instance.task_id in self._board.past_unmet

    def above(self) -> list[tuple[str, list[str]]] | None:
        """The tasks above it, each with the states of its instances, where its trigger rule or its setups do
        not let it run.
        """
        gate = self._instance.gate
        if gate is None or readiness.verdict(self._board, gate) is RUN:
            return None
        return sorted(self._told(gate))

    def _told(self, gate: Gate) -> Iterator[tuple[str, list[str]]]:
        board, graph = self._board, self._board.graph
        direct = graph.upstream[gate.task]
        scopes = graph.scopes
        setups = set() if scopes is None else {*scopes.indirect[gate.task], *scopes.between[gate.task]}
        for task in (*direct, *sorted(setups - set(direct))):
            near = board.gates.under(task, gate.path[: graph.shared(task, gate.task)])
            if near:
                yield graph.ids[task], sorted({_state(one) for one in near})


def _state(instance: Instance) -> str:
    return str(instance.state) if instance.state is not None else "no state"


def _no_attempt(now: datetime) -> str:
    raise AssertionError("nothing begins where somebody only asks")
