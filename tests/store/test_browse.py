"""What people look through: filters, orders, pages and visibility; every list on every database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from tests.store.world import NOW, World, chain

from tradewind.api.routes.execution import desk
from tradewind.domain.access import NOTHING, SYSTEM, Access
from tradewind.domain.errors import InvalidValue
from tradewind.domain.messages.data import Call, GetVariable
from tradewind.domain.states import DagRunState
from tradewind.domain.states import TaskInstanceState as T
from tradewind.engine.clearing import Effect
from tradewind.store.queries import audit, dags, import_errors, jobs, scheduling, task_data
from tradewind.store.queries.browse import dags as browse_dags
from tradewind.store.queries.browse import others
from tradewind.store.queries.browse import runs as browse_runs
from tradewind.store.queries.browse import task_instances as browse_instances
from tradewind.store.queries.browse.listing import Listing, Page, Where
from tradewind.store.transitions import by_hand

LISTINGS: dict[str, Listing[Any]] = {
    "dags": browse_dags.dags,
    "versions": browse_dags.versions,
    "import_errors": import_errors.listing,
    "runs": browse_runs.runs,
    "instances": browse_instances.instances,
    "earlier_tries": browse_instances.earlier_tries,
    "triggers": browse_instances.triggers,
    "jobs": jobs.listing,
    "xcoms": others.xcoms,
    "xcom_values": others.xcom_values,
    "pools": others.pools,
    "audit_log": others.audit_log,
}


EVERY_KIND = [
    SYSTEM,
    NOTHING,
    Access(dag_ids=frozenset({"d"}), tags=frozenset({"t"}), bundles=frozenset({"b"})),
    Access(every=True, owner="ann"),
]


@pytest.mark.parametrize("name", LISTINGS)
def test_every_field_can_be_sorted_by_and_selected(world: World, name: str) -> None:
    listing = LISTINGS[name]
    with world.read() as tx:
        for field in listing.known:
            for access in EVERY_KIND:
                listing.page(tx, [], page=Page(order=((field, True),)), access=access)
        listing.count(tx, [], access=NOTHING)


def test_patterns_and_prefixes(world: World) -> None:
    for dag_id in ("Alpha_one", "alpha_two", "beta"):
        world.dag(chain(dag_id, 1))

    def found(op: str, text: str) -> list[str]:
        with world.read() as tx:
            rows = browse_dags.dags.page(
                tx, [Where("dag_id", op, text)], access=SYSTEM, page=Page(order=(("dag_id", False),))
            )
        return [row.dag_id for row in rows]

    assert set(found("pattern", "ALPHA")) == {"Alpha_one", "alpha_two"}
    assert set(found("pattern", "one|beta")) == {"Alpha_one", "beta"}
    assert found("pattern", "al%two") == ["alpha_two"]
    assert len(found("pattern", "~")) == 3
    assert found("prefix", "alpha") == ["alpha_two"]
    assert set(found("prefix", "alpha|b")) == {"alpha_two", "beta"}
    assert found("prefix", "alph_") == []
    assert found("contains", "a_t") == ["alpha_two"]
    with pytest.raises(InvalidValue):
        found("pattern", "|".join("abcdefghijklmnopqrstuvwxyz" * 3))


def test_unknown_fields_are_refused(world: World) -> None:
    with world.read() as tx:
        for wrong in ([Where("secret", "eq", 1)], []):
            order = () if wrong else (("secret", False),)
            with pytest.raises(InvalidValue, match="secret"):
                browse_runs.runs.page(tx, wrong, access=SYSTEM, page=Page(order=order))


def test_runs_by_duration_dates_and_visibility(world: World) -> None:
    spec, other = world.dag(chain("mine", 1)), world.dag(chain("theirs", 1))
    for number in range(3):
        at = NOW + timedelta(hours=number)
        pk = world.new_run(spec, f"r{number}", run_after=at, logical_date=at).pk
        with world.database.write() as tx:
            by_hand.mark_run(tx, pk, DagRunState.SUCCESS, reason="x", now=at)
    world.new_run(other)

    def ids(*where: Where, **options: Any) -> list[str]:
        with world.read() as tx:
            return [row.run_id for row in browse_runs.runs.page(tx, where, **{"access": SYSTEM, **options})]

    only_mine = Access(dag_ids=frozenset({"mine"}))
    assert ids(access=only_mine) == ["r0", "r1", "r2"]
    assert ids(access=NOTHING) == []
    assert ids(Where("logical_date", "gt", NOW), Where("state", "in", ["success"])) == ["r1", "r2"]
    assert ids(Where("duration", "lte", 1.0), access=only_mine, page=Page(limit=1, offset=1)) == ["r1"]
    assert ids(Where("end_date", "eq", NOW)) == ["r0"]
    with world.read() as tx:
        assert browse_runs.runs.count(tx, access=only_mine) == 3
        row = browse_runs.find(tx, "mine", "r1", access=only_mine)
        assert row is not None and row.dag_display_name == "mine"


def test_conditions_on_dags(world: World) -> None:
    spec = world.dag(chain("tagged", 1), tags=("a", "b"), owners="ann, bob")
    world.dag(chain("plain", 1), tags=("a",), owners="annabel")
    world.new_run(spec)

    def ids(*where: Any) -> list[str]:
        with world.read() as tx:
            return [row.dag_id for row in browse_dags.dags.page(tx, where, access=SYSTEM)]

    assert ids(browse_dags.with_tags(["a", "b"], every=True)) == ["tagged"]
    assert ids(browse_dags.with_tags(["a", "b"], every=False)) == ["plain", "tagged"]
    assert ids(browse_dags.owned_by(["ann"])) == ["tagged"]
    assert ids(browse_dags.owned_by(["bob", "annabel"])) == ["plain", "tagged"]
    assert ids(Where("last_run_state", "eq", "queued")) == ["tagged"]
    assert ids(browse_dags.with_runs([browse_dags.run_condition("state", "in", ["queued"])])) == ["tagged"]
    assert ids(browse_dags.scheduled_by_assets(True)) == []
    with world.read() as tx:
        assert browse_dags.tags_of(tx, ["tagged"]) == {"tagged": ["a", "b"]}
        assert browse_dags.active_runs(tx, "tagged") == 1
        assert browse_dags.run_counts(tx, ["tagged"], access=SYSTEM) == {"tagged": ("tagged", {"queued": 1})}
        assert browse_dags.tag_names(tx, pattern="A", prefix=None, page=Page(), access=SYSTEM) == (["a"], 1)


def test_changes_by_hand(world: World) -> None:
    spec = world.dag(chain("d", 3))
    run = world.new_run(spec)
    first, second, third = (facts.attempt_id for _, facts in sorted(world.instances("d").items()))
    with world.database.write() as tx:
        assert not dags.has_running_tasks(tx, "d")
        by_hand.change(
            tx,
            run,
            [
                (first, Effect(state=T.SUCCESS, max_tries=0, stop=False)),
                (second, Effect(state=T.FAILED, max_tries=0, stop=False)),
                (third, Effect(state=T.SKIPPED, max_tries=0, stop=False)),
            ],
            now=NOW,
            reason="by ann",
        )
        by_hand.change(tx, run, [(third, Effect(state=None, max_tries=4, stop=False))], now=NOW)
        by_hand.queue_run_again(tx, run, now=NOW)
    found = {task_id: (facts.state, facts.max_tries) for (task_id, _), facts in world.instances("d").items()}
    assert found == {"t000": (T.SUCCESS, 0), "t001": (T.FAILED, 0), "t002": (None, 4)}
    with world.database.write() as tx:
        audit.add(tx, "clear", at=NOW, owner="ann", dag_id="d", extra="{}")
        assert dags.delete(tx, "d")
        assert not dags.delete(tx, "d")
        assert scheduling.load_run(tx, "d", "r1") is None
        assert [row.owner for row in others.audit_log.page(tx, access=SYSTEM)] == ["ann"]


def test_what_tasks_ask(world: World) -> None:
    spec = world.dag(chain("d", 1))
    world.new_run(spec, "r1", logical_date=NOW)
    (facts,) = world.instances("d").values()
    with world.read() as tx:
        live = task_data.attempt(tx, facts.attempt_id)
        assert live is not None and (live.task_id, live.state) == ("t000", None)
        assert task_data.attempt(tx, world.attempt(NOW)) is None
        assert task_data.callback_attempt(tx, facts.attempt_id) is None
        assert task_data.callback_attempt(tx, "callback-1") is None
        for name in ("callback-1", "trigger-1"):  # which are no UUIDs
            with pytest.raises(desk.Stale):
                desk.check_fence(tx, Call(attempt_id=name, dispatch=1, request=GetVariable(key="x")))
        assert task_data.count_runs(tx, "d", logical_dates=[NOW], run_ids=None, states=["queued"]) == 1
        assert task_data.previous_run_id(tx, "d", NOW + timedelta(days=1), None) == "r1"
        states = task_data.task_states(
            tx, "d", task_ids=["t000"], logical_dates=[NOW], run_ids=None, map_index=None
        )
        assert states == [("r1", "t000", -1, None)]
        where = {"dag_id": "d", "run_id": "r1", "task_id": "t000", "key": "k"}
        assert task_data.xcom_value(tx, **where, map_index=-1) is None
        assert task_data.newest_key(tx, dag_id="d", run_id="r1", task_id="t000") is None
        assert task_data.xcom_count(tx, **where) == 0
        assert task_data.xcom_values(tx, **where, first=0, count=9) == []
        assert others.return_values(tx, 1, "t000") == []
        assert others.pool_usage(tx) == {}


@pytest.mark.parametrize("name", ["runs", "instances"])
def test_walking_by_positions_meets_every_row_once_in_either_direction(world: World, name: str) -> None:
    listing = LISTINGS[name]
    spec = world.dag(chain("walk", 3))
    for number in range(3):
        at = NOW + timedelta(hours=number)
        world.new_run(spec, f"r{number}", logical_date=at if number else None)
    where = [Where("dag_id", "eq", "walk")]
    with world.read() as tx:
        for field in listing.known:
            for order in (((field, False),), ((field, True), ("run_id", False))):
                page = Page(limit=2, order=order)
                whole = listing.page(tx, where, access=SYSTEM, page=Page(limit=None, order=order))
                assert len(whole) in {3, 9}
                assert _walk(tx, listing, where, page, backward=False) == whole, order
                assert _walk(tx, listing, where, page, backward=True) == whole[::-1], order
    assert listing_count(world, listing, where) == 2


def listing_count(world: World, listing: Listing[Any], where: list[Where]) -> int:
    with world.read() as tx:
        return listing.count(tx, where, access=SYSTEM, at_most=2)


def _walk(tx: Any, listing: Listing[Any], where: list[Where], page: Page, *, backward: bool) -> list[Any]:
    found: list[Any] = []
    here = replace(page, backward=backward)
    while rows := listing.page(tx, where, access=SYSTEM, page=here):
        found += rows
        here = replace(here, after=listing.position(tx, rows[-1], page))
    return found


@pytest.mark.parametrize("position", [(), (1,), ("x", "y", "z"), ([1], {"a": 1}), (True, None)])
def test_a_position_that_was_made_up_is_refused(world: World, position: tuple[Any, ...]) -> None:
    page = Page(order=(("run_after", False),), after=position)
    with world.read() as tx, pytest.raises(InvalidValue, match="cursor"):
        browse_runs.runs.page(tx, [], access=SYSTEM, page=page)
