"""Labels on dependencies: ``a >> Label("if empty") >> b``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from tradewind.authoring import relations


class EdgeModifier(relations.DependencyMixin):
    """Stands between two ends of an arrow and gives it a label."""

    def __init__(self, label: str | None = None) -> None:
        self.label = label
        self._upstream: list[relations.DependencyMixin] = []
        self._downstream: list[relations.DependencyMixin] = []

    @property
    def roots(self) -> Sequence[Any]:
        return [task for thing in self._downstream for task in thing.roots]

    @property
    def leaves(self) -> Sequence[Any]:
        return [task for thing in self._upstream for task in thing.leaves]

    def add_upstream(self, thing: relations.DependencyMixin) -> None:
        """The arrow starts at ``thing``."""
        self._upstream.append(thing)
        for down in self._downstream:
            thing.set_downstream(down, edge_modifier=self)

    def add_downstream(self, thing: relations.DependencyMixin) -> None:
        """The arrow ends at ``thing``."""
        self._downstream.append(thing)
        for up in self._upstream:
            up.set_downstream(thing, edge_modifier=self)


def Label(label: str) -> EdgeModifier:
    """A label to put between two tasks."""
    return EdgeModifier(label=label)


class EdgeInfoType(TypedDict):
    """What is known of an edge."""

    label: str | None
