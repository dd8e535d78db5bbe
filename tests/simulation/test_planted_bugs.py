"""The simulation finds bugs: each of these is planted, and must be found within a few histories."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tradewind.domain.messages.report import Finished
from tradewind.engine import assets as conditions
from tradewind.engine import gates, readiness, tries
from tradewind.engine.board import Board
from tradewind.engine.gates import Gates, Table
from tradewind.engine.graph import Graph
from tradewind.engine.instances import Instance, Tally
from tradewind.engine.reports import Reports
from tradewind.scheduler.acting import Acting
from tradewind.scheduler.committing import Committing, RowsChanged
from tradewind.scheduler.core import Core
from tradewind.scheduler.dispatch import Outgoing
from tradewind.scheduler.duties.create_asset_runs import CreateAssetRuns, CreatedForAssets
from tradewind.scheduler.duties.send_triggers import SendTriggers
from tradewind.scheduler.plan import Plan
from tradewind.store.queries import scheduling
from tradewind.store.transitions import asset_events, backfills, results, tasks
from tradewind.testing.simulate import faults as simulated
from tradewind.testing.simulate.faults import Faults
from tradewind.testing.simulate.hosts import Job, SimulatedHost
from tradewind.testing.simulate.play import dags_of, play
from tradewind.testing.simulate.rules import Broken
from tradewind.testing.simulate.shapes import Shape, condition_of
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
    about: Callable[[Shape], bool] | None = None,
    first: int = 0,
) -> str:
    """What the first history that shows the bug says. ``about``: at least one of its DAGs must be so.
    ``first``: the seed to begin with, where those before were seen to show nothing.
    """
    fitting = (
        seed
        for seed in itertools.count(first)
        if about is None or any(about(shape) for shape in dags_of(seed))
    )
    for seed in itertools.islice(fitting, SEEDS):
        try:
            play(seed, folder, made, faults=faults, make_core=make_core)
        except Exception as error:  # noqa: BLE001 - whatever the history trips over is the find
            return str(error)
    pytest.fail(f"{SEEDS} histories went well with the bug")


def has_mapping(shape: Shape) -> bool:
    return any(task.mapping is not None for task in shape.spec.tasks)


def has_mapped_group(shape: Shape) -> bool:
    return any(group.mapping is not None for group in shape.spec.groups)


def works_within_a_setup(shape: Shape) -> bool:
    structure = Structure(shape.spec)
    return any(structure.must_succeed(task.task_id) for task in shape.spec.tasks)


def maps_over_a_mapped_task(shape: Shape) -> bool:
    return bool(Graph.compile(shape.spec).counted)


def calls_after_a_success(shape: Shape) -> bool:
    return any("success" in task.callbacks for task in shape.spec.tasks)


def test_accepting_any_attempt(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """Without the fence a result of an older dispatch counts for the one that is out now."""

    def unfenced(self: Reports, attempt_id: str, dispatch: int) -> Instance | None:
        instance = self._board.by_attempt.get(attempt_id)
        return instance if instance is not None and instance.state in ("queued", "running") else None

    monkeypatch.setattr(Reports, "_current", unfenced)
    assert found(tmp_path, template, Faults(doubled=0.5, late=0.3))


def test_acting_before_the_commit(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """What a crash takes back has been handed out already."""
    commit, act = Committing.run_once, Acting.run_once

    class Hasty(Core):
        def __init__(self, **parts: Any) -> None:
            super().__init__(**parts)
            turn = self.turn

            def hand_out_first(plan: Plan, now: Any) -> Any:
                act(turn._acting, Plan(grants=list(plan.grants)))
                return commit(turn._committing, plan, now)

            turn._committing.run_once = hand_out_first  # type: ignore[method-assign]

    def act_on_the_rest(self: Acting, plan: Plan) -> None:
        act(self, msgspec.structs.replace(plan, grants=[]))

    monkeypatch.setattr(Acting, "run_once", act_on_the_rest)
    assert "I3" in found(tmp_path, template, make_core=Hasty)


def test_no_wake_ups_and_no_safety_net(tmp_path: Path, template: Path) -> None:
    """Either of the two may be missing, but not both."""
    assert "I6" in found(tmp_path, template, Faults(lost_wake=1.0, net=0.0, crash=0.0))


def test_slots_of_a_withdrawn_turn_stay_taken(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """What rests on a run that moved must not start."""
    monkeypatch.setattr(Committing, "_withdraw_grants", lambda self, plan: None)
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
    assert found(tmp_path, template, QUIET, about=has_mapping, first=25)


def test_indexes_of_a_group_that_wait_for_each_other(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """An index of a mapped group counts what ended in another one."""

    def any_index(table: Table, path: tuple[int, ...], level: int) -> list[Tally]:
        return list(table.values())

    monkeypatch.setattr(gates, "_matching", any_index)
    assert found(tmp_path, template, QUIET, about=has_mapped_group, first=22)


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


def has_branches(shape: Shape) -> bool:
    return any(each.skip for kinds in shape.behaviours.values() for each in kinds)


def test_following_what_a_branch_passed_by(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """A task that a branch did not choose runs all the same."""
    monkeypatch.setattr(Reports, "_skip_downstream", lambda self, instance, end, now: None)
    assert "passed it by" in found(tmp_path, template, QUIET, about=has_branches)


def unruly(kind: str) -> Callable[[Shape], bool]:
    def has_one(shape: Shape) -> bool:
        starts = [(task.start_trigger or {}).get("kwargs", "") for task in shape.spec.tasks]
        waits = [each.trigger for kinds in shape.behaviours.values() for each in kinds]
        return kind in waits or any(kind in start for start in starts)

    return has_one


def test_going_on_with_a_task_that_its_trigger_has_ended(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """A trigger says "skipped", and the task is taken for done well."""
    ended = Reports._ended_by_trigger
    monkeypatch.setattr(
        Reports, "_ended_by_trigger", lambda self, instance, event, end, now: ended(
            self, instance, event, "success", now
        )
    )  # fmt: skip
    assert "I12" in found(tmp_path, template, QUIET, about=unruly("skipped"))


def test_waiting_for_a_trigger_that_hangs(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """Its time is over, and nobody notices."""
    monkeypatch.setattr(Reports, "trigger_timed_out", lambda self, instance, now: None)
    assert "stayed deferred" in found(tmp_path, template, QUIET, about=unruly("hang"))


def test_taking_a_broken_trigger_for_one_that_fired(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """Its task goes on as if the event had come."""
    resume = Reports._resume

    def go_on(self: Reports, instance: Instance, method: str | None, kwargs: Any, now: Any) -> None:
        resume(self, instance, "go_on", kwargs, now)

    monkeypatch.setattr(Reports, "_resume", go_on)
    assert "broke" in found(tmp_path, template, QUIET, about=unruly("break"))


def test_a_lost_try_that_does_not_begin_with_its_trigger(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """What is repeated in its place is handed out at once."""

    def hand_out(board: Board, now: Any) -> None:
        repeats, board.repeats = board.repeats, []
        for instance in repeats:
            tries._raise_try(board, instance, now)
            tries.schedule(board, instance, now)

    monkeypatch.setattr(tries, "repeat_lost", hand_out)
    faults = Faults(host_crash=0.3, crash=0.0)
    assert "starts from its trigger" in found(tmp_path, template, faults, about=starts_from_a_trigger)


def starts_from_a_trigger(shape: Shape) -> bool:
    return any(task.start_trigger is not None for task in shape.spec.tasks)


def waits_for_assets(shape: Shape) -> bool:
    return condition_of(shape.spec) is not None


def test_an_update_that_is_told_to_two_runs(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """What a run was told of is not noted as seen."""
    monkeypatch.setattr(asset_events, "note_seen", lambda tx, dag_id, asset_id, event_id: None)
    assert "I13" in found(tmp_path, template, QUIET, about=waits_for_assets)


def test_a_run_for_updates_that_had_theirs(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """What asked for a run goes on asking."""
    monkeypatch.setattr(asset_events, "drop_queue", lambda tx, dag_id, asset_ids: None)
    assert "I13" in found(tmp_path, template, QUIET, about=waits_for_assets)


def test_taking_either_update_for_both(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """``&`` is read as ``|``."""
    holds = conditions.holds

    def either(condition: Any, updated: Any) -> bool:
        ((kind, value),) = condition.items()
        return holds({"any": value} if kind == "all" else condition, updated)

    monkeypatch.setattr(conditions, "holds", either)
    assert "I13" in found(tmp_path, template, QUIET, about=waits_for_assets)


def test_no_run_for_an_update(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """Nobody looks at what asks for runs."""
    monkeypatch.setattr(CreateAssetRuns, "run_once", lambda self, now: CreatedForAssets())
    assert "I13" in found(tmp_path, template, QUIET, about=waits_for_assets)


def test_a_result_that_is_recorded_twice(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """Its events are there twice."""
    record = results.record_reports

    def twice(tx: Any, reports: Any, now: Any) -> None:
        record(tx, reports, now)
        record(tx, reports, now)

    monkeypatch.setattr(results, "record_reports", twice)
    assert "I14" in found(tmp_path, template, QUIET, about=waits_for_assets)


def test_a_backfill_that_heeds_no_limit(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """Neither its own, nor its pause."""
    monkeypatch.setattr(scheduling, "backfill_limit", lambda tx, number: 100)
    assert "I15" in found(tmp_path, template, QUIET)


def test_a_backfill_that_is_never_completed(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """Its DAG could have no other one."""
    monkeypatch.setattr(backfills, "complete", lambda tx, now: 0)
    assert "I15" in found(tmp_path, template, QUIET)


def test_a_cancelled_backfill_that_goes_on(tmp_path: Path, template: Path, monkeypatch: Patch) -> None:
    """The runs that have not started are left queued."""
    monkeypatch.setattr(backfills, "cancel", lambda tx, number, now: 0)
    assert "waits after its backfill was cancelled" in found(tmp_path, template, QUIET)


def test_a_run_that_rests_and_holds_nothing(tmp_path: Path, template: Path) -> None:
    """What a run holds counts also while nothing can be decided about it."""

    class Forgetful(Core):
        def __init__(self, **parts: Any) -> None:
            super().__init__(**parts)
            refused, forget = self.withdrawn.refused, self.capacity.forget_run
            committing = self.turn._committing
            write, chance = committing._write, random.Random(1)

            def sometimes(keys: Any, plan: Any, done: Any, now: Any) -> None:
                if chance.random() < 0.3:
                    raise RowsChanged({keys[0]})
                write(keys, plan, done, now)

            def forgets(key: Any, reason: str, now: Any) -> None:
                refused(key, reason, now)
                self.capacity.hold = lambda *held: None  # type: ignore[method-assign]
                forget(key)

            committing._write = sometimes  # type: ignore[method-assign]
            self.withdrawn.refused = forgets  # type: ignore[method-assign]

    assert "I5" in found(tmp_path, template, QUIET, make_core=Forgetful)


def test_rows_that_refuse_now_and_then_break_nothing(tmp_path: Path, template: Path) -> None:
    """Runs leave turns and come back, and end as in a world in which all goes well."""

    class Refused(Core):
        def __init__(self, **parts: Any) -> None:
            super().__init__(**parts)
            committing = self.turn._committing
            write, chance = committing._write, random.Random(1)

            def sometimes(keys: Any, plan: Any, done: Any, now: Any) -> None:
                if chance.random() < 0.2:
                    raise RowsChanged({chance.choice(keys)})
                write(keys, plan, done, now)

            committing._write = sometimes  # type: ignore[method-assign]

    for seed in range(5):
        play(seed, tmp_path, template, make_core=Refused)


def test_nobody_calls_what_a_dead_process_was_calling(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """Its success is recorded: without a row nothing tells that somebody else has to call."""
    call = Reports._call

    def unkept(self: Reports, instance: Instance, end: str, reason: str, *, calling: bool = False) -> None:
        if not calling:
            call(self, instance, end, reason)

    monkeypatch.setattr(Reports, "_call", unkept)
    faults = Faults(host_crash=0.1, crash=0.0, meddling=0.0)
    assert "I9" in found(tmp_path, template, faults, about=calls_after_a_success)


def test_somebody_else_calls_what_a_process_calls_already(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """An older word on the attempt must not end that its process is known to call."""
    monkeypatch.setattr(Acting, "_is_calling", lambda self, incoming: False)
    assert "I9" in found(
        tmp_path, template, Faults(doubled=0.6, late=0.3, meddling=0.0), about=calls_after_a_success
    )


def test_the_last_word_on_a_success_leaves_out_what_was_not_recorded(
    tmp_path: Path, template: Path, monkeypatch: Patch
) -> None:
    """Where the first word went astray, the last one brings the task's results."""
    say = SimulatedHost._say_called

    def bare(self: SimulatedHost, job: Job, told: Finished, *, uncalled: bool) -> None:
        say(self, job, msgspec.structs.replace(told, xcoms=(), asset_events=()), uncalled=uncalled)

    monkeypatch.setattr(SimulatedHost, "_say_called", bare)
    assert "I14" in found(tmp_path, template, about=calls_after_a_success, first=18)
