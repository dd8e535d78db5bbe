"""Every rule against the truth table, for every combination of up to four upstream task instances."""

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


@pytest.mark.parametrize(
    ("old", "new"), [("dummy", "always"), ("none_failed_or_skipped", "none_failed_min_one_success")]
)
def test_names_of_airflow_1_mean_todays_rules(old: str, new: str) -> None:
    assert rules.rule_named(old) is rules.rule_named(new)


def test_unknown_rule_is_named_with_the_known_ones() -> None:
    with pytest.raises(InvalidValue, match=r"all_success.*got 'all_succes'"):
        rules.rule_named("all_succes")
