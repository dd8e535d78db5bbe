"""Every list, count and single row is confined to the DAGs that its reader may touch; on every database."""

from __future__ import annotations

import pytest
from tests.store.world import NOW, World, chain

from tradewind.domain.access import NOTHING, SYSTEM, Access
from tradewind.store.queries import dags, import_errors, jobs, runs, task_instances
from tradewind.store.queries.browse import dags as browse_dags
from tradewind.store.queries.browse import runs as browse_runs
from tradewind.store.queries.browse import task_instances as browse_instances

ALL = ["ann_only", "both", "bare", "other"]
KINDS = {
    "everything": (SYSTEM, ALL),
    "nothing": (NOTHING, []),
    "ids": (Access(dag_ids=frozenset({"both", "gone"})), ["both"]),
    "tags": (Access(tags=frozenset({"etl"})), ["both", "other"]),
    "bundles": (Access(bundles=frozenset({"team-a"})), ["bare"]),
    "any of these": (Access(dag_ids=frozenset({"bare"}), tags=frozenset({"etl"})), ["both", "bare", "other"]),
    "owner": (Access(every=True, owner="ann"), ["ann_only", "both"]),
    "owner by case": (Access(every=True, owner="Ann"), []),
    "owner with wildcards": (Access(every=True, owner="%"), []),
    "owner of several words": (Access(every=True, owner="data team"), ["other"]),
    "part of an owner": (Access(every=True, owner="data"), []),
    "owner among ids": (Access(dag_ids=frozenset({"both", "other"}), owner="ann"), ["both"]),
    "a quote": (Access(dag_ids=frozenset({"x' OR '1'='1"}), owner="x' OR '1'='1"), []),
}


@pytest.fixture
def filled(world: World) -> World:
    for dag_id, row in {
        "ann_only": {"owners": "ann"},
        "both": {"owners": "bob, ann", "tags": ("etl",)},
        "bare": {"owners": "annabel", "bundle_name": "team-a"},
        "other": {"owners": "data team", "tags": ("etl", "x")},
    }.items():
        world.new_run(world.dag(chain(dag_id, 1), **row))
    return world


@pytest.mark.parametrize("kind", KINDS)
def test_lists_counts_and_single_rows_agree(filled: World, kind: str) -> None:
    access, expected = KINDS[kind]
    with filled.read() as tx:
        assert {row.dag_id for row in browse_dags.dags.page(tx, access=access)} == set(expected)
        assert browse_dags.dags.count(tx, access=access) == len(expected)
        assert set(dags.ids(tx, access=access)) == set(expected)
        assert {row.dag_id for row in browse_runs.runs.page(tx, access=access)} == set(expected)
        assert browse_instances.instances.count(tx, access=access) == len(expected)
        assert set(browse_dags.run_counts(tx, [], access=access)) == set(expected)
        assert set(browse_dags.run_counts(tx, ALL, access=access)) == set(expected)
        for dag_id in ALL:
            found = [
                dags.get(tx, dag_id, access=access),
                runs.get(tx, dag_id, "r1", access=access),
                runs.latest(tx, dag_id, access=access),
                browse_runs.find(tx, dag_id, "r1", access=access),
                browse_instances.find(tx, dag_id, "r1", "t000", -1, access=access),
                task_instances.get(tx, dag_id, "r1", "t000", access=access),
                browse_dags.source(tx, dag_id, None, access=access),
            ]
            assert [row is not None for row in found] == [dag_id in expected] * len(found)


def test_an_unconfined_reader_asks_the_database_no_more(filled: World) -> None:
    for access, statements in ((SYSTEM, 1), (Access(dag_ids=frozenset({"both"})), 1), (KINDS["tags"][0], 2)):
        with filled.read() as tx:
            assert browse_runs.find(tx, "both", "r1", access=access) is not None
            assert tx.statements == statements


def test_switches_reach_no_further(filled: World) -> None:
    with filled.database.write() as tx:
        assert dags.set_paused(tx, ALL, True, access=KINDS["tags"][0]) == ["both", "other"]


def test_a_file_of_several_dags_is_shown_to_those_who_may_read_them_all(world: World) -> None:
    for dag_id in ("mine", "theirs"):
        world.dag(chain(dag_id, 1), fileloc="/dags/two.py", relative_fileloc="two.py")
    world.dag(chain("alone", 1), relative_fileloc="alone.py")
    mine, both = Access(dag_ids=frozenset({"mine", "alone"})), Access(dag_ids=frozenset({"mine", "theirs"}))
    with world.database.write() as tx:
        for name in ("two.py", "alone.py", "never_read.py"):
            import_errors.put(
                tx, name, bundle_name="dags-folder", stacktrace=f"Error in {name}: theirs", now=NOW
            )
    with world.read() as tx:
        shown = {row.filename: row.stacktrace for row in import_errors.page(tx, access=mine)}
        assert shown == {"two.py": import_errors.HIDDEN, "alone.py": "Error in alone.py: theirs"}
        assert import_errors.listing.count(tx, access=mine) == 2
        assert [row.stacktrace for row in import_errors.page(tx, access=both)] == ["Error in two.py: theirs"]
        assert len(import_errors.page(tx, access=SYSTEM)) == 3
        assert import_errors.page(tx, access=NOTHING) == []
        numbers = {row.filename: row.id for row in import_errors.page(tx, access=SYSTEM)}
        hidden = import_errors.get(tx, numbers["two.py"], access=mine)
        assert hidden is not None and hidden.stacktrace == import_errors.HIDDEN
        assert import_errors.get(tx, numbers["never_read.py"], access=mine) is None
        for dag_id, access, text in (
            ("mine", mine, None), ("mine", both, "# source"), ("alone", mine, "# source"),
        ):  # fmt: skip
            found = browse_dags.source(tx, dag_id, None, access=access)
            assert found is not None and found.text == text and found.shared is (text is None)


def test_components_that_belong_to_no_dag_are_everybodys(world: World) -> None:
    with world.database.write() as tx:
        jobs.register(tx, "SchedulerJob", hostname="h", now=NOW)
        jobs.register(tx, "BackfillJob", hostname="h", dag_id="theirs", now=NOW)
    with world.read() as tx:
        assert [row.job_type for row in jobs.listing.page(tx, access=NOTHING)] == ["SchedulerJob"]
        assert jobs.listing.count(tx, access=SYSTEM) == 2
