"""Looking at gates: who may run now, who is skipped, who fails with its upstream, who waits on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tradewind.domain.states import SUCCESS_STATES, TaskInstanceState, TriggerRule
from tradewind.engine import expansion, tries
from tradewind.engine.board import Board
from tradewind.engine.facts import ALL_DOWNSTREAM
from tradewind.engine.instances import BETWEEN, DIRECT, INDIRECT, SETUPS, Gate, Instance
from tradewind.engine.trigger_rules import (
    FAIL,
    OPEN,
    REMOVED,
    RUN,
    SKIP,
    SUCCESS,
    WAIT,
    Verdict,
    constraint_verdict,
    own_setups_verdict,
    upstream_verdict,
)

T = TaskInstanceState


def settle(board: Board, now: datetime) -> None:
    """Look at every gate that something changed for, upstream first, until nothing follows any more."""
    while True:
        while board.fed:
            number, beginning = min(board.fed)
            board.fed.discard((number, beginning))
            expansion.expand_group(board, number, beginning, now)
        gate = board.gates.pop_dirty()
        if gate is None:
            return
        if gate.pending:
            _look(board, gate, now)


def verdict(board: Board, gate: Gate) -> Verdict:
    """What setups and the trigger rule say of the gate's instances."""
    rule, direct = board.graph.rules[gate.task], gate.counts(DIRECT)
    if board.graph.scopes is None:
        return upstream_verdict(rule, direct)
    if gate.has(BETWEEN) and gate.counts(BETWEEN)[OPEN]:
        return WAIT
    constraint = constraint_verdict(gate.counts(INDIRECT)) if gate.has(INDIRECT) else RUN
    if constraint in (SKIP, FAIL):
        return constraint
    answer = upstream_verdict(rule, direct)
    if answer is RUN and gate.has(SETUPS):
        answer = own_setups_verdict(gate.counts(SETUPS))
    return WAIT if answer is RUN and constraint is WAIT else answer


def _look(board: Board, gate: Gate, now: datetime) -> None:
    answer = verdict(board, gate)
    if answer is RUN:
        _open(board, gate, now)
    elif answer is SKIP:
        _skip(board, gate, now, _why(board, gate))
    elif answer is FAIL:
        for instance in list(gate.pending):
            tries.drop(board, instance, T.UPSTREAM_FAILED, now, _why(board, gate))


def _open(board: Board, gate: Gate, now: datetime) -> None:
    if board.skips:
        _skip_passed_by(board, gate, now)
    task_id = board.graph.ids[gate.task]
    if task_id in board.past_unmet or not _input_ready(board, gate, now):
        return
    if board.skips:
        _skip_passed_by(board, gate, now)  # what was expanded just now
    spec = board.graph.tasks[gate.task]
    at_once = spec.is_empty or board.run.mark_success
    for instance in list(gate.pending):
        if _beyond_upstream(board, gate, instance):
            tries.drop(board, instance, T.REMOVED, now, "its upstream has no such map index any more")
        elif at_once:
            tries.end_without_process(board, instance, now)
        else:
            tries.begin(board, instance, now)


def _skip(board: Board, gate: Gate, now: datetime, reason: str) -> None:
    if not _skip_waits(board, gate.task):
        for instance in list(gate.pending):
            tries.drop(board, instance, T.SKIPPED, now, reason)


def _skip_waits(board: Board, task: int) -> bool:
    """Whether the task may not even be skipped before the previous run lets it."""
    spec = board.graph.tasks[task]
    return spec.wait_for_past_depends_before_skipping and spec.task_id in board.past_unmet


def _input_ready(board: Board, gate: Gate, now: datetime) -> bool:
    """Expand what is mapped behind a gate that has opened. False where its instances cannot run (yet)."""
    task, depth = gate.task, len(gate.path)
    levels = board.graph.mappings[task]
    if not levels or not any(instance.state is None for instance in gate.pending):
        return True  # of retries the number stands
    for level in range(depth):
        if expansion.count(board, task, gate.path[:level]) is None:
            return _without_input(board, gate, gate.path[:level], now)
    if depth == len(levels):
        return True
    found = expansion.count(board, task, gate.path)
    if found is None:
        return _without_input(board, gate, gate.path, now)
    chain = board.graph.chains[task]
    if found and depth < len(chain):
        board.fed.add((chain[depth], gate.path))
        return False
    return expansion.settle(board, task, gate.path, now)


def _without_input(board: Board, gate: Gate, beginning: tuple[int, ...], now: datetime) -> bool:
    """What is mapped over has no length: wait for it, or end with it."""
    state = expansion.missing_input(board, gate.task, beginning)
    for instance in list(gate.pending):
        if state is not None and instance.state is None:
            tries.drop(board, instance, state, now, "what it is mapped over has no length")
    return False


def _skip_passed_by(board: Board, gate: Gate, now: datetime) -> None:
    """Skip what a direct upstream task chose not to follow, as long as its choice stands."""
    if _skip_waits(board, gate.task):
        return
    spec = board.graph.tasks[gate.task]
    named = {spec.task_id} if spec.is_teardown else {spec.task_id, ALL_DOWNSTREAM}
    for branch in _branches(board, gate):
        if not named.isdisjoint(board.skips[branch.task_id].get(branch.map_index, ())):
            told = f"task {branch.task_id!r} chose another branch"
            for instance in [each for each in gate.pending if follows(branch, each)]:
                tries.drop(board, instance, T.SKIPPED, now, told)


def _branches(board: Board, gate: Gate) -> Iterator[Instance]:
    """The instances directly upstream that have chosen a branch and ended well."""
    graph = board.graph
    for above in graph.upstream[gate.task]:
        if graph.ids[above] in board.skips:
            near = board.gates.under(above, gate.path[: graph.shared(above, gate.task)])
            yield from (instance for instance in near if instance.state in SUCCESS_STATES)


def follows(branch: Instance, instance: Instance) -> bool:
    """Whether a branch decides for an instance: a mapped one decides for its own index only."""
    return instance.path[: len(branch.path)] == branch.path


def _beyond_upstream(board: Board, gate: Gate, instance: Instance) -> bool:
    """Whether a mapped instance under all_success lost its counterpart, because its upstream has shrunk."""
    counts = gate.counts(DIRECT)
    if not counts[REMOVED] or gate.path or instance.map_index < 0:
        return False
    rule = board.graph.tasks[gate.task].trigger_rule
    return rule == TriggerRule.ALL_SUCCESS and instance.map_index >= counts[SUCCESS]


def _why(board: Board, gate: Gate) -> str:
    rule = board.graph.tasks[gate.task].trigger_rule
    _, s, f, uf, k, r = gate.counts(DIRECT)
    named = (("success", s), ("failed", f), ("upstream_failed", uf), ("skipped", k), ("removed", r))
    counts = ", ".join(f"{count} {name}" for name, count in named if count)
    return f"trigger rule {rule} with upstream {counts or 'setups that did not succeed'}"
