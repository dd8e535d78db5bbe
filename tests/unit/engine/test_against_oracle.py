"""Random DAGs, random ends in random order, duplicates, stale events, clears and reloads.

The machine, the oracle that computes everything from scratch, and the ledger must agree after every decision.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.engine.oracle import EPOCH, Key, Oracle
from tests.unit.engine.worlds import World

from tradewind.domain import events
from tradewind.domain.spec import DagSpec, GroupSpec, MappingSpec, TaskSpec
from tradewind.domain.spec.mapping import MapInput
from tradewind.domain.states import DagRunState, TaskInstanceState, TriggerRule
from tradewind.engine import clearing

T = TaskInstanceState
PROFILE = settings(
    max_examples=500, deadline=None, derandomize=True, print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
NAMES = "abcdefgh"
FALLBACK = '{"chosen_options": ["No"], "params_input": {}}'
OUT = (T.QUEUED, T.RUNNING, T.RESTARTING)


# --- worlds to draw ---------------------------------------------------------------------------------


@st.composite
def plain_tasks(draw: st.DrawFn, *, staged: bool, size: int = 7) -> tuple[TaskSpec, ...]:
    """A few tasks, each below some of those before it."""
    tasks: list[TaskSpec] = []
    for name in NAMES[: draw(st.integers(1, size))]:
        above = (
            draw(st.lists(st.sampled_from([t.task_id for t in tasks]), max_size=3, unique=True))
            if tasks
            else []
        )
        role = draw(st.sampled_from(["", "", "setup", "teardown"])) if staged else ""
        tasks.append(draw(one_task(name, above, role=role)))
    return tuple(tasks)


@st.composite
def one_task(draw: st.DrawFn, name: str, above: list[str], *, role: str = "") -> TaskSpec:
    rule = draw(st.sampled_from([TriggerRule.ALL_SUCCESS, *TriggerRule]))
    if role == "teardown":
        rule = TriggerRule.ALL_DONE_SETUP_SUCCESS
    some = st.sampled_from
    return TaskSpec(
        task_id=name, upstream=tuple(sorted(above)), trigger_rule=str(rule),
        retries=draw(some([0, 0, 1, 2])), retry_delay=draw(some([0.0, 20.0, 300.0])),
        retry_multiplier=draw(some([0.0, 2.0])), max_retry_delay=draw(some([None, 30.0])),
        on_lost=draw(some(["retry", "retry", "fail"])), is_empty=draw(some([False] * 4 + [True])),
        depends_on_past=draw(st.booleans()), wait_for_past_depends_before_skipping=draw(st.booleans()),
        is_setup=role == "setup", is_teardown=role == "teardown",
        on_failure_fail_dagrun=role == "teardown" and draw(st.booleans()),
    )  # fmt: skip


@st.composite
def map_inputs(draw: st.DrawFn, sources: list[str]) -> MapInput:
    kinds = ["literal", "xcom"] if sources else ["literal"]
    kind = draw(st.sampled_from([*kinds, "zip", "concat"]))
    if kind == "literal":
        return MapInput(length=draw(st.integers(0, 3)))
    if kind == "xcom":
        return MapInput(task_id=draw(st.sampled_from(sources)))
    parts = draw(
        st.lists(st.integers(0, 2).map(lambda length: MapInput(length=length)), min_size=1, max_size=2)
    )
    if sources:
        parts.append(MapInput(task_id=draw(st.sampled_from(sources))))
    return MapInput(combine=kind, parts=tuple(parts), fill=draw(st.booleans()))


@st.composite
def dags(draw: st.DrawFn) -> DagSpec:
    return DagSpec(
        dag_id="d", tasks=draw(plain_tasks(staged=draw(st.booleans()))), fail_fast=draw(st.booleans()),
        dagrun_timeout=draw(st.sampled_from([None, None, None, 500.0])),
    )  # fmt: skip


@st.composite
def staged_dags(draw: st.DrawFn) -> DagSpec:
    """One or two setups, work in their scope, teardowns, and what comes after; some edges left to chance."""
    setups = ["s", "s2"][: draw(st.integers(1, 2))]
    work = ["w1", "w2", "w3"][: draw(st.integers(1, 3))]
    tasks = [draw(one_task(each, [], role="setup")) for each in setups]
    for place, each in enumerate(work):
        above = draw(st.lists(st.sampled_from([*setups, *work[:place]]), min_size=1, max_size=3, unique=True))
        tasks.append(draw(one_task(each, above)))
    for each, owned in zip(["t", "t2"], draw(st.lists(st.sampled_from(setups), max_size=2)), strict=False):
        above = {owned, *draw(st.lists(st.sampled_from([*setups, *work]), max_size=3))}
        tasks.append(draw(one_task(each, sorted(above), role="teardown")))
    above = draw(st.lists(st.sampled_from([t.task_id for t in tasks]), min_size=1, max_size=2, unique=True))
    tasks.append(draw(one_task("z", above)))
    return DagSpec(dag_id="d", tasks=tuple(tasks), fail_fast=draw(st.sampled_from([False, False, True])))


@st.composite
def mapped_dags(draw: st.DrawFn) -> DagSpec:
    """Tasks of which some are mapped, over literals or over tasks above them; then a mapped group."""
    tasks = []
    for spec in draw(plain_tasks(staged=False, size=4)):
        mapping = None
        if draw(st.booleans()):
            inputs = draw(
                st.lists(map_inputs(list(spec.upstream)), min_size=1, max_size=1 + (not spec.upstream))
            )
            mapping = MappingSpec(inputs=tuple(inputs))
        tasks.append(
            TaskSpec(**{**{f: getattr(spec, f) for f in spec.__struct_fields__}, "mapping": mapping})
        )
    feeder = tasks[-1].task_id
    inside = [
        draw(one_task("x", [feeder])), draw(one_task("y", ["x"])),
        draw(one_task("z", draw(st.sampled_from([["x"], ["y"], ["x", "y"], ["y", feeder]])))),
    ]  # fmt: skip
    tasks += [
        TaskSpec(**{**{f: getattr(t, f) for f in t.__struct_fields__}, "group_id": "inner"}) for t in inside
    ]
    tasks.append(draw(one_task("~end", ["z"])))
    mapping = MappingSpec(inputs=(draw(st.sampled_from([MapInput(task_id=feeder), MapInput(length=2)])),))
    groups = (GroupSpec(group_id="g", mapping=mapping), GroupSpec(group_id="inner", parent="g"))
    return DagSpec(dag_id="d", tasks=tuple(tasks), groups=groups)


@st.composite
def nested_dags(draw: st.DrawFn) -> DagSpec:
    """A mapped group with a mapped task and a mapped group inside, setups and teardowns among them."""
    some = st.sampled_from
    staged = draw(some([False, False, True]))
    tasks = [draw(one_task("a", [])), draw(one_task("b", ["a"]))]
    over = [MapInput(task_id="a"), MapInput(length=2), MapInput(length=1)]
    inside = [
        ("m", ["a"], "g", None, draw(some(["", "setup"])) if staged else ""),
        ("n", ["m"], "g", draw(some([None, *over, MapInput(task_id="m")])), ""),
        ("o", draw(some([["m"], ["n"], ["m", "n"]])), "h", None, ""),
        ("p", draw(some([["o"], ["m", "o"], ["b", "o"]])), "h", draw(some([None, over[1]])), ""),
        ("q", draw(some([["n"], ["o"], ["n", "p"]])), "g", draw(some([None, MapInput(task_id="n")])), ""),
    ]
    for name, above, group, mapped, role in inside:
        needed = {mapped.task_id} if mapped is not None and mapped.task_id is not None else set()
        spec = draw(one_task(name, sorted({*above, *needed}), role=role))
        tasks.append(changed(spec, group_id=group, mapping=mapped and MappingSpec(inputs=(mapped,))))
    if staged:
        above = ["m", *draw(some([["n"], ["q"], ["p", "q"]]))]
        tasks.append(changed(draw(one_task("t", sorted(above), role="teardown")), group_id="g"))
    last = draw(some([None, MapInput(task_id="q"), MapInput(task_id="n")]))
    ends = draw(one_task("~end", ["n", "q"]))
    tasks.append(changed(ends, mapping=last and MappingSpec(inputs=(last,))))
    inner = draw(some([MapInput(task_id="m"), MapInput(task_id="a"), MapInput(length=2)]))
    groups = (
        GroupSpec(group_id="g", mapping=MappingSpec(inputs=(draw(some(over[:2])),))),
        GroupSpec(group_id="h", parent="g", mapping=MappingSpec(inputs=(inner,))),
    )
    return DagSpec(dag_id="d", tasks=tuple(tasks), groups=groups)


def changed(spec: TaskSpec, **fields: Any) -> TaskSpec:
    return msgspec.structs.replace(spec, **fields)


# --- playing them -----------------------------------------------------------------------------------


class Play:
    """One history: does the same to the machine and to the oracle, and compares."""

    def __init__(self, spec: DagSpec, seed: int) -> None:
        self.dice = random.Random(seed)
        past = tuple(t.task_id for t in spec.tasks if t.depends_on_past and self.dice.random() < 0.2)
        mark = self.dice.random() < 0.05
        only = None
        if not spec.groups and self.dice.random() < 0.1:
            only = tuple(t.task_id for t in spec.tasks if self.dice.random() < 0.7)
        later = EPOCH + timedelta(seconds=self.dice.choice([-1000, 40]))
        date = self.dice.choice([None, later])
        self.world = World(
            spec, unmet=past, lost_limit=2, mark_success=mark, only_tasks=only, logical_date=date
        )
        self.oracle = Oracle(
            spec, EPOCH, logical_date=date, past_unmet=set(past), mark_success=mark, lost_limit=2, only=only
        )
        self.stale: list[events.Event] = []
        self.spec = spec
        graph = self.world.machine.graph
        self.counted = {graph.ids[task] for task in graph.counted}

    def run(self, rounds: int = 200) -> None:
        """To its end; or for so many rounds, where a history may be long."""
        self.world.machine.start(self.world.now)
        self.decide()
        for _ in range(rounds):
            if self.world.state is not DagRunState.RUNNING:
                return
            self.turn()
        assert rounds < 200, f"the run does not end: {self.world.states()}"

    def turn(self) -> None:
        for _ in range(self.dice.randint(1, 3)):
            self.step()
        self.decide()
        self.stale_is_refused()
        for _ in range(self.dice.randint(0, 3)):
            self.grant()
        if self.dice.random() < 0.3:
            self.dice.choice([self.clear, self.answer, self.nothing])()
            self.world.reload(**self.remembered())

    def remembered(self) -> dict[str, Any]:
        """What the store keeps beside the rows."""
        numbers = {(row.task_id, row.place): row.map_index for row in self.world.ledger.facts()}
        lengths: dict[str, dict[int, int]] = {}
        for (task, path), length in self.oracle.lengths.items():
            lengths.setdefault(task, {})[numbers[task, path]] = length
        silent: dict[str, tuple[int, ...]] = {}
        for task, path in self.oracle.silent:
            silent[task] = (*silent.get(task, ()), numbers[task, path])
        skips: dict[str, dict[int, tuple[str, ...]]] = {}
        for (task, path), ids in self.oracle.skips.items():
            skips.setdefault(task, {})[numbers[task, path]] = tuple(sorted(ids))
        past = [t.task_id for t in self.spec.tasks if t.task_id in self.oracle.past_unmet]
        return {
            "lengths": lengths,
            "silent": silent,
            "skips": skips,
            "past": tuple(type(self.world.run.past[0])(task_id=each, met=False) for each in past)
            if past
            else (),
        }

    def decide(self) -> None:
        self.world.decide()
        self.oracle.settle(self.world.now)
        found = {
            (v.task_id, v.path): (v.state and str(v.state), v.try_number, v.max_tries, v.lost)
            for v in self.world.machine.instances()
        }
        wanted = {key: (ti.state, ti.tries, ti.max_tries, ti.lost) for key, ti in self.oracle.ti.items()}
        assert found == wanted
        assert str(self.world.state) == self.oracle.run
        wake = self.world.machine.next_wake()
        assert wake is None or wake > self.world.now, "it asks to be woken for what it could have done"

    def step(self) -> None:
        """One thing that may happen."""
        views = list(self.world.machine.instances())
        states = {
            s: [v for v in views if v.state is s] for s in (T.QUEUED, T.RUNNING, T.RESTARTING, T.DEFERRED)
        }
        acts = [self.pass_time]
        acts += [self.report] * 4 if any(states[s] for s in OUT) else []
        acts += [self.fire] if states[T.DEFERRED] else []
        acts += [self.move_past] if self.oracle.past_unmet else []
        self.dice.choice(acts)()

    def pass_time(self) -> None:
        wake = self.world.machine.next_wake()
        if wake is not None and wake > self.world.now and self.dice.random() < 0.5:
            self.world.now = wake
        else:
            self.world.now += timedelta(seconds=self.dice.choice([0.5, 7, 60]))

    def grant(self) -> None:
        if not self.world.machine.ready:
            return
        attempt = self.dice.choice(sorted(self.world.machine.ready))
        queued = self.world.machine.queue(attempt, self.world.now)
        self.world.ledger._queues(queued)
        view = self.world.machine.instance(attempt)
        assert view is not None
        self.key_state((view.task_id, view.path), "queued")
        self.oracle.ti[view.task_id, view.path].answered = False

    def key_state(self, key: Key, state: str) -> None:
        self.oracle.ti[key].state = state

    def report(self) -> None:
        out = [v for v in self.world.machine.instances() if v.state in OUT]
        view = self.dice.choice(out)
        key, attempt, dispatch = (view.task_id, view.path), view.attempt_id, view.dispatch
        at = self.world.now
        started = events.TaskStarted(attempt_id=attempt, dispatch=dispatch, at=at)
        if view.state is T.QUEUED and self.dice.random() < 0.6:
            assert self.world.say(started)
            self.key_state(key, "running")
            assert self.world.say(started)  # twice: harmless
        elif view.state is T.QUEUED and self.dice.random() < 0.15:
            told = self.world.machine.unqueue(attempt)
            assert told is not None
            self.world.ledger._unqueues(told)
            self.key_state(key, "scheduled")
            self.stale.append(started)
        else:
            ended = events.TaskFinished(
                attempt_id=attempt, dispatch=dispatch, at=at, outcome=self.outcome(key[0])
            )
            if isinstance(ended.outcome, events.AwaitingInput):
                self.world.ledger.rows[attempt].fallback = ended.outcome.fallback
            assert self.world.say(ended)
            self.oracle.ended(key, at, ended.outcome)
            self.stale += [ended, started]

    def outcome(self, task_id: str) -> events.AnyOutcome:
        below = sorted(t.task_id for t in self.spec.tasks if task_id in t.upstream)
        kind = self.dice.random()
        if kind < 0.5:
            skip = tuple(t for t in below if self.dice.random() < 0.5) if self.dice.random() < 0.3 else ()
            lengths = {"return_value": self.dice.randint(0, 3)} if self.dice.random() < 0.9 else {}
            return events.Succeeded(
                skip=skip, skip_all_downstream=self.dice.random() < 0.08, lengths=lengths,
                silent=task_id in self.counted and self.dice.random() < 0.2,
            )  # fmt: skip
        if kind < 0.72:
            return events.Failed(
                may_retry=self.dice.random() < 0.8, retry_delay=self.dice.choice([None, None, 5.0])
            )
        if kind < 0.78:
            return events.Skipped()
        if kind < 0.85:
            return events.Rescheduled(until=self.world.now + timedelta(seconds=self.dice.choice([-1, 30])))
        if kind < 0.9:
            return events.Deferred(classpath="x.Y", timeout=self.dice.choice([None, 50.0]))
        if kind < 0.95:
            return events.AwaitingInput(
                timeout=self.dice.choice([None, 0.0, 50.0]), fallback=self.dice.choice([None, FALLBACK])
            )
        return events.Lost(reason="the host died")

    def fire(self) -> None:
        view = self.dice.choice([v for v in self.world.machine.instances() if v.state is T.DEFERRED])
        fired = events.TriggerFired(
            attempt_id=view.attempt_id, at=self.world.now, payload="1", dispatch=view.dispatch,
            error=self.dice.choice([None, "broke"]),
        )  # fmt: skip
        assert self.world.say(fired)
        self.key_state((view.task_id, view.path), "scheduled")
        self.stale.append(fired)

    def answer(self) -> None:
        """People answer in the database, maybe before it waits; the machine is then built anew."""
        for row in self.world.ledger.rows.values():
            if row.state in (T.AWAITING_INPUT, T.RUNNING) and self.dice.random() < 0.5:
                row.answer = '{"chosen_options": ["Yes"]}'
                self.oracle.ti[row.task_id, row.place].answered = True

    def nothing(self) -> None:
        """Only the machine is built anew."""

    def clear(self) -> None:
        """A person clears task instances in the database; the machine is then built anew."""
        rows = list(self.world.ledger.rows.values())
        chosen = [self.dice.choice(rows)]
        if self.dice.random() < 0.6:
            tasks = {chosen[0].task_id, *self.oracle.below(chosen[0].task_id)}
            chosen = [row for row in rows if row.task_id in tasks]
        for row in chosen:
            retries = next(t.retries for t in self.spec.tasks if t.task_id == row.task_id)
            effect = clearing.clear(row, retries)
            row.state, row.max_tries = effect.state, effect.max_tries
            row.next_method = row.next_kwargs = row.until = row.trigger_timeout = None
            row.answer = row.fallback = None
            self.oracle.clear((row.task_id, row.place))

    def move_past(self) -> None:
        task_id = self.dice.choice(sorted(self.oracle.past_unmet))
        self.oracle.past_unmet.discard(task_id)
        assert self.world.say(events.PastMoved(task_id=task_id, met=True))

    def stale_is_refused(self) -> None:
        for event in self.stale[-4:]:
            before = self.world.states()
            assert not self.world.say(event)
            assert self.world.states() == before
        assert not self.world.machine.decide(self.world.now), "a refused event left something to decide"


@PROFILE
@given(dags(), st.integers(0, 2**32))
def test_machine_agrees_with_oracle(spec: DagSpec, seed: int) -> None:
    Play(spec, seed).run()


@PROFILE
@given(staged_dags(), st.integers(0, 2**32))
def test_machine_agrees_with_oracle_on_setups_and_teardowns(spec: DagSpec, seed: int) -> None:
    Play(spec, seed).run()


@settings(PROFILE, max_examples=250)
@given(mapped_dags(), st.integers(0, 2**32))
def test_machine_agrees_with_oracle_on_mapped_tasks(spec: DagSpec, seed: int) -> None:
    Play(spec, seed).run(rounds=40)


@settings(PROFILE, max_examples=250)
@given(nested_dags(), st.integers(0, 2**32))
def test_machine_agrees_with_oracle_on_mapping_inside_mapped_groups(spec: DagSpec, seed: int) -> None:
    Play(spec, seed).run(rounds=40)
