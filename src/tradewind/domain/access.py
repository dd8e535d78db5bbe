"""Which DAGs somebody may touch in what they do: no row of a DAG is read for people without it.

``auth`` works out an ``Access`` from a person's roles, for one action on one kind of thing; the store's
queries take it, as a required argument, and confine lists, counts and single rows to it in their SQL. A query
that nobody confined therefore does not type-check, and a person's rights are decided on the row that is
loaded, in the transaction that loads it.
"""

from __future__ import annotations

from typing import Final

import msgspec


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """A set of DAGs: every one, or those with one of these ids, of these tags or in these bundles (a team's
    DAGs are those of its bundles). ``owner`` narrows any of that to the DAGs that name this owner.
    """

    every: bool = False
    dag_ids: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    bundles: frozenset[str] = frozenset()
    owner: str | None = None

    @property
    def unconfined(self) -> bool:
        """It holds every DAG, so that there is nothing to ask the database."""
        return self.every and self.owner is None

    @property
    def by_id(self) -> bool:
        """The id of a DAG alone says whether it is in the set."""
        return self.owner is None and not self.tags and not self.bundles

    def with_those_of(self, other: Access) -> Access:
        """The DAGs of both. Both must be narrowed to the same owner, or neither; else ValueError."""
        if self.owner != other.owner:
            raise ValueError(f"owners must be the same, got {self.owner!r} and {other.owner!r}")
        return Access(
            every=self.every or other.every,
            dag_ids=self.dag_ids | other.dag_ids,
            tags=self.tags | other.tags,
            bundles=self.bundles | other.bundles,
            owner=self.owner,
        )


NOTHING: Final = Access()
"""No DAG at all."""

SYSTEM: Final = Access(every=True)
"""Tradewind itself: its components, the tasks it runs, and commands on its machine. Never a person over HTTP:
a test lists the modules that may name it.
"""
