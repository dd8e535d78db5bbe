"""Questions about one task instance: in mapped groups, for setups, and for one that is not there yet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.unit.engine.worlds import dag, task

from tradewind.domain.spec import DagSpec, GroupSpec, MappingSpec
from tradewind.domain.spec.mapping import MapInput
from tradewind.domain.states import TaskInstanceState
from tradewind.engine.facts import InstanceFacts, PastFacts, RunFacts
from tradewind.engine.graph import Graph
from tradewind.engine.waiting import Question, Questions

T = TaskInstanceState
AFTER = datetime(2026, 1, 1, tzinfo=UTC)


def one(task_id: str, state: T | None, map_index: int = -1) -> InstanceFacts:
    return InstanceFacts(
        task_id=task_id, map_index=map_index, attempt_id=f"{task_id}{map_index}", state=state
    )


def ask(spec: DagSpec, *instances: InstanceFacts, about: str, map_index: int = -1, **run: object) -> Question:
    facts = RunFacts(dag_id=spec.dag_id, run_id="r", run_after=AFTER, **run)
    asked = Questions(Graph.compile(spec), facts, instances, also=(about, map_index))
    return asked.about(about, map_index)


def test_an_index_of_a_mapped_group_waits_for_its_own() -> None:
    mapping = MappingSpec(inputs=(MapInput(length=2),))
    group = GroupSpec(group_id="g", mapping=mapping)
    spec = dag(task("g.a", group_id="g"), task("g.b", "g.a", group_id="g"), groups=(group,))
    states = (one("g.a", T.SUCCESS, 0), one("g.a", T.RUNNING, 1), one("g.b", None, 0), one("g.b", None, 1))
    assert ask(spec, *states, about="g.b", map_index=0).above() is None
    assert ask(spec, *states, about="g.b", map_index=1).above() == [("g.a", ["running"])]


def test_a_setup_that_is_not_directly_above() -> None:
    spec = dag(
        task("s", is_setup=True), task("a", "s"), task("b", "a", trigger_rule="all_done"),
        task("t", "b", "s", is_teardown=True),
    )  # fmt: skip
    states = (one("s", T.FAILED), one("a", T.UPSTREAM_FAILED), one("b", None), one("t", None))
    assert ask(spec, *states, about="b").above() == [("a", ["upstream_failed"]), ("s", ["failed"])]


def test_one_that_is_not_part_of_the_run_yet() -> None:
    spec = dag(task("a"), task("b", "a"))
    assert ask(spec, one("a", None), about="b").above() == [("a", ["no state"])]
    assert ask(spec, one("a", T.SUCCESS), about="b").above() is None
    assert ask(spec, about="b").demand().pool == "default_pool"


@pytest.mark.parametrize("met", [True, False])
def test_the_run_before(met: bool) -> None:
    spec = dag(task("a", depends_on_past=True))
    past = (PastFacts(task_id="a", met=met),)
    assert ask(spec, one("a", None), about="a", past=past).is_held_by_past() is not met
