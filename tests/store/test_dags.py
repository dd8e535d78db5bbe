"""DAGs, their versions, and the files they come from."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.store.world import NOW, World, chain

from tradewind.domain import codec, errors
from tradewind.domain.access import NOTHING, SYSTEM, Access
from tradewind.domain.events import Succeeded
from tradewind.domain.intervals import DataInterval, RunInfo
from tradewind.store.queries import dag_versions, dags, import_errors, scheduling
from tradewind.store.queries.browse import dags as browse
from tradewind.store.queries.browse.listing import Page, Where

_OLDEST_FIRST = (("version_number", False),)
DUE = RunInfo(run_after=NOW, logical_date=NOW, data_interval=DataInterval.exact(NOW))


def test_a_dag_is_stored_and_found(world: World) -> None:
    world.dag(chain("c", 1), tags=("b", "a"), owners="me", display_name="The chain", next_run=DUE)
    with world.read() as tx:
        found = dags.get(tx, "c", access=SYSTEM)
        assert found is not None
        assert (found.tags, found.owners, found.display_name) == (("a", "b"), "me", "The chain")
        assert found.next_dagrun_run_after == NOW
        assert found.version_hash == dag_versions.newest_hash(tx, "c")
        assert dags.get(tx, "c", access=Access(dag_ids=frozenset({"other"}))) is None


def test_parsing_again_does_not_unpause(world: World) -> None:
    world.dag(chain("c", 1), paused=True)
    with world.database.write() as tx:
        assert dags.set_paused(tx, ["c", "nothing"], False, access=SYSTEM) == ["c"]
        assert dags.set_paused(tx, ["c"], False, access=SYSTEM) == []
        assert dags.set_paused(tx, ["c"], True, access=NOTHING) == []
    world.dag(chain("c", 1), paused=True)
    with world.read() as tx:
        assert scheduling.dag_marks(tx)["c"][0] is False


def test_a_version_is_stored_only_when_the_spec_changed(world: World) -> None:
    for length in (1, 1, 2, 2, 1):
        world.dag(chain("c", length))
    with world.read() as tx:
        versions = browse.versions.page(
            tx, [Where("dag_id", "eq", "c")], access=SYSTEM, page=Page(order=_OLDEST_FIRST)
        )
        assert [version.version_number for version in versions] == [1, 2, 3]
        assert versions[0].dag_hash == versions[2].dag_hash == dag_versions.newest_hash(tx, "c")
        newest = dag_versions.spec_bytes(tx, "c")
        second = dag_versions.spec_bytes(tx, "c", versions[1].dag_hash)
        assert newest is not None
        assert second is not None
        assert (len(codec.decode(newest).tasks), len(codec.decode(second).tasks)) == (1, 2)
        assert dag_versions.spec_bytes(tx, "c", "nothing") is None
        found = browse.source(tx, "c", None, access=SYSTEM)
        assert found is not None and (found.text, found.version_number) == ("# source", 3)
        assert browse.versions.page(tx, access=NOTHING) == []


def test_a_comment_changes_the_source_but_not_the_version(world: World) -> None:
    encoded = codec.encode(world.dag(chain("c", 1)))
    with world.database.write() as tx:
        fields = {"fileloc": "/new/c.py", "bundle_name": "dags-folder", "now": world.later()}
        assert not dag_versions.store(tx, "c", encoded, codec.digest(encoded), source="# other", **fields)
        found = browse.source(tx, "c", 1, access=SYSTEM)
        assert found is not None and (found.text, found.version_number) == ("# other", 1)


def test_the_dags_whose_files_are_there(world: World) -> None:
    for number, tag in enumerate(("x", "y", "x")):
        world.dag(chain(f"dag_{number}", 1), tags=(tag, "all"))
    with world.database.write() as tx:
        assert dags.mark_stale(tx, keep=["dag_0", "dag_1"]) == ["dag_2"]
    with world.read() as tx:
        tags = {record.dag_id: record.tags for record in dags.everything(tx, access=SYSTEM)}
        assert tags == {"dag_0": ("all", "x"), "dag_1": ("all", "y")}
        assert [
            record.dag_id for record in dags.everything(tx, access=Access(dag_ids=frozenset({"dag_1"})))
        ] == ["dag_1"]
        assert dags.files(tx) == {"dag_0": "/dags/dag_0.py", "dag_1": "/dags/dag_1.py"}
        assert dags.ids(tx, access=SYSTEM) == ["dag_0", "dag_1"]


def test_due_dags(world: World) -> None:
    world.dag(chain("due", 1), next_run=DUE)
    world.dag(chain("later", 1), next_run=RunInfo(
        run_after=NOW + timedelta(hours=1), logical_date=NOW, data_interval=DataInterval.exact(NOW)
    ))  # fmt: skip
    world.dag(chain("paused", 1), next_run=DUE, paused=True)
    world.dag(chain("never", 1))
    with world.database.write() as tx:
        assert [row.dag_id for row in scheduling.due_dags(tx, NOW)] == ["due"]
        assert scheduling.due_dags(tx, NOW, exclude={"due"}) == []
        assert scheduling.due_dags(tx, NOW, only_dag="later") == []
        assert scheduling.next_due(tx) == NOW
        assert scheduling.next_due(tx, exclude={"due"}) == NOW + timedelta(hours=1)
        dags.set_next_run(tx, "due", None)
        assert scheduling.next_due(tx, only_dag="due") is None
        dags.set_import_errors(tx, "/dags/later.py", True)
        assert scheduling.next_due(tx) is None
        assert {row.dag_id for row in scheduling.dag_schedules(tx)} == {"due", "later", "paused", "never"}


def test_a_dag_with_running_tasks_is_not_deleted(world: World) -> None:
    turns = world.started(world.dag(chain("c", 2)))
    turns.start_task("t000")
    turns.commit()
    with world.database.write() as tx:
        assert dags.has_running_tasks(tx, "c")
        with pytest.raises(errors.Conflict, match="running"):
            dags.delete(tx, "c")
    turns.end_task("t000", Succeeded())
    with world.database.write() as tx:
        assert dags.delete(tx, "c") == 2


def test_import_errors_come_and_go(world: World) -> None:
    of = {"bundle_name": "dags-folder"}
    with world.database.write() as tx:
        for trace in ("first", "second"):
            import_errors.put(tx, "a.py", stacktrace=trace, now=NOW, **of)
        import_errors.put(tx, "b.py", stacktrace="third", now=NOW, **of)
        shown = import_errors.page(tx, access=SYSTEM)
        assert sorted((error.filename, error.stacktrace) for error in shown) == [
            ("a.py", "second"),
            ("b.py", "third"),
        ]
        assert import_errors.broken_files(tx, besides=["b.py"]) == [("a.py", "dags-folder")]
        import_errors.clear(tx, "a.py", **of)
        assert import_errors.broken_files(tx) == [("b.py", "dags-folder")]
