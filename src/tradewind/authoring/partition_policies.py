"""Wait policies: when a roll-up has enough of the keys of its window."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, NamedTuple

from tradewind.authoring import plugin_names
from tradewind.domain.errors import DagDefinitionError, InvalidValue


class PartitionSatisfaction(NamedTuple):
    """What a policy says of the keys that are there. ``unreachable``: however many come, it will never be
    enough, and why.
    """

    satisfied: bool
    unreachable: bool = False
    unreachable_reason: str | None = None


class WaitPolicy:
    """Base of all. One of your own belongs to a partition mapper that a plug-in registers; it gives either
    ``is_satisfied`` or ``is_satisfied_by_keys``.
    """

    minimum: int | None = None

    def is_satisfied(self, matched: int, expected: int) -> bool:
        """Whether so many keys of so many are enough."""
        raise NotImplementedError(f"{type(self).__name__} defines no is_satisfied().")

    def is_unreachable(self, expected: int) -> bool:
        """Whether not even all keys of a window of that size are enough."""
        return False

    def is_satisfied_by_keys(self, *, matched: Set[str], expected: Set[str]) -> PartitionSatisfaction:
        """What to say of the keys that have arrived, and of those that make up the window."""
        never = self.is_unreachable(len(expected))
        return PartitionSatisfaction(
            satisfied=self.is_satisfied(matched=len(matched & expected), expected=len(expected)),
            unreachable=never,
            unreachable_reason=f"{self!r} asks for more than the {len(expected)} keys of the window"
            if never
            else None,
        )

    def serialize(self) -> dict[str, Any]:
        """The arguments that build an equal policy again."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> WaitPolicy:
        """An equal policy from what ``serialize`` gave."""
        return cls(**data)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.serialize() == other.serialize()

    def __hash__(self) -> int:
        return hash((type(self), self.minimum))

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.serialize().items())
        return f"{type(self).__name__}({given})"


class WaitForAll(WaitPolicy):
    """When every key of the window is there."""

    def is_satisfied(self, matched: int, expected: int) -> bool:
        return matched == expected


class MinimumCount(WaitPolicy):
    """When ``n`` keys are there; with a negative ``n`` when at most ``-n`` are missing."""

    def __init__(self, n: int) -> None:
        if not isinstance(n, int) or n == 0:
            raise InvalidValue("n of MinimumCount", n, "be a whole number other than 0")
        self.n = self.minimum = n

    def is_satisfied(self, matched: int, expected: int) -> bool:
        return matched >= (self.n if self.n > 0 else max(0, expected + self.n))

    def is_unreachable(self, expected: int) -> bool:
        return self.n > expected

    def serialize(self) -> dict[str, Any]:
        return {"n": self.n}


def is_own(policy: WaitPolicy | None) -> bool:
    """Whether the policy is a class of people's own, which only their code can ask."""
    return policy is not None and not plugin_names.is_ours(policy)


def minimum_of(policy: WaitPolicy) -> int | None:
    """A built-in policy as data. Raises DagDefinitionError for one's own: no plug-in lists policies."""
    if is_own(policy):
        raise DagDefinitionError(
            f"RollupMapper takes the wait policies WaitForAll and MinimumCount, got {type(policy).__name__}. "
            "Write a subclass of RollupMapper that sets it, with serialize and deserialize of its own, and "
            "list that in partition_mappers of an AirflowPlugin."
        )
    return policy.minimum
