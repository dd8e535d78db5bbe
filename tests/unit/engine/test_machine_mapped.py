"""§1.5 Mapped tasks and mapped groups, where the random histories would hide the reason."""

from __future__ import annotations

import pytest
from tests.unit.engine.worlds import World, dag, task

from tradewind.domain import events
from tradewind.domain.spec import GroupSpec, MappingSpec
from tradewind.domain.spec.mapping import MapInput
from tradewind.domain.states import DagRunState, TaskInstanceState
from tradewind.engine.graph import Graph

T = TaskInstanceState
OVER_A = MappingSpec(inputs=(MapInput(task_id="a"),))
OVER_M = MappingSpec(inputs=(MapInput(task_id="m"),))


def of_length(length: int) -> events.Succeeded:
    return events.Succeeded(lengths={"return_value": length})


def mapped() -> World:
    return World(dag(task("a"), task("m", "a", mapping=OVER_A), task("z", "m"))).begin()


def grouped() -> World:
    groups = (GroupSpec(group_id="g", mapping=OVER_A),)
    tasks = task("a"), task("x", "a", group_id="g"), task("y", "x", group_id="g"), task("z", "y")
    return World(dag(*tasks, groups=groups)).begin()


def again(world: World, *task_ids: str) -> None:
    """Clear tasks as a person does, and read the run again."""
    for row in world.ledger.rows.values():
        if row.task_id in task_ids and row.state is not T.REMOVED:
            row.state, row.max_tries = None, row.try_number
    world.reload(lengths={"a": {-1: 3}})
    world.decide()


def test_unexpanded_row_becomes_the_first_instance() -> None:
    world = mapped()
    template = world.view("m").attempt_id
    (expand,) = world.end("a", of_length(3)).expansions
    assert (expand.template, expand.map_indexes) == (template, (0, 1, 2))
    assert expand.attempt_ids[0] == template
    assert [world.view("m", index).state for index in range(3)] == [T.SCHEDULED] * 3


def test_what_a_trigger_ends_without_an_xcom_is_left_out_of_what_is_mapped_over_it() -> None:
    """Airflow counts the XComs of a mapped task; a reload counts so too, and both must say the same."""
    tasks = task("a"), task("m", "a", mapping=OVER_A), task("n", "m", mapping=OVER_M)
    world = World(dag(*tasks)).begin()
    world.end("a", of_length(3))
    for index in range(3):
        view = world.queue("m", index)
        world.say(events.TaskStarted(attempt_id=view.attempt_id, dispatch=view.dispatch, at=world.now))
        waits = events.Deferred(classpath="T", next_method="go_on")
        world.say(
            events.TaskFinished(
                attempt_id=view.attempt_id, dispatch=view.dispatch, at=world.now, outcome=waits
            )
        )
        world.decide()
        world.say(
            events.TriggerFired(attempt_id=view.attempt_id, at=world.now, ends="success", silent=index == 1)
        )
        world.decide()
    assert world.machine.expanded("n") == 2


def test_downstream_waits_for_all_instances() -> None:
    world = mapped()
    world.end("a", of_length(2))
    world.end("m", index=1)
    assert world.states()["z"] is None
    world.end("m", index=0)
    assert world.states()["z"] is T.SCHEDULED


def test_nothing_to_map_over_skips() -> None:
    world = mapped()
    decisions = world.end("a", of_length(0))
    assert "length is 0" in decisions.finishes[1].reason
    assert world.states() == {"a": T.SUCCESS, "m": T.SKIPPED, "z": T.SKIPPED}


def test_value_without_a_length_fails_what_is_mapped_over_it() -> None:
    world = mapped()
    world.end("a")
    assert world.states() == {"a": T.SUCCESS, "m": T.UPSTREAM_FAILED, "z": T.UPSTREAM_FAILED}
    assert world.state is DagRunState.FAILED


def test_empty_mapped_task_is_expanded_and_ended_in_one_turn() -> None:
    world = World(dag(task("m", is_empty=True, mapping=MappingSpec(inputs=(MapInput(length=2),))))).begin()
    assert world.states() == {"m[0]": T.SUCCESS, "m[1]": T.SUCCESS}


def test_shorter_input_removes_and_longer_one_adds() -> None:
    world = mapped()
    world.end("a", of_length(3))
    for index in range(3):
        world.end("m", index=index)
    again(world, "a", "m", "z")
    world.end("a", of_length(2))
    assert world.view("m", 2).state is T.REMOVED
    for index in range(2):
        world.end("m", index=index)
    assert world.states()["z"] is T.SCHEDULED, "what was removed does not hold it up"
    again(world, "a", "m", "z")
    world.end("a", of_length(4))
    assert [world.view("m", index).state for index in range(4)] == [T.SCHEDULED] * 4


