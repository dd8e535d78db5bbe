"""Pools, jobs, users, variables, connections."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.store.world import NOW, World, chain

from tradewind.domain import errors
from tradewind.domain.access import NOTHING, SYSTEM, Access
from tradewind.secrets.cipher import CannotDecrypt, Cipher, generate_key
from tradewind.secrets.connection import Connection
from tradewind.store.database import Database
from tradewind.store.queries import (
    connections,
    dags,
    jobs,
    pools,
    roles,
    scheduling,
    task_instances,
    users,
    variables,
)
from tradewind.store.queries.browse import task_instances as browse
from tradewind.store.queries.browse.listing import Where
from tradewind.store.secrets_backend import MetastoreBackend
from tradewind.store.statements import Statement
from tradewind.store.tables.secrets import connection, variable

PLAIN = Cipher([])


def test_pools(database: Database) -> None:
    with database.write() as tx:
        pools.set_pool(tx, "My pool", 3, "for me")
        changed = pools.set_pool(tx, "My pool", -1, None, include_deferred=True)
        assert pools.get(tx, "My pool") == changed
        assert [pool.name for pool in pools.list_pools(tx)] == ["My pool", "default_pool"]
        pools.delete(tx, "My pool")
        with pytest.raises(errors.PoolNotFound):
            pools.delete(tx, "My pool")
        with pytest.raises(errors.BadRequest, match="cannot be deleted"):
            pools.delete(tx, "default_pool")
        for slots in (-2, 2**31, True, "3", 1.5, None):
            with pytest.raises(errors.InvalidValue, match=r"slots of pool 'p' must be a whole number"):
                pools.set_pool(tx, "p", slots, None)  # type: ignore[arg-type]
        assert pools.set_pool(tx, "none", 0, None).slots == 0


def test_jobs(database: Database) -> None:
    later = NOW + timedelta(seconds=10)
    with database.write() as tx:
        job = jobs.register(tx, "SchedulerJob", hostname="h", unixname="u", address="http://h:1", now=NOW)
        assert jobs.heartbeat(tx, job, later)
        assert jobs.address(tx, "SchedulerJob", NOW) == "http://h:1"
        assert jobs.end(tx, job, later)
        assert not jobs.heartbeat(tx, job, later)
        found = jobs.newest(tx, "SchedulerJob")
        assert found is not None
        assert (found.id, found.state, found.end_date) == (job, "success", later)
        assert jobs.newest(tx, "TriggererJob") is None


def test_users(database: Database) -> None:
    with database.write() as tx:
        made = users.create(
            tx, "ehbio", password_hash="$argon2id$x", roles=["Admin"], email="m@example.org", now=NOW
        )
        assert users.get(tx, "ehbio") == made
        assert made.active
        assert users.change(tx, "ehbio", active=False, now=NOW)
        users.set_roles(tx, made, ["Viewer", "Op"])
        users.logged_in(tx, "ehbio", NOW, ok=False)
        changed = users.get(tx, "ehbio")
        assert changed is not None
        assert (changed.active, changed.roles) == (False, ("Op", "Viewer"))
        assert changed.token_epoch == made.token_epoch + 1
        with pytest.raises(errors.InvalidValue):
            users.change(tx, "ehbio", username="x", now=NOW)
        assert [user.username for user in users.list_users(tx)] == ["ehbio"]
    with pytest.raises(errors.Conflict, match="exists already"), database.write() as tx:
        users.create(tx, "ehbio", password_hash=None, roles=["Viewer"], now=NOW)
    with database.write() as tx:
        assert users.delete(tx, "ehbio")
        assert not users.delete(tx, "ehbio")


def test_roles_by_hand_and_by_a_dags_file(world: World) -> None:
    world.dag(chain("etl", 1))
    with world.database.write() as tx:
        roles.create(tx, "analyst")
    with pytest.raises(errors.Conflict, match="exists already"), world.database.write() as tx:
        roles.create(tx, "analyst")
    with world.database.write() as tx:
        assert roles.grant(tx, "analyst", [("can_read", "DAG Runs"), ("can_read", "DAG:etl")]) == [
            ("can_read", "DAG Runs"), ("can_read", "DAG:etl"),
        ]  # fmt: skip
        assert roles.grant(tx, "analyst", [("can_read", "DAG:etl")]) == []
        assert roles.set_of_dag(tx, "etl", {"analyst": [("can_edit", "DAG:etl"), ("can_read", "DAG:etl")]})
        assert not roles.set_of_dag(
            tx, "etl", {"analyst": [("can_read", "DAG:etl"), ("can_edit", "DAG:etl")]}
        )
        by_both = {("can_read", "DAG Runs"), ("can_read", "DAG:etl"), ("can_edit", "DAG:etl")}
        assert roles.permissions(tx, ["analyst", "other"]) == {"analyst": by_both}
        assert roles.revoke(tx, "analyst", [("can_read", "DAG:etl"), ("can_edit", "DAG:etl")]) == 1
        assert roles.permissions(tx) == {"analyst": by_both}, "the file still grants it"
        assert roles.set_of_dag(tx, "etl", {})
        assert roles.permissions(tx) == {"analyst": {("can_read", "DAG Runs")}}
        roles.set_of_dag(tx, "etl", {"analyst": [("can_edit", "DAG:etl")]})
        dags.delete(tx, "etl")
        assert roles.permissions(tx) == {"analyst": {("can_read", "DAG Runs")}}, "gone with the DAG"
        users.create(tx, "ann", password_hash=None, roles=["analyst"], now=NOW)
        assert users.with_role(tx, "analyst") == ["ann"]
        with pytest.raises(errors.Conflict, match="held by 1 users"):
            roles.delete(tx, "analyst")
        users.delete(tx, "ann")
        assert roles.delete(tx, "analyst")
        assert not roles.delete(tx, "analyst")
        assert roles.permissions(tx) == {}


@pytest.mark.parametrize("name", ["", " x", "x" * 65, "a\nb"])
def test_a_role_that_cannot_be_named_is_refused(database: Database, name: str) -> None:
    with pytest.raises(errors.InvalidValue, match="role"), database.write() as tx:
        roles.create(tx, name)


def test_variables_are_encrypted_at_rest(database: Database) -> None:
    cipher = Cipher([generate_key()])
    with database.write() as tx:
        variables.set_variable(tx, "k", "canary", description="d", cipher=cipher)
        assert "canary" not in str(tx.rows(sa.select(variable)))
        found = variables.get(tx, "k", cipher=cipher)
        assert found is not None
        assert (found.value, found.description, found.is_encrypted) == ("canary", "d", True)
        with pytest.raises(CannotDecrypt, match="Variable 'k'"):
            variables.get(tx, "k", cipher=PLAIN)
        variables.set_variable(tx, "k", "plain", cipher=PLAIN)
        assert [it.value for it in variables.list_variables(tx, cipher=PLAIN)] == ["plain"]
        assert variables.rotate(tx, cipher=cipher) == 1
        assert variables.list_keys(tx) == ["k"]
        assert variables.delete(tx, "k")
        assert variables.get(tx, "k", cipher=cipher) is None


@pytest.mark.parametrize("key", ["", " ", "k" * 251, "a\0b"])
def test_a_key_that_nobody_could_use_is_refused(database: Database, key: str) -> None:
    with database.write() as tx:
        with pytest.raises(errors.InvalidId, match="Variable key"):
            variables.set_variable(tx, key, "v", cipher=PLAIN)
        with pytest.raises(errors.InvalidId, match="Connection id"):
            connections.set_connection(tx, Connection(key, "http"), cipher=PLAIN)
        assert (variables.list_keys(tx), connections.list_connections(tx, cipher=PLAIN)) == ([], [])


def test_rotation_reaches_ids_that_are_refused_today(database: Database) -> None:
    cipher = Cipher([generate_key()])
    with database.write() as tx:
        tx.run(Statement(sa.insert(connection).values(
            conn_id="two words", conn_type="http", password="p", is_encrypted=False, is_extra_encrypted=False
        )))  # fmt: skip
        assert connections.rotate(tx, cipher=cipher) == 1
        assert [it.password for it in connections.list_connections(tx, cipher=cipher)] == ["p"]


def test_connections_are_encrypted_at_rest(database: Database) -> None:
    cipher = Cipher([generate_key()])
    of = Connection(
        "db", "postgres", host="h", login="u", password="canary", port=5432, extra='{"k": "canary"}'
    )
    with database.write() as tx:
        connections.set_connection(tx, of, cipher=cipher)
        assert "canary" not in str(tx.rows(sa.select(connection)))
        assert connections.get(tx, "db", cipher=cipher) == of
        with pytest.raises(errors.Conflict, match="exists already"):
            connections.set_connection(tx, of, cipher=cipher, overwrite=False)
        with pytest.raises(errors.InvalidValue):
            connections.set_connection(tx, Connection("x"), cipher=cipher)
        assert connections.rotate(tx, cipher=cipher) == 1
        assert [it.conn_id for it in connections.list_connections(tx, cipher=cipher)] == ["db"]
    backend = MetastoreBackend(database, cipher)
    assert backend.get_connection("db") == of
    assert backend.get_connection("other") is None
    assert backend.get_variable("other") is None
    with database.write() as tx:
        assert connections.delete(tx, "db")


def test_what_counts_and_what_is_silent(world: World) -> None:
    turns = world.started(world.dag(chain("c", 2, pool="p", pool_slots=2)))
    with world.read() as tx:
        (held,) = scheduling.active_counts(tx)
        assert (held.task_id, held.state, held.pool, held.count, held.slots) == ("t000", "queued", "p", 1, 2)
        assert scheduling.lost_candidates(tx, world.now) == []
        (silent,) = scheduling.lost_candidates(tx, world.now + timedelta(seconds=1))
    assert silent.attempt_id == turns.current("t000").attempt_id
    assert (silent.addressed_to, silent.dispatch) == ("host-1", 1)


def test_task_instances_are_listed_as_far_as_visible(world: World) -> None:
    for name in ("a", "b"):
        world.started(world.dag(chain(name, 2)))
    with world.read() as tx:
        mine = browse.instances.page(
            tx, [Where("state", "in", ["queued", None])], access=Access(dag_ids=frozenset({"b"}))
        )
        assert sorted((ti.dag_id, ti.task_id) for ti in mine) == [("b", "t000"), ("b", "t001")]
        assert browse.instances.count(tx, [Where("state", "eq", "queued")], access=SYSTEM) == 2
        assert task_instances.of_run(tx, "a", "r1", access=NOTHING) == []
        assert task_instances.tries(tx, "a", "r1", "t000", access=Access(dag_ids=frozenset({"b"}))) == []
