"""One side of a story about two: a DAG and all that can hang on it, with a word planted in all of it."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from tests.integration.api import serve
from tests.integration.api.world import World, now

from tradewind.api import file_tokens
from tradewind.auth import managing, tokens
from tradewind.auth import service_accounts as issuing
from tradewind.domain.spec import DagSpec, GroupSpec, TaskSpec, WatcherSpec
from tradewind.domain.spec.timetable import AssetTriggeredTimetable, CronTriggerTimetable
from tradewind.secrets.cipher import Cipher
from tradewind.secrets.connection import Connection
from tradewind.store.queries import (
    audit,
    connection_tests,
    connections,
    dag_warnings,
    pools,
    service_accounts,
    state_stores,
    variables,
    webhooks,
)
from tradewind.store.transitions import asset_events, asset_mentions, backfills, results, watchers

Ids = dict[str, Any]
CIPHER = Cipher([serve.CIPHER_KEY])
_OF_NO_DAG = (
    "pool_name", "connection_id", "variable_key", "username", "role_name", "account_name", "group_name",
    "webhook_name",
)  # fmt: skip
_WRITER = {"dag_id": "dag_id", "run_id": "dag_run_id", "task_id": "task_id"}
NUMBERS = ("import_error_id", "event_log_id", "backfill_id", "asset_id", "asset_alias_id", "token_id")
GHOST: Ids = {
    "account_name": "ghost_account", "group_name": "ghost_group", "webhook_name": "ghost_hook",
    "username": "ghost_user", "role_name": "ghost_role", "paused": "true",
    "execution_date": "2001-01-01T00:00:00Z",
    "dag_id": "ghost", "dag_run_id": "ghost_run", "task_id": "ghost_task", "xcom_key": "ghost_key",
    "wait_id": "ghost_wait", "map_index": -1, "version_number": 1, "try_number": 1, "task_try_number": 1,
    "pool_name": "ghost_pool", "connection_id": "ghost_connection", "variable_key": "ghost_variable",
    "key": "ghost_state", "section": "core", "option": "parallelism", "uri": "s3://ghost",
    "group_id": "ghost_group", "file_token": "ghost_file",
    "test_token": "ghost_token", **dict.fromkeys(NUMBERS, 987654),
}  # fmt: skip
"""What nobody ever made."""


@dataclass
class Side:
    """What was made, by the names that paths have, and the word that stands in all of it."""

    ids: Ids
    mark: str


def build(world: World, mark: str, tag: str, *, shared: str) -> Side:
    """A side whose DAGs have the tag ``tag``; both sides mention the asset ``shared``."""
    name = world.fresh(mark)
    ids: Ids = {
        **GHOST, "dag_id": f"{name}_dag", "wait_id": f"{name}_wait", "dag_run_id": f"{name}_run",
        "task_id": f"{name}_task", "xcom_key": f"{name}_key", "group_id": f"{name}_group",
        "key": f"{name}_state", "file_token": _token(f"{name}_dag.py"), "uri": f"s3://{name}_out",
        "execution_date": "2026-03-03T00:00:00Z",
        **{path: world.fresh(path) for path in _OF_NO_DAG},
    }  # fmt: skip
    _dags(world, name, ids, (tag, name), shared)
    _run(world, name, ids)
    _assets(world, name, ids)
    _administration(world, name, ids)
    return Side(ids=ids, mark=mark)


def _token(path: str) -> str:
    return file_tokens.seal(tokens.Signer(serve.KEY), "dags-folder", path)


def meet(world: World, mine: Side, theirs: Side) -> None:
    """The run of either side was made by events of both; what is kept of its asset, the other wrote."""
    for event_of, run_of in itertools.product((mine, theirs), repeat=2):
        world.sql(
            "INSERT INTO dagrun_asset_event (event_id, dag_run_id) SELECT e.id, r.id"
            " FROM asset_event e, dag_run r WHERE e.source_dag_id = ? AND r.dag_id = ? AND r.run_id = ?",
            event_of.ids["dag_id"], run_of.ids["dag_id"], run_of.ids["dag_run_id"],
        )  # fmt: skip

    for one, other in ((mine, theirs), (theirs, mine)):
        writer = {name: other.ids[path] for name, path in _WRITER.items()}
        with world.database.write() as tx:
            state_stores.set_asset_state(
                tx, one.ids["asset_id"], one.ids["key"], f'"{one.mark}"', now=now(), kind="task",
                map_index=-1, **writer,
            )  # fmt: skip


def _dags(world: World, name: str, ids: Ids, tags: tuple[str, ...], shared: str) -> None:
    own, common, alias = _asset(f"{name}_out"), _asset(shared), {"type": "alias", "name": f"{name}_alias"}
    task = TaskSpec(
        task_id=ids["task_id"], operator=f"Operator{name}", module="tests", doc_md=name, retries=1,
        outlets=(own, common, alias), inlets=(common,), group_id=ids["group_id"],
        extra_links={"Docs": "_link_Docs"},
    )  # fmt: skip
    about: dict[str, Any] = {
        "tags": tags, "owners": (f"{name}_owner",), "doc_md": name, "description": name,
        "display_name": f"DAG {name}", "groups": (GroupSpec(group_id=ids["group_id"]),),
    }  # fmt: skip
    daily = CronTriggerTimetable(expressions=("0 0 * * *",))
    waits = AssetTriggeredTimetable(condition={"asset": {"name": f"{name}_out", "uri": f"s3://{name}_out"}})
    watcher = WatcherSpec(asset={**common}, name=f"{name}_watcher", classpath=f"m.T{name}")
    for spec in (
        world.dag(ids["dag_id"], tasks=(task,), timetable=daily, **about),
        world.dag(
            ids["wait_id"], tasks=(replace(task, outlets=()),), timetable=waits, watchers=(watcher,), **about
        ),
    ):
        _declare(world, spec)
    world.sql("UPDATE dag SET description = ? WHERE dag_id = ?", name, ids["dag_id"])
    world.sql("UPDATE dag_code SET source_code = ? WHERE dag_id = ?", f"# {name}", ids["dag_id"])


def _asset(name: str) -> dict[str, Any]:
    return {"type": "asset", "name": name, "uri": f"s3://{name}", "group": "asset"}


def _declare(world: World, spec: DagSpec) -> None:
    with world.database.write() as tx:
        asset_mentions.declare(tx, spec, now())
        watchers.declare(tx, spec, now())


def _run(world: World, name: str, ids: Ids) -> None:
    at = datetime.fromisoformat(ids["execution_date"])
    world.run(
        ids["dag_id"], ids["dag_run_id"], logical_date=at, conf=json.dumps({"k": name}), note=f"note {name}"
    )
    ids["ti"] = world.ask(
        ids["dag_id"], ids["task_id"], subject=f"Go {name}?", body=name, run_id=ids["dag_run_id"]
    )
    with world.database.write() as tx:
        results.push(tx, ids["ti"], ids["xcom_key"], json.dumps(f"value {name}"), None, now())
        results.push(tx, ids["ti"], "_link_Docs", json.dumps(f"https://{name}"), None, now())
    line = json.dumps({"event": f"line {name}", "timestamp": "2026-01-01T00:00:00Z", "level": "info"})
    world.write_log(ids["dag_id"], ids["task_id"], line + "\n", run_id=ids["dag_run_id"])


def _assets(world: World, name: str, ids: Ids) -> None:
    source = asset_events.Source(dag_id=ids["dag_id"], run_id=ids["dag_run_id"], task_id=ids["task_id"])
    with world.database.write() as tx:
        happened = asset_events.Happened(
            asset=_asset(f"{name}_out"),
            source=source,
            extra={"said": name},
            aliases=(f"{name}_alias",),
            partition_keys=(f"{name}_partition",),
        )
        asset_events.record(tx, [happened], now())
    ids["asset_id"] = world.sql("SELECT id FROM asset WHERE name = ?", f"{name}_out")[0][0]
    ids["asset_alias_id"] = world.sql("SELECT id FROM asset_alias WHERE name = ?", f"{name}_alias")[0][0]


def _state(world: World, name: str, ids: Ids, at: datetime) -> None:
    where = (ids["dag_id"], ids["dag_run_id"], ids["task_id"], -1, ids["key"])
    with world.database.write() as tx:
        state_stores.set_task_state(tx, *where, json.dumps(name), now=at, expires_at=None)
        dag_warnings.replace(tx, f"/dags/{ids['dag_id']}.py", {ids["dag_id"]: f"warning {name}"}, at)
        pools.set_pool(tx, ids["pool_name"], 1, "")
        variables.set_variable(tx, ids["variable_key"], "v", cipher=CIPHER)
        one = Connection(conn_id=ids["connection_id"], conn_type="http")
        connections.set_connection(tx, one, cipher=CIPHER)
        asked = connection_tests.request(tx, one, commit=False, by=name, cipher=CIPHER, now=at)
        connection_tests.end(tx, asked.token, works=True, message="fine")
        ids["test_token"] = asked.token


def _administration(world: World, name: str, ids: Ids) -> None:
    world.sql(
        "INSERT INTO import_error (timestamp, filename, bundle_name, stacktrace)"
        " VALUES ('2026-01-01 00:00:00.000000', ?, 'dags-folder', ?)",
        f"/dags/{ids['dag_id']}.py", f"Traceback {name}",
    )  # fmt: skip
    at = now()
    with world.database.write() as tx:
        audit.add(
            tx, "trigger_dag_run", at=at, owner=f"{name}_owner", dag_id=ids["dag_id"], extra=f'"{name}"'
        )
        ids["backfill_id"] = backfills.create(
            tx, ids["dag_id"], from_date=at, to_date=at, conf=json.dumps({"k": name}),
            reprocess_behavior="none", max_active_runs=1, user=name, now=at,
        )  # fmt: skip
    world.listed(ids["username"], ids["role_name"])
    _programs(world, ids, at)
    _state(world, name, ids, at)
    newest = "SELECT max(id) FROM {}"
    ids["import_error_id"] = world.sql(newest.format("import_error"))[0][0]
    ids["event_log_id"] = world.sql(newest.format("log"))[0][0]


def _programs(world: World, ids: Ids, at: datetime) -> None:
    """A service account with a token, a group, and a webhook for the DAG."""
    with world.database.write() as tx:
        service_accounts.create(tx, ids["account_name"], "", at)
        made = issuing.issue(tx, ids["account_name"], scopes=["Viewer"], lifetime="1d", now=at)
        managing.make_group(tx, ids["group_name"], ["Viewer"])
        webhooks.create(
            tx, ids["webhook_name"], dag_id=ids["dag_id"], secret="s" * 16, signed_only=False, params={},
            now=at, cipher=CIPHER,
        )  # fmt: skip
    ids["token_id"] = made.id


__all__ = ["GHOST", "Ids", "Side", "build", "meet"]
