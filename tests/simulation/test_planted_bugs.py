"""The simulation finds bugs: each of these is planted, and must be found within a few histories."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tradewind.domain.spec import DagSpec
from tradewind.engine import gates, readiness
from tradewind.engine.gates import Gates, Table
from tradewind.engine.graph import Graph
from tradewind.engine.instances import Instance, Tally
from tradewind.engine.reports import Reports
from tradewind.scheduler.acting import Acting
from tradewind.scheduler.core import Core
from tradewind.scheduler.dispatch import Outgoing
from tradewind.scheduler.duties.send_triggers import SendTriggers
from tradewind.scheduler.turn import Turn
from tradewind.store.queries import scheduling
from tradewind.store.transitions import tasks
from tradewind.testing.simulate import faults as simulated
from tradewind.testing.simulate.faults import Faults
from tradewind.testing.simulate.history import Broken
from tradewind.testing.simulate.play import dags_of, play
from tradewind.testing.simulate.structure import Structure

SEEDS = 160
MEDDLING = Faults(meddling=0.5, lost_wake=1.0, crash=0.0, host_crash=0.0, net=10.0)

QUIET = Faults(crash=0.0, host_crash=0.0, meddling=0.0, clock_step=0.0)

Patch = pytest.MonkeyPatch


def found(
    folder: Path,
    made: Path,
    faults: Faults | None = None,
    make_core: Callable[..., Core] = Core,
    about: Callable[[DagSpec], bool] | None = None,
    first: int = 0,
) -> str:
    """What the first history that shows the bug says. ``about``: at least one of its DAGs must be so.
    ``first``: the seed to begin with, where those before are known to show nothing.
    """
    fitting = (
        seed for seed in itertools.count(first)
        if about is None or any(about(shape.spec) for shape in dags_of(seed))
    )  # fmt: skip
    for seed in itertools.islice(fitting, SEEDS):
        try:
            play(seed, folder, made, faults=faults, make_core=make_core)
        except Exception as error:  # noqa: BLE001 - whatever the history trips over is the find
            return str(error)
    pytest.fail(f"{SEEDS} histories went well with the bug")


def has_mapping(spec: DagSpec) -> bool:
    return any(task.mapping is not None for task in spec.tasks)


def has_mapped_group(spec: DagSpec) -> bool:
    return any(group.mapping is not None for group in spec.groups)


def works_within_a_setup(spec: DagSpec) -> bool:
    structure = Structure(spec)
    return any(structure.must_succeed(task.task_id) for task in spec.tasks)


def maps_over_a_mapped_task(spec: DagSpec) -> bool:
    return bool(Graph.compile(spec).counted)


def test_accepting_any_attempt(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """Without the fence a result of an older dispatch counts for the one that is out now."""

    def unfenced(self: Reports, attempt_id: str, dispatch: int) -> Instance | None:
        instance = self._board.by_attempt.get(attempt_id)
        return instance if instance is not None and instance.state in ("queued", "running") else None

    monkeypatch.setattr(Reports, "_current", unfenced)
    assert found(tmp_path, template, Faults(doubled=0.5, late=0.3))


def test_acting_before_the_commit(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """What a crash takes back has been handed out already."""
    commit, act = Turn._commit, Acting.run_once

    def act_first(self: Turn, plan: Any, now: Any) -> Any:
        act(self._acting, plan)
        return commit(self, plan, now)

    monkeypatch.setattr(Turn, "_commit", act_first)
    monkeypatch.setattr(Acting, "run_once", lambda self, plan: None)
    assert "I3" in found(tmp_path, template)


def test_no_wake_ups_and_no_safety_net(tmp_path: Path, template: Path) -> None:
    """Either of the two may be missing, but not both."""
    assert "I6" in found(tmp_path, template, Faults(lost_wake=1.0, net=0.0, crash=0.0))


def test_slots_of_a_withdrawn_turn_stay_taken(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """What rests on a run that moved must not start."""
    monkeypatch.setattr(Turn, "_withdraw_grants", lambda self, plan: None)
    assert "I5" in found(tmp_path, template, MEDDLING)


def test_a_reload_that_forgets_what_is_held(tmp_path: Path, template: Path) -> None:
    """After a reload or a restart what runs counts against its limits as before."""

    class Forgetful(Core):
        def __init__(self, **parts: Any) -> None:
            super().__init__(**parts)
            self.capacity.hold = lambda *held: None  # type: ignore[method-assign]

    assert "I5" in found(tmp_path, template, make_core=Forgetful)


def test_a_scheduler_without_a_lease(tmp_path: Path, template: Path) -> None:
    """One that was stopped, and goes on after another took over, writes on."""

    def unleased(**parts: Any) -> Core:
        return Core(**{**parts, "lease": None})

    assert "I3" in found(tmp_path, template, Faults(pause=0.02), make_core=unleased)


def test_lost_acknowledgements(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """A result that is forgotten before it was acknowledged is lost with its task."""
    monkeypatch.setattr(Outgoing, "ack", lambda self, *told: None)
    monkeypatch.setattr("tradewind.testing.simulate.hosts.SimulatedHost.resend", lambda self: None)
    assert "I6" in found(tmp_path, template, Faults(lost=0.3, crash=0.0, host_crash=0.0))


def test_without_a_planted_bug_they_go_well(tmp_path: Path, template: Path) -> None:
    """The faults of the tests above alone break nothing."""
    for chosen in (
        Faults(doubled=0.5, late=0.3),
        MEDDLING,
        Faults(pause=0.02),
    ):
        for seed in range(5):
            play(seed, tmp_path, template, faults=chosen)


def test_a_broken_history_names_its_seed(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """So that it can be played again alone."""
    monkeypatch.setattr(Acting, "run_once", lambda self, plan: None)
    with pytest.raises(Broken, match="seed 3: "):
        play(3, tmp_path, template, faults=simulated.NONE)


def test_keeping_the_triggers_of_a_triggerer_that_is_gone(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """Rows that name a dead triggerer are given to nobody: their tasks stay deferred."""
    dropped = SendTriggers._drop

    def keep(self: SendTriggers, gone: Any) -> None:
        dropped(self, gone)
        self._orphaned.clear()

    monkeypatch.setattr(SendTriggers, "_drop", keep)
    assert "stayed deferred" in found(tmp_path, template, Faults(host_crash=0.2, crash=0.0))


def test_not_waiting_for_what_a_mapped_task_became(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """What lies below counts only the instances that a run began with."""
    monkeypatch.setattr(Gates, "count_in", lambda self, instance: None)
    assert found(tmp_path, template, QUIET, about=has_mapping)


def test_indexes_of_a_group_that_wait_for_each_other(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """An index of a mapped group counts what ended in another one."""

    def any_index(table: Table, path: tuple[int, ...], level: int) -> list[Tally]:
        return list(table.values())

    monkeypatch.setattr(gates, "_matching", any_index)
    assert found(tmp_path, template, QUIET, about=has_mapped_group)


def test_working_without_a_setup(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """A setup further up that failed or was skipped stops nothing."""
    monkeypatch.setattr(readiness, "constraint_verdict", lambda counts: readiness.RUN)
    assert "I4" in found(tmp_path, template, QUIET, about=works_within_a_setup)


def test_forgetting_at_a_restart_what_returned_nothing(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """What is mapped over a mapped task gets an instance for each that returned something, and no other."""
    monkeypatch.setattr(scheduling, "silent", lambda tx, run, task_ids: {})
    faults = Faults(crash=0.02, meddling=0.0)
    assert "I10" in found(tmp_path, template, faults, about=maps_over_a_mapped_task, first=540)


def test_a_time_out_that_is_not_recorded(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """A task is told that its default counts, and a person may still answer."""
    monkeypatch.setitem(tasks._VERBS, "expires", lambda tx, pairs, extra: frozenset())
    assert "I11" in found(tmp_path, template)
