"""§1.7 Every rule against the truth table, for every combination of up to four upstream task instances."""

from __future__ import annotations

import itertools

import pytest
from tests.unit.engine.oracle import table

from tradewind.domain.errors import InvalidValue
from tradewind.domain.states import TriggerRule
from tradewind.engine import trigger_rules as rules

STATES = (None, "success", "failed", "upstream_failed", "skipped", "removed")
NAMES = {rules.RUN: "run", rules.SKIP: "skipped", rules.FAIL: "upstream_failed", rules.WAIT: "wait"}


def verdict(rule: str, states: tuple[str | None, ...], setups: tuple[str | None, ...] = ()) -> str:
    def count(some: tuple[str | None, ...]) -> rules.Counts:
        return [some.count(state) for state in STATES]

    answer = rules.upstream_verdict(rules.rule_named(rule), count(states))
    if answer is rules.RUN and rule == TriggerRule.ALL_DONE_SETUP_SUCCESS:
        answer = rules.own_setups_verdict(count(setups))
    return NAMES[answer]


@pytest.mark.parametrize("rule", list(TriggerRule))
def test_rule_says_what_the_table_says(rule: TriggerRule) -> None:
    for size in range(5):
        for states in itertools.combinations_with_replacement(STATES, size):
            for setups in range(size + 1):
                assert verdict(rule, states, states[:setups]) == table(
                    rule, list(states), list(states[:setups])
                ), states


TRUTH = {
    "all_success": ("run", "upstream_failed", "skipped", "wait"),
    "all_failed": ("skipped", "skipped", "skipped", "wait"),
    "all_done": ("run", "run", "run", "wait"),
    "all_done_min_one_success": ("run", "run", "skipped", "wait"),
    "all_done_setup_success": ("run", "run", "run", "wait"),
    "all_skipped": ("skipped", "skipped", "skipped", "wait"),
    "one_success": ("run", "run", "run", "wait"),
    "one_failed": ("skipped", "run", "skipped", "wait"),
    "one_done": ("run", "run", "run", "wait"),
    "none_failed": ("run", "upstream_failed", "run", "wait"),
    "none_failed_min_one_success": ("run", "upstream_failed", "run", "wait"),
    "none_skipped": ("run", "run", "skipped", "wait"),
    "always": ("run", "run", "run", "run"),
}
"""What each rule says of: two successes; success and failure; success and skipped; two that have yet to
begin.
"""


@pytest.mark.parametrize("rule", TRUTH)
def test_rule_by_name(rule: str) -> None:
    """§1.7, by hand: the table that people read."""
    cases = (("success", "success"), ("success", "failed"), ("success", "skipped"), (None, None))
    assert tuple(verdict(rule, states) for states in cases) == TRUTH[rule]
    assert set(TRUTH) == set(TriggerRule)


@pytest.mark.parametrize(
    ("old", "new"), [("dummy", "always"), ("none_failed_or_skipped", "none_failed_min_one_success")]
)
def test_names_of_airflow_1_mean_todays_rules(old: str, new: str) -> None:
    assert rules.rule_named(old) is rules.rule_named(new)


def test_unknown_rule_is_named_with_the_known_ones() -> None:
    with pytest.raises(InvalidValue, match=r"all_success.*got 'all_succes'"):
        rules.rule_named("all_succes")