def test_input_that_lost_its_length_fails_what_is_mapped_over_it() -> None:
    world = mapped()
    world.end("a", of_length(2))
    again(world, "a", "m")
    world.end("a")
    assert world.states() == {
        "a": T.SUCCESS,
        "m[0]": T.UPSTREAM_FAILED,
        "m[1]": T.UPSTREAM_FAILED,
        "z": T.UPSTREAM_FAILED,
    }


def test_instance_without_counterpart_upstream_is_removed() -> None:
    literal = MappingSpec(inputs=(MapInput(length=3),))
    world = World(dag(task("a"), task("m", "a", mapping=OVER_A), task("n", "m", mapping=literal))).begin()
    world.end("a", of_length(3))
    again(world, "a", "m")
    world.end("a", of_length(2))
    for index in range(2):
        world.end("m", index=index)
    assert [world.view("n", index).state for index in range(3)] == [T.SCHEDULED, T.SCHEDULED, T.REMOVED]


def test_group_runs_index_by_index() -> None:
    world = grouped()
    world.end("a", of_length(2))
    assert world.states() == {
        "a": T.SUCCESS, "x[0]": T.SCHEDULED, "x[1]": T.SCHEDULED, "y[0]": None, "y[1]": None, "z": None,
    }  # fmt: skip
    world.end("x", index=1)
    assert world.states()["y[1]"] is T.SCHEDULED
    assert world.states()["y[0]"] is None
    world.end("x", events.Failed(), index=0)
    assert world.states()["y[0]"] is T.UPSTREAM_FAILED


def test_branch_inside_a_group_skips_its_own_index() -> None:
    world = grouped()
    world.end("a", of_length(2))
    world.end("x", events.Succeeded(skip=("y",)), index=0)
    assert world.states()["y[0]"] is T.SKIPPED
    assert world.states()["y[1]"] is None


def test_group_over_nothing_is_skipped() -> None:
    world = grouped()
    world.end("a", of_length(0))
    assert world.states() == {"a": T.SUCCESS, "x": T.SKIPPED, "y": T.SKIPPED, "z": T.SKIPPED}


def test_expanded_group_is_read_again_as_it_was() -> None:
    world = grouped()
    world.end("a", of_length(2))
    world.end("x", index=0)
    before = world.states()
    world.reload(lengths={"a": {-1: 2}})
    assert not world.decide()
    assert world.states() == before
    world.end("x", index=1)
    assert world.states()["y[1]"] is T.SCHEDULED


def test_a_task_that_an_edit_maps_less_deeply() -> None:
    """What it was expanded into is removed and stays so, and nobody gets its numbers."""
    outer = GroupSpec(group_id="g", mapping=OVER_A)
    inner = GroupSpec(group_id="h", parent="g", mapping=MappingSpec(inputs=(MapInput(length=2),)))
    above = task("a"), task("x", "a", group_id="g")
    world = World(dag(*above, task("m", "x", group_id="h"), groups=(outer, inner))).begin()
    world.end("a", of_length(2))
    old = {view.attempt_id for view in world.machine.instances() if view.task_id == "m"}
    assert len(old) == 4
    world.machine.regraph(
        Graph.compile(dag(*above, task("m", "x", group_id="g"), groups=(outer,))), world.now
    )
    assert world.decide().resets == []
    found = [view for view in world.machine.instances() if view.task_id == "m"]
    assert {view.attempt_id for view in found if view.state is T.REMOVED} == old
    assert [view.path for view in found if view.attempt_id not in old] == [(0,), (1,)]
    assert len({view.map_index for view in found}) == 6


@pytest.mark.parametrize("in_group", [True, False])
def test_an_edit_that_maps_a_task_again_takes_back_the_row_that_was_added_meanwhile(in_group: bool) -> None:
    """Mapped, not mapped, mapped: the instances of the first time are back, the row between them goes.

    As in Airflow. A group looked at itself again and again here, for ever.
    """
    groups = (GroupSpec(group_id="g", mapping=OVER_A),) if in_group else ()
    plain = GroupSpec(group_id="g")
    x = task("x", "a", group_id="g") if in_group else task("x", "a", mapping=OVER_A)
    mapped = dag(task("a"), task("c"), x, groups=groups)
    world = World(mapped).begin()
    world.end("a", of_length(2))
    unmapped = dag(task("a"), task("c"), task("x", "a", "c", group_id="g"), groups=(plain,))
    world.machine.regraph(Graph.compile(unmapped), world.now)
    waits = {view.map_index for view in world.machine.instances() if view.task_id == "x"}
    assert waits == {0, 1}
    world.decide()
    world.machine.regraph(Graph.compile(mapped), world.now)
    world.decide()
    found = {view.map_index: view.state for view in world.machine.instances() if view.task_id == "x"}
    assert set(found) >= {0, 1}
    assert [state for index, state in found.items() if index < 0 and state is not T.REMOVED] == []
