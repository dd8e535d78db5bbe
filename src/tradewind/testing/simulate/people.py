"""What people and programs do meanwhile, through the same store functions as the API and the command line."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec

from tradewind.domain import codec, hitl
from tradewind.domain.access import SYSTEM
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.wake import Wake
from tradewind.domain.states import FINISHED_RUN, DagRunState, TaskInstanceState
from tradewind.engine import clearing
from tradewind.engine.facts import InstanceFacts
from tradewind.engine.graph import Graph
from tradewind.store.database import Tx
from tradewind.store.queries import dag_versions, dags, pools, scheduling, task_data
from tradewind.store.records import RunLoad
from tradewind.store.transitions import by_hand
from tradewind.store.transitions import hitl as hitl_transitions
from tradewind.store.transitions import runs as run_transitions
from tradewind.testing import factories
from tradewind.testing.simulate import shapes
from tradewind.testing.simulate.acts import Acts
from tradewind.testing.simulate.shapes import START

Later = Callable[[float, Callable[[], None]], None]


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is triggered in the middle of the history, whatever else happens."""

    at: float
    dag_id: str
    run_id: str


class People(Acts):
    """What people do to runs and tasks."""

    def visit(self, visit: Visit) -> None:
        """Trigger a run."""
        spec = self._history.shapes[visit.dag_id].spec
        at = START + timedelta(seconds=visit.at)
        with self._database.write() as tx:
            factories.queued_run(tx, spec, visit.run_id, at, self._random.getrandbits)
        self._wake(Wake(kind="run", dag_id=visit.dag_id, run_id=visit.run_id))

    # --- questions --------------------------------------------------------------------------------

    def asked(self, assignment: Assignment) -> bool:
        """A task asks, as its process does through the data server; whether that took it for alive."""
        with self._database.write() as tx:
            live = task_data.attempt(tx, assignment.attempt_id)
            if (
                live is None
                or live.state not in ("queued", "running")
                or live.dispatch != assignment.dispatch
            ):
                return False
            question = shapes.QUESTIONS[assignment.dispatch % 2]
            hitl_transitions.ask(
                tx, assignment.attempt_id, assignment.dispatch, question, now=self._clock.now()
            )
        return True

    def answer(self, assignment: Assignment) -> None:
        """Somebody answers, if it is not too late, and changes nothing about how things end."""
        run = assignment.run
        response = hitl.Response(
            chosen_options=("Yes",), by=hitl.Person(id="ann", name="Ann"), at=self._clock.now()
        )
        with self._database.write() as tx:
            if not run_transitions.touch_run(tx, run.dag_id, run.run_id, now=response.at):
                return  # somebody deleted it
            taken = hitl_transitions.answer(tx, assignment.attempt_id, response)
        if taken:
            self._wake(Wake(kind="run", dag_id=run.dag_id, run_id=run.run_id))

    # --- meddling ---------------------------------------------------------------------------------

    def meddle(self, *, edits: bool, later: Later) -> None:
        """Do one thing."""
        dag_id = self._random.choice(sorted(self._history.shapes))
        self._history.look()
        acts: list[Callable[[str], None]] = [
            lambda dag_id: self._pause(dag_id, later), self._clear, self._clear, self._mark, self._mark_run,
            self._edit_pool,
        ]  # fmt: skip
        if edits:
            acts += [
                self._edit_dag,
                self._edit_dag,
                self._delete_run,
                self._delete_ended_run,
                self._clear_run,
            ]
        self._random.choice(acts)(dag_id)
        self._history.accept()

    def _pause(self, dag_id: str, later: Later) -> None:
        self._set_paused(dag_id, True)
        later(self._random.choice((0.0, 3.0, 20.0)), lambda: self._set_paused(dag_id, False))

    def _set_paused(self, dag_id: str, paused: bool) -> None:
        with self._database.write() as tx:
            dags.set_paused(tx, [dag_id], paused, access=SYSTEM)
        self._wake(Wake(kind="dag", dag_id=dag_id))

    def _edit_pool(self, dag_id: str) -> None:
        slots = self._random.choice((1, 2, 3, 8))
        with self._database.write() as tx:
            pools.set_pool(tx, "small", slots=slots, description=None, include_deferred=False)
        self._wake(Wake(kind="pools"))

    def _edit_dag(self, dag_id: str) -> None:
        """Save another version of the file."""
        shape = shapes.edited(self._random, self._history.shapes[dag_id])
        encoded = codec.encode(shape.spec)
        with self._database.write() as tx:
            dag_versions.store(
                tx, dag_id, encoded, codec.digest(encoded), source="", fileloc=f"/dags/{dag_id}.py",
                bundle_name="dags-folder", now=self._clock.now(),
            )  # fmt: skip
        self._history.edited(shape)
        self._wake(Wake(kind="dag", dag_id=dag_id))

    # --- runs -------------------------------------------------------------------------------------

    def _pick(self, tx: Tx, dag_id: str) -> RunLoad | None:
        """A run of the DAG, rather one that is active."""
        active = [run.run_id for run in scheduling.active_runs(tx) if run.dag_id == dag_id]
        if not active or self._random.random() < 0.2:
            active = self._history.runs_of(dag_id)
        return scheduling.load_run(tx, dag_id, self._random.choice(sorted(active))) if active else None

    def _graph(self, dag_id: str) -> Graph:
        return Graph.compile(self._history.shapes[dag_id].spec)

    def _clear(self, dag_id: str) -> None:
        """Clear some tasks of a run, whatever they are doing."""
        graph = self._graph(dag_id)
        with self._database.write() as tx:
            loaded = self._pick(tx, dag_id)
            if loaded is None:
                return
            task = self._random.choice(graph.ids)
            tasks = clearing.select_tasks(graph, task_ids=[task], downstream=self._random.random() < 0.5)
            meant = clearing.select(loaded.instances, tasks, map_indexes=self._narrowed(loaded, task))
            self._clear_these(tx, loaded, meant, graph)
        self._told(loaded)

    def _narrowed(self, loaded: RunLoad, task: str) -> dict[str, set[int]] | None:
        """All instances of a task (None), or one of them."""
        indexes = [facts.map_index for facts in loaded.instances if facts.task_id == task]
        return {task: {self._random.choice(indexes)}} if indexes and self._random.random() < 0.5 else None

    def _clear_these(self, tx: Tx, loaded: RunLoad, chosen: Sequence[InstanceFacts], graph: Graph) -> None:
        now = self._clock.now()
        changes = [
            (facts.attempt_id, clearing.clear(facts, graph.tasks[graph.index[facts.task_id]].retries))
            for facts in chosen
            if facts.task_id in graph.index
        ]
        by_hand.change(tx, loaded.run, changes, now=now)
        if changes and loaded.run.state in FINISHED_RUN:
            by_hand.queue_run_again(tx, loaded.run, now=now)
        run_transitions.touch(tx, loaded.run.pk, now=now)

    def _mark(self, dag_id: str) -> None:
        """Say that a task ended so; what failed behind it gets another chance."""
        graph, now = self._graph(dag_id), self._clock.now()
        state = self._random.choice((TaskInstanceState.SUCCESS, TaskInstanceState.FAILED))
        with self._database.write() as tx:
            loaded = self._pick(tx, dag_id)
            if loaded is None:
                return
            task = self._random.choice(graph.ids)
            chosen = clearing.select(loaded.instances, {task}, map_indexes=self._narrowed(loaded, task))
            changes = [
                (facts.attempt_id, clearing.mark(facts, state))
                for facts in chosen
                if facts.state is not state
            ]
            by_hand.change(tx, loaded.run, changes, now=now, reason="marked")
            again = clearing.after_mark(graph, loaded.instances, {task})
            self._clear_these(tx, loaded, again, graph)
        self._told(loaded)

    def _mark_run(self, dag_id: str) -> None:
        graph, now = self._graph(dag_id), self._clock.now()
        state = self._random.choice((TaskInstanceState.SUCCESS, TaskInstanceState.FAILED))
        with self._database.write() as tx:
            loaded = self._pick(tx, dag_id)
            if loaded is None:
                return
            effects, ends = clearing.mark_run(graph, loaded.instances, state)
            changes = [(facts.attempt_id, effect) for facts, effect in effects]
            by_hand.change(tx, loaded.run, changes, now=now, reason="run marked")
            if ends:
                by_hand.mark_run(tx, loaded.run.pk, DagRunState(state.value), reason="marked", now=now)
            run_transitions.touch(tx, loaded.run.pk, now=now)
        self._told(loaded)

    def _told(self, loaded: RunLoad) -> None:
        self._history.touched((loaded.run.dag_id, loaded.run.run_id))
        self._wake(Wake(kind="run", dag_id=loaded.run.dag_id, run_id=loaded.run.run_id))

    def _clear_run(self, dag_id: str) -> None:
        """Run a whole run again, as the API does."""
        graph = self._graph(dag_id)
        with self._database.write() as tx:
            loaded = self._pick(tx, dag_id)
            if loaded is None:
                return
            self._clear_these(tx, loaded, loaded.instances, graph)
        self._told(loaded)

    def _delete_ended_run(self, dag_id: str) -> None:
        """As the API does, which refuses it for one that runs."""
        with self._database.write() as tx:
            loaded = self._pick(tx, dag_id)
            if loaded is None or loaded.run.state is DagRunState.RUNNING:
                return
            run_transitions.delete(tx, loaded.run.pk)
        self._deleted(loaded)
        self._wake(Wake(kind="run", dag_id=dag_id, run_id=loaded.run.run_id))

    def _deleted(self, loaded: RunLoad) -> None:
        run = loaded.run
        self._history.deleted(
            (run.dag_id, run.run_id), scheduled=run.run_type == "scheduled", backfill=run.backfill_id
        )

    def _delete_run(self, dag_id: str) -> None:
        """By hand, in SQL, as the articles do; nothing wakes anybody."""
        with self._database.read() as tx:
            loaded = self._pick(tx, dag_id)
        if loaded is None:
            return
        path = str(self._database.url.database)
        with sqlite3.connect(path, isolation_level=None) as connection:
            connection.execute("pragma foreign_keys=on")
            connection.execute("delete from dag_run where id = ?", (loaded.run.pk,))
        connection.close()
        self._deleted(loaded)
