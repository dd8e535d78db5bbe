"""When a task may run, given how its upstream task instances ended.

Each rule is a function of six counts and answers one of four verdicts. A verdict that falls before all are
done (all_success and the first failure, say) falls at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from tradewind.domain.errors import InvalidValue
from tradewind.domain.states import State, TaskInstanceState, TriggerRule

Counts = list[int]
"""How many upstream task instances are in each slot, indexed by the six constants below."""

OPEN: Final = 0
SUCCESS: Final = 1
FAILED: Final = 2
UPSTREAM_FAILED: Final = 3
SKIPPED: Final = 4
REMOVED: Final = 5

SLOT: Final[dict[State, int]] = {
    None: OPEN,
    **dict.fromkeys(TaskInstanceState, OPEN),
    TaskInstanceState.SUCCESS: SUCCESS,
    TaskInstanceState.FAILED: FAILED,
    TaskInstanceState.UPSTREAM_FAILED: UPSTREAM_FAILED,
    TaskInstanceState.SKIPPED: SKIPPED,
    TaskInstanceState.REMOVED: REMOVED,
}
"""The slot in which a task instance of a state is counted: not finished, or the way it finished."""


class Verdict(Enum):
    """What a rule says of a task."""

    WAIT = "wait"
    RUN = "run"
    SKIP = "skip"
    UPSTREAM_FAILED = "upstream_failed"


WAIT: Final = Verdict.WAIT
RUN: Final = Verdict.RUN
SKIP: Final = Verdict.SKIP
FAIL: Final = Verdict.UPSTREAM_FAILED

Rule = Callable[[Counts], Verdict]


def no_counts() -> Counts:
    """Counts of nothing."""
    return [0, 0, 0, 0, 0, 0]


def _all_success(counts: Counts) -> Verdict:
    waiting, _, f, uf, k, _ = counts
    if f or uf:
        return FAIL
    if k:
        return SKIP
    return WAIT if waiting else RUN


def _all_failed(counts: Counts) -> Verdict:
    waiting, s, _, _, k, _ = counts
    if s or k:
        return SKIP
    return WAIT if waiting else RUN


def _all_done(counts: Counts) -> Verdict:
    return WAIT if counts[OPEN] else RUN


def _all_done_min_one_success(counts: Counts) -> Verdict:
    waiting, s, _, _, k, _ = counts
    if k:
        return SKIP
    if waiting:
        return WAIT
    return RUN if s else FAIL


def _all_skipped(counts: Counts) -> Verdict:
    waiting, s, f, uf, _, r = counts
    if s or f or uf:
        return SKIP
    return WAIT if waiting or r else RUN


def _one_success(counts: Counts) -> Verdict:
    waiting, s, f, uf, _, r = counts
    if s:
        return RUN
    if waiting:
        return WAIT
    return FAIL if f or uf or r else SKIP


def _one_failed(counts: Counts) -> Verdict:
    waiting, _, f, uf, _, _ = counts
    if f or uf:
        return RUN
    return WAIT if waiting else SKIP


def _one_done(counts: Counts) -> Verdict:
    waiting, s, f, _, _, _ = counts
    if s or f:
        return RUN
    return WAIT if waiting else SKIP


def _none_failed(counts: Counts) -> Verdict:
    waiting, _, f, uf, _, _ = counts
    if f or uf:
        return FAIL
    return WAIT if waiting else RUN


def _none_failed_min_one_success(counts: Counts) -> Verdict:
    waiting, s, f, uf, _, r = counts
    if f or uf:
        return FAIL
    if waiting:
        return WAIT
    if s:
        return RUN
    return FAIL if r else SKIP


def _none_skipped(counts: Counts) -> Verdict:
    if counts[SKIPPED]:
        return SKIP
    return WAIT if counts[OPEN] else RUN


def _always(_: Counts) -> Verdict:
    return RUN


RULES: Final[Mapping[str, Rule]] = {
    TriggerRule.ALL_SUCCESS: _all_success,
    TriggerRule.ALL_FAILED: _all_failed,
    TriggerRule.ALL_DONE: _all_done,
    TriggerRule.ALL_DONE_MIN_ONE_SUCCESS: _all_done_min_one_success,
    TriggerRule.ALL_DONE_SETUP_SUCCESS: _all_done,  # its setups are looked at by setup_verdict
    TriggerRule.ALL_SKIPPED: _all_skipped,
    TriggerRule.ONE_SUCCESS: _one_success,
    TriggerRule.ONE_FAILED: _one_failed,
    TriggerRule.ONE_DONE: _one_done,
    TriggerRule.NONE_FAILED: _none_failed,
    TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS: _none_failed_min_one_success,
    TriggerRule.NONE_SKIPPED: _none_skipped,
    TriggerRule.ALWAYS: _always,
    "dummy": _always,  # Airflow 1.10's names
    "none_failed_or_skipped": _none_failed_min_one_success,
}


def rule_named(name: str) -> Rule:
    """The function of a rule. Raises InvalidValue for a name that is none."""
    try:
        return RULES[name]
    except KeyError:
        raise InvalidValue("trigger_rule", name, f"be one of {', '.join(sorted(TriggerRule))}") from None


def looks_at_nothing(name: str) -> bool:
    """Whether a task with this rule runs whatever is above it, setups included."""
    return rule_named(name) is _always


def upstream_verdict(rule: Rule, counts: Counts) -> Verdict:
    """The rule's verdict; a task without upstream task instances always runs."""
    return rule(counts) if any(counts) else RUN


def own_setups_verdict(setups: Counts) -> Verdict:
    """What ``all_done_setup_success`` adds once everything upstream is done: did a direct setup succeed?"""
    if setups[SUCCESS] or not any(setups):
        return RUN
    return SKIP if setups[SKIPPED] == sum(setups) else FAIL


def constraint_verdict(setups: Counts) -> Verdict:
    """What the setups further upstream say of a task that works inside their scope: all must succeed."""
    return _all_success(setups)
