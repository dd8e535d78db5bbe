"""``weight_rule`` as a class: a strategy that says how much weight a task instance has.

A strategy is the author's code, so it is asked where the DAG file is read, once for each try that the task
may have, and the scheduler gets numbers. What is known only of a run (its dates, its conf) is not there.
"""

from __future__ import annotations

from typing import Any

from tradewind.authoring import helpers
from tradewind.domain.errors import AirflowException, InvalidValue
from tradewind.domain.states import WeightRule
from tradewind.runtime import plugins

MOST_TRIES = 64
"""Later tries weigh what this one does."""
_registered: dict[str, type[PriorityWeightStrategy]] = {}


class PriorityWeightStrategy:
    """Base of strategies. Plug-ins list theirs in ``priority_weight_strategies``."""

    def get_weight(self, ti: Any) -> int:
        """The weight of ``ti``, of which ``try_number``, ``task``, ``task_id`` and ``dag_id`` are known."""
        raise NotImplementedError(f"{type(self).__name__} defines no get_weight().")

    def serialize(self) -> dict[str, Any]:
        """What makes two strategies of one class differ."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> PriorityWeightStrategy:
        """The strategy that ``serialize`` told of."""
        return cls(**data)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.serialize() == other.serialize()

    def __hash__(self) -> int:
        return hash(type(self))


class PlannedInstance:
    """What a strategy may know of a task instance that is not there yet."""

    map_index = -1

    def __init__(self, task: Any, try_number: int) -> None:
        self.task, self.try_number = task, try_number
        self.task_id, self.dag_id = task.task_id, task.dag_id
        self.max_tries = task.retries
        self.priority_weight, self.pool, self.queue = task.priority_weight, task.pool, task.queue

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"ti.{name} is not known where the DAG file is read, which is where weights are computed"
        )


def register(strategy: type[PriorityWeightStrategy]) -> None:
    """A plug-in brings this one."""
    _registered[path_of(strategy)] = strategy


def path_of(rule: Any) -> str:
    """The name of a rule: that of a built-in one, or the import path of a strategy's class."""
    if isinstance(rule, str):
        return str(getattr(rule, "value", rule))
    cls = rule if isinstance(rule, type) else type(rule)
    return f"{cls.__module__}.{cls.__qualname__}"


def try_weights(task: Any) -> tuple[int, ...]:
    """The weight of each try by the task's strategy, without repeats at the end; none for a built-in rule.

    Raises InvalidValue for what is no strategy, and AirflowException where it raises.
    """
    rule = task.weight_rule
    if path_of(rule) in WeightRule._value2member_map_:
        return ()
    strategy = _strategy(rule)
    weights = [_weight(strategy, task, number) for number in range(1, min(task.retries + 1, MOST_TRIES) + 1)]
    while len(weights) > 1 and weights[-1] == weights[-2]:
        weights.pop()
    return tuple(weights)


def total(task: Any) -> int:
    """The weight of the task's first try: its own with those that its rule adds, or what its strategy says.

    Raises as ``try_weights``.
    """
    if own := try_weights(task):
        return helpers.db_safe_priority(own[0])
    rule = path_of(task.weight_rule)
    alone = rule == WeightRule.ABSOLUTE or not task.has_dag()
    others = [] if alone else task.get_flat_relatives(upstream=rule == WeightRule.UPSTREAM)
    return helpers.db_safe_priority(task.priority_weight + sum(other.priority_weight for other in others))


def _strategy(rule: Any) -> PriorityWeightStrategy:
    found = rule
    if isinstance(rule, str):
        try:
            found = _registered.get(rule) or plugins.load_object(rule)
        except AirflowException as error:
            raise _no_strategy(rule) from error
    if isinstance(found, type) and issubclass(found, PriorityWeightStrategy):
        return found()
    if isinstance(found, PriorityWeightStrategy):
        return found
    raise _no_strategy(rule)


def _no_strategy(rule: Any) -> InvalidValue:
    known = ", ".join([*WeightRule, *sorted(_registered)])
    return InvalidValue("weight_rule", rule, f"be one of {known}, or a PriorityWeightStrategy")


def _weight(strategy: PriorityWeightStrategy, task: Any, number: int) -> int:
    try:
        return int(strategy.get_weight(PlannedInstance(task, number)))
    except Exception as error:
        raise AirflowException(
            f"Task {task.task_id!r}: {type(strategy).__name__}.get_weight failed for try {number}: "
            f"{type(error).__name__}: {error}."
        ) from error
