"""What ought to happen, computed from scratch from the definitions. No counters, and nothing of the engine.

Slow on purpose: each question looks at all task instances of the run. Times are plain seconds here.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tradewind.domain import events
from tradewind.domain.spec import DagSpec, MappingSpec, TaskSpec
from tradewind.domain.spec.mapping import MapInput

ENDED = ("success", "failed", "upstream_failed", "skipped", "removed")
Known = Callable[[str], int | None]
Path = tuple[int, ...]
Key = tuple[str, Path]
"""A task and the indexes of one of its instances, level by level of mapping."""


@dataclass
class Ti:
    state: str | None = None
    tries: int = 0
    max_tries: int = 0
    lost: int = 0
    end: datetime | None = None
    until: datetime | None = None
    override: float | None = None
    timeout: datetime | None = None
    answered: bool = False
    repeat: bool = False
    cleared: bool = False


@dataclass
class Oracle:
    spec: DagSpec
    started: datetime
    logical_date: datetime | None = None
    past_unmet: set[str] = field(default_factory=set)
    mark_success: bool = False
    lost_limit: int = 3
    only: tuple[str, ...] | None = None
    run: str = "running"
    ti: dict[Key, Ti] = field(default_factory=dict)
    lengths: dict[Key, int] = field(default_factory=dict)
    silent: set[Key] = field(default_factory=set)
    skips: dict[Key, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for task in self.spec.tasks:
            if self.only is None or task.task_id in self.only:
                levels = self.levels(task.task_id)
                literal = self.total(levels[0], lambda _: None) if levels else None
                for path in [(index,) for index in range(literal)] if literal else [()]:
                    self.ti[task.task_id, path] = Ti(max_tries=task.retries)

    # --- the DAG, the slow way -------------------------------------------------------------------

    def task(self, task_id: str) -> TaskSpec:
        return next(task for task in self.spec.tasks if task.task_id == task_id)

    def below(self, task_id: str) -> set[str]:
        direct = {task.task_id for task in self.spec.tasks if task_id in task.upstream}
        return direct.union(*(self.below(each) for each in direct))

    def above(self, task_id: str) -> set[str]:
        direct = set(self.task(task_id).upstream)
        return direct.union(*(self.above(each) for each in direct))

    def in_order(self) -> list[str]:
        left = [task.task_id for task in self.spec.tasks]
        done: list[str] = []
        while left:
            for each in list(left):
                if all(up in done for up in self.task(each).upstream):
                    done.append(each)
                    left.remove(each)
        return done

    def chain(self, task_id: str) -> list[str]:
        """The mapped groups around a task, outermost first."""
        return self.around(self.task(task_id).group_id)

    def around(self, group_id: str | None) -> list[str]:
        groups = {group.group_id: group for group in self.spec.groups}
        if group_id is None:
            return []
        own = [group_id] if groups[group_id].mapping is not None else []
        return [*self.around(groups[group_id].parent), *own]

    def levels(self, task_id: str) -> list[MappingSpec]:
        """What a task is mapped over, level by level."""
        mappings = {group.group_id: group.mapping for group in self.spec.groups}
        found = [mappings[each] for each in self.chain(task_id)] + [self.task(task_id).mapping]
        return [each for each in found if each is not None]

    def of(self, task_id: str) -> dict[Path, Ti]:
        return {path: ti for (name, path), ti in self.ti.items() if name == task_id}

    def under(self, task_id: str, beginning: Path) -> dict[Path, Ti]:
        return {path: ti for path, ti in self.of(task_id).items() if path[: len(beginning)] == beginning}

    def leaves(self) -> set[str]:
        def ignored(task: TaskSpec) -> bool:
            return task.is_teardown and not task.on_failure_fail_dagrun

        def direct(task: TaskSpec) -> list[TaskSpec]:
            return [each for each in part if task.task_id in each.upstream]

        part = [t for t in self.spec.tasks if self.only is None or t.task_id in self.only]
        found = {t.task_id for t in part if not ignored(t) and all(ignored(d) for d in direct(t))}
        return found or {t.task_id for t in part if not direct(t)}

    # --- rules -------------------------------------------------------------------------------------

    def seen(self, task_id: str, path: Path, upstream: set[str]) -> list[str | None]:
        """States of the task instances of ``upstream`` that the instance depends on."""
        mine = self.chain(task_id)
        gate = path[: len(mine)]
        return [
            ti.state
            for (name, at), ti in self.ti.items()
            if name in upstream
            and all(a == b for a, b in zip(gate[: same(mine, self.chain(name))], at, strict=False))
        ]

    def verdict(self, task_id: str, index: Path) -> str:
        task = self.task(task_id)
        setups = {each for each in self.above(task_id) if self.task(each).is_setup}
        if task.is_teardown:
            mine = [each for each in task.upstream if self.task(each).is_setup]
            between = {b for each in mine for b in self.below(each)} & self.above(task_id)
            if any(state not in ENDED for state in self.seen(task_id, index, between)):
                return "wait"
        elif task.trigger_rule != "always":
            indirect = {each for each in setups if each not in task.upstream and self.relevant(each, task_id)}
            states = self.seen(task_id, index, indirect)
            if "failed" in states or "upstream_failed" in states:
                return "upstream_failed"
            if "skipped" in states:
                return "skipped"
            direct = self.direct_verdict(task, index)
            waits = any(state not in ("success", "removed") for state in states)
            return "wait" if waits and direct == "run" else direct
        return self.direct_verdict(task, index)

    def relevant(self, setup: str, task_id: str) -> bool:
        downs = [t for t in self.spec.tasks if t.is_teardown and setup in t.upstream]
        return not downs or any(t.task_id in self.below(task_id) for t in downs)

    def direct_verdict(self, task: TaskSpec, index: Path) -> str:
        states = self.seen(task.task_id, index, set(task.upstream))
        setups = self.seen(task.task_id, index, {each for each in task.upstream if self.task(each).is_setup})
        return table(task.trigger_rule, states, setups)

    # --- events -------------------------------------------------------------------------------------

    def ended(self, key: Key, at: datetime, outcome: events.Outcome) -> None:
        ti, task = self.ti[key], self.task(key[0])
        ti.end = at
        if ti.state == "restarting":
            ti.state, ti.cleared, ti.max_tries = None, True, ti.tries + task.retries
            return
        match outcome:
            case events.Succeeded():
                ti.state = "success"
                self.learn(key, outcome)
            case events.Skipped():
                ti.state = "skipped"
            case events.Failed():
                if outcome.may_retry and task.retries and ti.tries <= ti.max_tries:
                    ti.state, ti.override = "up_for_retry", outcome.retry_delay
                else:
                    self.fail(key)
            case events.Rescheduled():
                ti.state, ti.until = "up_for_reschedule", outcome.until
            case events.Deferred() | events.AwaitingInput():
                ti.state = "deferred" if isinstance(outcome, events.Deferred) else "awaiting_input"
                ti.timeout = None if outcome.timeout is None else at + timedelta(seconds=outcome.timeout)
            case events.Lost():
                if task.on_lost == "fail" or ti.lost >= self.lost_limit:
                    self.fail(key)
                else:
                    ti.state, ti.repeat = "up_for_retry", True

    def clear(self, key: Key) -> None:
        ti = self.ti[key]
        if ti.state in ("running", "restarting"):
            ti.state = "restarting"
        else:
            ti.state, ti.cleared, ti.max_tries = None, True, ti.tries + self.task(key[0]).retries

    def fail(self, key: Key) -> None:
        self.ti[key].state = "failed"
        if self.spec.fail_fast:
            for (name, _), ti in self.ti.items():
                if ti.state not in ENDED and not self.task(name).is_teardown:
                    ti.state = "failed" if ti.state in ("running", "restarting") else "skipped"

    def learn(self, key: Key, outcome: events.Succeeded) -> None:
        self.lengths.pop(key, None)
        self.silent.discard(key)
        if "return_value" in outcome.lengths:
            self.lengths[key] = outcome.lengths["return_value"]
        if outcome.silent:
            self.silent.add(key)
        chosen = set(outcome.skip)
        if outcome.skip_all_downstream:
            chosen |= {each for each in self.below(key[0]) if not self.task(each).is_teardown}
        self.skips[key] = chosen
        for (name, path), ti in self.ti.items():
            meant = name in chosen and path[: len(key[1])] == key[1]
            if meant and ti.state not in ("success", "failed", "skipped", "removed", "running", "restarting"):
                ti.state = "skipped"

    # --- what follows ---------------------------------------------------------------------------------

    def settle(self, now: datetime) -> None:
        if self.run != "running":
            return
        limit = self.spec.dagrun_timeout
        if limit is not None and self.started + timedelta(seconds=limit) <= now:
            for ti in self.ti.values():
                if ti.state not in ENDED:
                    ti.state = "skipped"
            self.run = "failed"
            return
        for ti in self.ti.values():
            self.resume(ti, now)
        if self.logical_date is not None and now < self.logical_date:
            return
        for task_id in self.in_order():
            self.expand_groups()
            self.look_at_all(task_id, now)
        self.judge()

    def look_at_all(self, task_id: str, now: datetime) -> None:
        """At each that waits, once; also at those that come up meanwhile."""
        looked: set[Path] = set()
        while True:
            waiting = {path for path, ti in self.of(task_id).items() if self.waits(task_id, ti, now)}
            if not waiting - looked:
                return
            path = min(waiting - looked)
            looked.add(path)
            self.look(task_id, path, now)

    def resume(self, ti: Ti, now: datetime) -> None:
        if ti.state == "up_for_retry" and ti.repeat:
            ti.state, ti.lost, ti.max_tries = "scheduled", ti.lost + 1, ti.max_tries + 1
            ti.tries, ti.repeat = ti.tries + 1, False
        if ti.state == "awaiting_input" and ti.answered:
            ti.state = "scheduled"
        if ti.state in ("deferred", "awaiting_input") and ti.timeout is not None and ti.timeout <= now:
            ti.state = "scheduled"

    def look(self, task_id: str, path: Path, now: datetime) -> None:
        ti = self.ti[task_id, path]
        task = self.task(task_id)
        verdict = self.verdict(task_id, path)
        if verdict == "run" and self.passed_by(task, path):
            verdict = "skipped"
        held = task_id in self.past_unmet
        if verdict == "upstream_failed":
            ti.state = "upstream_failed"
        elif verdict == "skipped" and not (held and task.wait_for_past_depends_before_skipping):
            ti.state = "skipped"
        elif verdict == "run" and not held:
            self.run_it(task, path, ti)

    def waits(self, task_id: str, ti: Ti, now: datetime) -> bool:
        if ti.state == "up_for_retry":
            assert ti.end is not None
            return ti.end + timedelta(seconds=self.delay(task_id, ti)) <= now
        if ti.state == "up_for_reschedule":
            assert ti.until is not None
            return ti.until <= now
        return ti.state is None

    def delay(self, task_id: str, ti: Ti) -> float:
        task = self.task(task_id)
        if ti.override is not None:
            return ti.override
        delay = task.retry_delay
        if task.retry_multiplier not in (0, 1):
            low = max(1, math.ceil(delay * task.retry_multiplier ** (ti.tries - 1)))
            text = f"{self.spec.dag_id}#{task_id}#{self.logical_date}#{ti.tries}"
            delay = min(low + int(hashlib.sha1(text.encode()).hexdigest(), 16) % low, 86400)
        return delay if task.max_retry_delay is None else min(delay, task.max_retry_delay)

    def passed_by(self, task: TaskSpec, path: Path) -> bool:
        return any(
            task.task_id in chosen
            and branch in task.upstream
            and path[: len(at)] == at
            and (branch, at) in self.ti
            and self.ti[branch, at].state in ("success", "skipped")
            for (branch, at), chosen in self.skips.items()
        )

    def run_it(self, task: TaskSpec, path: Path, ti: Ti) -> None:
        if ti.state is None and self.levels(task.task_id) and not self.has_input(task, path):
            return
        if (task.task_id, path) not in self.ti or ti.state == "removed":
            return
        if self.loses_counterpart(task, path):
            ti.state = "removed"
            return
        if self.mark_success or task.is_empty:
            ti.state, ti.tries = "success", ti.tries + 1
            self.silent.add((task.task_id, path))
            return
        if ti.state != "up_for_reschedule":
            ti.tries += 1
        if ti.state is None:
            ti.lost = 0
        ti.state, ti.override = "scheduled", None

    # --- mapping --------------------------------------------------------------------------------------

    def has_input(self, task: TaskSpec, path: Path) -> bool:
        """Whether the instance at this path may run now; if not, expand it, or end it."""
        depth, levels = len(self.chain(task.task_id)), self.levels(task.task_id)
        gate = path[:depth]
        for level in range(min(len(gate) + 1, len(levels))):
            if self.count(task.task_id, gate[:level]) is None:
                self.without_input(task, gate, gate[:level])
                return False
        if len(gate) == len(levels):
            return True
        count = self.count(task.task_id, gate)
        if not count and path == gate:
            self.ti[task.task_id, path].state = "skipped"
            return False
        assert count is not None
        if len(gate) < depth:
            self.expand_groups()
            return False
        self.revise(task, gate, count)
        return len(path) == len(levels)

    def total(self, mapping: MappingSpec, known: Known) -> int | None:
        lengths = [self.input_length(each, known) for each in mapping.inputs]
        product = 1
        for each in lengths:
            if each is None:
                return None
            product *= each
        return product

    def input_length(self, each: MapInput, known: Known) -> int | None:
        if each.combine == "plain":
            return each.length if each.task_id is None else known(each.task_id)
        lengths = [self.input_length(part, known) for part in each.parts]
        if None in lengths:
            return None
        if each.combine == "concat":
            return sum(x for x in lengths if x is not None)
        return (max if each.fill else min)(x for x in lengths if x is not None)

    def count(self, task_id: str, beginning: Path) -> int | None:
        """Into how many the task is expanded below that path."""
        mapping = self.levels(task_id)[len(beginning)]
        return self.total(mapping, lambda source: self.known(task_id, source, beginning))

    def inputs(self, task_id: str, source: str, beginning: Path) -> tuple[Path, dict[Path, Ti]]:
        """What of a source is mapped over below that path."""
        shared = same(self.chain(task_id)[: len(beginning)], self.chain(source))
        return beginning[:shared], self.under(source, beginning[:shared])

    def known(self, task_id: str, source: str, beginning: Path) -> int | None:
        at, found = self.inputs(task_id, source, beginning)
        if any(ti.state not in ENDED for ti in found.values()):
            return None
        ended = [(source, path) for path, ti in found.items() if ti.state == "success"]
        if any(len(path) > len(at) for path in found):
            return sum(key not in self.silent for key in ended)
        return self.lengths.get(ended[0]) if ended else None

    def expand_groups(self) -> None:
        for group in sorted(self.spec.groups, key=lambda group: len(self.around(group.group_id))):
            if group.mapping is None:
                continue
            level = len(self.around(group.group_id)) - 1
            for task in self.spec.tasks:
                if group.group_id not in self.chain(task.task_id):
                    continue
                waiting = {p[:level] for p, ti in self.of(task.task_id).items() if ti.state is None}
                for beginning in sorted(path for path in waiting if len(path) == level):
                    count = self.count(task.task_id, beginning)
                    if count is not None:
                        self.revise(task, beginning, count)

    def revise(self, task: TaskSpec, beginning: Path, count: int) -> None:
        """Bring what is below a path to its length; over nothing, one that is not expanded stays."""
        level, name = len(beginning), task.task_id
        template = self.ti.get((name, beginning))
        if template is not None and template.state is None and count:
            self.ti[name, (*beginning, 0)] = self.ti.pop((name, beginning))
        there = set()
        for path, ti in self.under(name, beginning).items():
            if len(path) <= level:
                continue
            there.add(path[level])
            if path[level] >= count:
                ti.state = "removed"
            elif ti.state == "removed":
                ti.state, ti.max_tries = None, ti.tries + task.retries
        for index in set(range(count)) - there:
            self.ti[name, (*beginning, index)] = Ti(max_tries=task.retries)

    def loses_counterpart(self, task: TaskSpec, path: Path) -> bool:
        states = self.seen(task.task_id, path, set(task.upstream))
        shared = len(path) == 1 and not self.chain(task.task_id)
        ruled = task.trigger_rule == "all_success" and "removed" in states
        return shared and ruled and path[0] >= states.count("success")

    def without_input(self, task: TaskSpec, gate: Path, beginning: Path) -> None:
        mapping = self.levels(task.task_id)[len(beginning)]
        states = {
            ti.state
            for each in mapping.inputs
            for source in names(each)
            for ti in self.inputs(task.task_id, source, beginning)[1].values()
        }
        if all(state in ENDED for state in states):
            bad = "failed" in states or "upstream_failed" in states or "skipped" not in states
            for path, ti in self.under(task.task_id, gate).items():
                if ti.state is None and path[: len(self.chain(task.task_id))] == gate:
                    ti.state = "upstream_failed" if bad else "skipped"

    # --- the end ---------------------------------------------------------------------------------------

    def judge(self) -> None:
        states = [ti.state for ti in self.ti.values()]
        if all(state in ENDED for state in states):
            leaves = [ti.state for (name, _), ti in self.ti.items() if name in self.leaves()]
            self.run = "failed" if "failed" in leaves or "upstream_failed" in leaves else "success"
        elif all(state is None for state in states if state not in ENDED) and not any(
            ti.state not in ENDED for (name, _), ti in self.ti.items() if name in self.past_unmet
        ):
            self.run = "failed"


def same(one: list[str], other: list[str]) -> int:
    """How many groups two chains begin with alike."""
    found = 0
    while found < min(len(one), len(other)) and one[found] == other[found]:
        found += 1
    return found


def names(each: MapInput) -> set[str]:
    own = set() if each.task_id is None else {each.task_id}
    return own.union(*(names(part) for part in each.parts))


def table(rule: str, states: list[str | None], setups: list[str | None]) -> str:
    """The truth table of trigger rules, line by line. At most one column may hold."""
    if not states:
        return "run"
    u = len(states)
    s, f, uf, k, r = (
        states.count(name) for name in ("success", "failed", "upstream_failed", "skipped", "removed")
    )
    done = s + f + uf + k + r == u
    some_setup, setup_ran = bool(setups), "success" in setups
    all_setups_skipped = some_setup and all(state == "skipped" for state in setups)
    bad = f + uf >= 1
    run, skip, fail = {
        "all_success": (s + r == u, k >= 1 and not bad, bad),
        "all_failed": (f + uf + r == u, s >= 1 or k >= 1, False),
        "all_done": (done, False, False),
        "all_done_min_one_success": (
            k == 0 and s + f + uf >= u - r and s >= 1, k >= 1, done and s == 0 and k == 0,
        ),
        "all_done_setup_success": (
            done and (not some_setup or setup_ran),
            done and all_setups_skipped,
            done and some_setup and not setup_ran and not all_setups_skipped,
        ),
        "all_skipped": (k == u, s + f + uf >= 1, False),
        "one_success": (s >= 1, k == u, done and s == 0 and k != u),
        "one_failed": (bad, done and not bad, False),
        "one_done": (s + f >= 1, done and s + f == 0, False),
        "none_failed": (s + k + r == u, False, bad),
        "none_failed_min_one_success": (
            s + k + r == u and s >= 1, k == u, bad or (done and s == 0 and k != u),
        ),
        "none_skipped": (done and k == 0, k >= 1, False),
        "always": (True, False, False),
    }[rule]  # fmt: skip
    assert run + skip + fail <= 1, (rule, states)
    return "run" if run else "skipped" if skip else "upstream_failed" if fail else "wait"


EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
