"""Sets of DAGs."""

from __future__ import annotations

import pytest

from tradewind.domain.access import NOTHING, SYSTEM, Access


def test_what_needs_no_question_to_the_database() -> None:
    assert SYSTEM.unconfined and SYSTEM.by_id
    assert not NOTHING.unconfined and NOTHING.by_id
    assert Access(dag_ids=frozenset({"a"})).by_id
    assert not Access(tags=frozenset({"t"})).by_id
    assert not Access(bundles=frozenset({"b"})).by_id
    owned = Access(every=True, owner="ann")
    assert not owned.unconfined and not owned.by_id


def test_two_sets_together() -> None:
    one = Access(dag_ids=frozenset({"a"}), tags=frozenset({"t"}))
    other = Access(dag_ids=frozenset({"b"}), bundles=frozenset({"b"}))
    assert one.with_those_of(other) == Access(
        dag_ids=frozenset({"a", "b"}), tags=frozenset({"t"}), bundles=frozenset({"b"})
    )
    assert one.with_those_of(SYSTEM).unconfined
    with pytest.raises(ValueError, match="'ann' and None"):
        Access(every=True, owner="ann").with_those_of(SYSTEM)
