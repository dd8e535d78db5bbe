"""Clearing task instances of a DAG's runs: which are meant, and letting them run again."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.api import backfilling, markers
from tradewind.cli import acting, output, waiting
from tradewind.domain import errors
from tradewind.domain.access import SYSTEM
from tradewind.domain.states import FINISHED_RUN
from tradewind.engine import clearing
from tradewind.engine.facts import InstanceFacts
from tradewind.engine.graph import Graph
from tradewind.store.queries import runs as run_queries
from tradewind.store.queries import scheduling
from tradewind.store.records import RunLoad, RunRecord
from tradewind.store.transitions import by_hand
from tradewind.store.transitions import runs as run_transitions

if TYPE_CHECKING:
    from tradewind.cli.arguments import Args
    from tradewind.cli.bootstrap import App
    from tradewind.domain.spec import DagSpec
    from tradewind.store.database import Tx


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """One run with the task instances that are to be cleared."""

    load: RunLoad
    instances: tuple[InstanceFacts, ...]
    retries: dict[str, int]
    version_hash: str | None = None
    """The version of the DAG to run by, where it is not to stay the same (``rerun_with_latest_version``)."""


def select(tx: Tx, app: App, dag_id: str, args: Args) -> Iterator[Meant]:
    """Runs between the dates, with the task instances that the options choose. Raises InvalidValue."""
    graph = Graph.compile(acting.spec(tx, dag_id))
    tasks = clearing.select_tasks(
        graph, regex=args.task_regex, upstream=args.upstream, downstream=args.downstream
    )
    since, until = acting.dates(args, app)
    runs = run_queries.of_dag(tx, dag_id, access=SYSTEM, since=since, until=until)
    meant = list(_of_runs(tx, graph, runs, tasks, args))
    yield from meant
    if not args.exclude_subdags:  # Airflow's old word for not going into other DAGs either
        yield from _beyond(tx, graph, meant, args)


def select_runs(tx: Tx, runs: Sequence[RunRecord], args: Args) -> Iterator[Meant]:
    """Those task instances of whole runs of one DAG that the options choose."""
    if runs:
        graph = Graph.compile(acting.spec(tx, runs[0].dag_id))
        meant = list(_of_runs(tx, graph, runs, frozenset(graph.ids), args))
        yield from meant
        yield from _beyond(tx, graph, meant, args)


def _beyond(tx: Tx, graph: Graph, meant: Sequence[Meant], args: Args) -> Iterator[Meant]:
    """What ExternalTaskMarkers among these lead to, in other DAGs. Raises MarkersTooDeep."""

    def newest(dag_id: str) -> Graph | None:
        try:
            return Graph.compile(acting.spec(tx, dag_id))
        except errors.DagNotFound:
            return None

    reached = markers.reach(
        tx, graph, [(each.load, each.instances) for each in meant], access=SYSTEM, graph_of=newest,
        only_failed=args.only_failed, only_running=args.only_running,
    )  # fmt: skip
    for each in reached:
        retries = {task.task_id: task.retries for task in each.graph.tasks}
        yield Meant(load=each.load, instances=tuple(each.instances), retries=retries)


def _of_runs(
    tx: Tx, graph: Graph, runs: Sequence[RunRecord], tasks: frozenset[str], args: Args
) -> Iterator[Meant]:
    spec = graph.spec
    retries = {task.task_id: task.retries for task in spec.tasks}
    newest = acting.dag(tx, spec.dag_id).version_hash if spec.rerun_with_latest_version else None
    for run in runs:
        load = scheduling.load_run(tx, run.dag_id, run.run_id)
        if load is None:
            continue
        chosen = clearing.select(
            load.instances, tasks, only_failed=args.only_failed, only_running=args.only_running
        )
        found = tuple(one for one in chosen if one.state is not None)
        if found:
            yield Meant(load=load, instances=found, retries=retries, version_hash=newest)


def lines(meant: Sequence[Meant]) -> Iterator[str]:
    """What is meant, for people."""
    for each in meant:
        run = each.load.run
        for one in each.instances:
            index = f"[{one.map_index}]" if one.map_index >= 0 else ""
            yield f"  {run.dag_id}.{one.task_id}{index} of {run.run_id}: {one.state}"


def _once(meant: Sequence[Meant]) -> list[Meant]:
    """Each task instance where it is meant first: markers may lead to what was chosen anyway."""
    seen: set[str] = set()
    found = []
    for each in meant:
        new = tuple(one for one in each.instances if one.attempt_id not in seen)
        seen.update(one.attempt_id for one in new)
        if new:
            found.append(msgspec.structs.replace(each, instances=new))
    return found


def ask_and_clear(app: App, meant: Sequence[Meant], *, sure: bool, prog: str) -> int:
    """Show what is meant, ask unless ``sure``, and clear; the exit code."""
    meant = _once(meant)
    count = sum(len(each.instances) for each in meant)
    if not count:
        print("Nothing to clear.")
        return 0
    for line in lines(meant):
        print(line)
    if not output.confirm(f"Clear these {count} task instances?", sure):
        print("Cancelled, nothing was cleared.", file=sys.stderr)
        return 1
    cleared = clear(app, meant)
    print(f"Cleared {cleared} task instances.")
    for dag_id in sorted({each.load.run.dag_id for each in meant}):
        with app.database.read() as tx:
            paused = acting.dag(tx, dag_id).is_paused
        waiting.warn(app, prog, dag_id, "they wait", paused=paused)
    return 0


def _as_they_are(tx: Tx, meant: Meant) -> list[InstanceFacts]:
    """The same task instances, as they are by now: they were shown to somebody who was asked."""
    run, names = meant.load.run, {(one.task_id, one.path) for one in meant.instances}
    load = scheduling.load_run(tx, run.dag_id, run.run_id)
    return [one for one in (load.instances if load else ()) if (one.task_id, one.path) in names]


def clear(app: App, meant: Sequence[Meant]) -> int:
    """Clear; finished runs are queued again. How many task instances there were."""
    count = 0
    with app.database.write() as tx:
        run_transitions.lock(tx, (each.load.run.pk for each in meant))
        for each in meant:
            run, now = each.load.run, app.clock.now()
            changes = [
                (one.attempt_id, clearing.clear(one, each.retries.get(one.task_id, 0)))
                for one in _as_they_are(tx, each)
            ]
            by_hand.change(tx, run, changes, now=now)
            if run.state in FINISHED_RUN:
                by_hand.queue_run_again(tx, run, now=now)
            if each.version_hash is not None:
                by_hand.use_version(tx, run.pk, each.version_hash)
            extra = {"task_ids": sorted({one.task_id for one in each.instances})}
            acting.note(tx, app, "task_clear", dag_id=run.dag_id, run_id=run.run_id, extra=extra)
            count += len(changes)
    for each in meant:
        app.wake("run", dag_id=each.load.run.dag_id, run_id=each.load.run.run_id)
    return count


def clear_run(
    tx: Tx,
    app: App,
    run: RunRecord,
    spec: DagSpec,
    *,
    task_id: str | None = None,
    only_failed: bool = False,
    options: dict[str, Any] | None = None,
) -> None:
    """Let a run run again: all of it, one task, or what failed. ``options`` replace its own."""
    backfilling.run_again(
        tx, run, spec, now=app.clock.now(), task_id=task_id, only_failed=only_failed, options=options
    )
