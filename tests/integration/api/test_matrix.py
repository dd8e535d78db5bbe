"""S1, S2, S3: every operation, asked by everybody, about a DAG that is theirs and one that is not.

The operations come from the route table; a new one without a rule here fails. Each story has two sides
(``stage``): nothing that was planted on the other side may show in any answer to somebody who reaches only
their own, asking for it by its id must be answered as asking for what does not exist, and nothing there may
change.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.integration.api import serve, shapes, stage, v1_rules
from tests.integration.api.stage import GHOST, Ids, Side
from tests.integration.api.world import World, now

from tradewind.api.door import Operation
from tradewind.api.routes import experimental, public, ui, v1
from tradewind.auth import roles, tokens
from tradewind.auth.permissions import Principal, Resource

OPERATIONS = {
    operation.name: operation
    for operation in [*public.operations(), *ui.operations(), *v1.operations(), *experimental.door.operations]
}
LEVELS = ("viewer", "user", "op", "admin")


def rule(level: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), level)


RULES: dict[str, str] = {
    **rule("a secret of its own", "deliver_webhook"),
    **rule(
        "anybody",
        """
        get_health health get_version create_token create_token_cli create_token_all_admins
        login logout login_page login_form login_oidc login_oidc_callback
        """,
    ),
    **rule(
        "viewer",
        """
        get_dag_run get_dag_runs get_list_dag_runs_batch wait_dag_run_until_finished get_dags get_dag
        get_external_log_url get_extra_links
        get_dag_details get_dag_tags get_dag_stats get_dag_versions get_dag_version get_dag_source get_tasks
        get_task get_log get_xcom_entries get_xcom_entry get_task_instance get_mapped_task_instances
        get_task_instance_tries get_task_instance_try_details get_mapped_task_instance_tries
        get_mapped_task_instance_try_details get_mapped_task_instance get_task_instances
        get_task_instances_batch get_hitl_detail get_hitl_detail_try_detail get_hitl_details get_import_errors
        get_import_error get_pools get_pool get_event_logs get_event_log get_jobs list_backfills get_backfill
        get_assets get_asset_aliases get_asset_alias get_asset_events get_upstream_asset_events get_asset
        get_asset_queued_events get_dag_asset_queued_events get_dag_asset_queued_event
        get_asset_state_store list_asset_state_store get_task_state_store list_task_state_store
        get_task_instance_dependencies get_task_instance_dependencies_by_map_index
        favorite_dag unfavorite_dag list_dag_warnings get_config get_config_value get_providers
        get_plugins import_errors
        ui_me ui_dag_rights ui_recent_runs ui_structure ui_grid_runs ui_grid_cells ui_task_summaries
        ui_changes
        ui_home ui_why ui_task_log ui_calendar ui_trends ui_workers ui_deadlines ui_asset_graph ui_assets
        ui_asset_partitions ui_backfill_progress ui_dags
        ui_config ui_providers
        """,
    ),
    **rule(
        "user",
        """
        reparse_dag_file
        trigger_dag_run patch_dag_run delete_dag_run patch_dag patch_dags delete_dag post_clear_task_instances
        clear_dag_run patch_task_instance patch_task_instance_dry_run patch_task_instance_by_map_index
        patch_task_instance_dry_run_by_map_index create_xcom_entry update_xcom_entry delete_xcom_entry
        update_hitl_detail create_backfill create_backfill_dry_run pause_backfill unpause_backfill
        cancel_backfill materialize_asset bulk_dag_runs clear_dag_runs clear_dag_run_partitions
        bulk_task_instances delete_task_instance patch_task_group_instances
        patch_task_group_instances_dry_run
        clear_task_state_store delete_task_state_store patch_task_state_store set_task_state_store
        run_task_instance
        """,
    ),
    **rule(
        "op",
        """
        create_asset_event delete_asset_queued_events delete_dag_asset_queued_events
        delete_dag_asset_queued_event
        clear_asset_state_store delete_asset_state_store set_asset_state_store
        get_connection get_connections post_connection patch_connection delete_connection bulk_connections
        ui_connection_types
        create_default_connections test_connection enqueue_connection_test get_connection_test
        get_variable get_variables post_variable patch_variable delete_variable bulk_variables
        post_pool patch_pool delete_pool bulk_pools
        """,
    ),
    **rule(
        "admin",
        """
        get_service_accounts post_service_account get_service_account delete_service_account
        get_tokens post_service_token delete_service_token
        get_groups post_group get_group patch_group delete_group
        get_users post_user get_user patch_user delete_user
        get_roles post_role get_role patch_role delete_role
        get_webhooks get_webhook post_webhook rotate_webhook_secret delete_webhook
        """,
    ),
    **v1_rules.RULES,
}
"""The operation's name to the least role that may use it."""

OF_TABLES = {
    "get_event_logs": "admin", "get_event_log": "admin", "get_config": "op", "get_config_value": "op",
    "ui_config": "op", "create_xcom_entry": "op", "update_xcom_entry": "op", "delete_xcom_entry": "op",
    **v1_rules.OF_TABLES,
}  # fmt: skip
"""Where the roles in the tables, which are Airflow 2.x's, differ from those of the simple auth manager."""


def deleting(name: str) -> dict[str, Any]:
    return {"actions": [{"action": "delete", "entities": [name]}]}


def updating(**entity: Any) -> dict[str, Any]:
    return {"actions": [{"action": "update", "entities": [entity]}]}


NAMED = {"dag_id": "{dag_id}", "dag_run_id": "{dag_run_id}"}
MARK_SUCCESS = {"new_state": "success"}
BACKFILL = {"dag_id": "{dag_id}", "from_date": "2026-01-01T00:00:00Z", "to_date": "2026-01-02T00:00:00Z"}
BODIES: dict[str, Any] = {
    "trigger_dag_run": {"logical_date": None},
    "get_list_dag_runs_batch": {"dag_ids": ["{dag_id}"]},
    "patch_dag_run": {"note": "changed"},
    "patch_dag": {"is_paused": True},
    "patch_dags": {"is_paused": True},
    "post_clear_task_instances": {"dry_run": False, "only_failed": False, "dag_run_id": "{dag_run_id}"},
    "clear_dag_run": {"dry_run": False},
    "patch_task_instance": MARK_SUCCESS,
    "patch_task_instance_dry_run": MARK_SUCCESS,
    "patch_task_instance_by_map_index": MARK_SUCCESS,
    "patch_task_instance_dry_run_by_map_index": MARK_SUCCESS,
    "create_xcom_entry": {"key": "new", "value": 1},
    "update_xcom_entry": {"value": 2},
    "update_hitl_detail": {"chosen_options": ["Yes"]},
    "create_backfill": BACKFILL,
    "create_backfill_dry_run": BACKFILL,
    "create_asset_event": {"asset_id": "{asset_id}"},
    "materialize_asset": {},
    "get_task_instances_batch": {"dag_ids": ["{dag_id}"]},
    "bulk_dag_runs": updating(**NAMED, note="changed"),
    "clear_dag_runs": {"dag_runs": [NAMED], "dry_run": False},
    "clear_dag_run_partitions": {"run_id": "{dag_run_id}", "dry_run": False},
    "bulk_task_instances": updating(**NAMED, task_id="{task_id}", new_state="success"),
    "patch_task_group_instances": MARK_SUCCESS,
    "patch_task_group_instances_dry_run": MARK_SUCCESS,
    "set_task_state_store": {"value": 2},
    "patch_task_state_store": {"value": 2},
    "set_asset_state_store": {"value": 2},
    "post_connection": {"connection_id": "new_{connection_id}", "conn_type": "http"},
    "patch_connection": {"connection_id": "{connection_id}", "conn_type": "ftp"},
    "bulk_connections": deleting("{connection_id}"),
    "test_connection": {"connection_id": "{connection_id}", "conn_type": "http"},
    "enqueue_connection_test": {"connection_id": "{connection_id}", "conn_type": "http"},
    "post_variable": {"key": "new_{variable_key}", "value": "1"},
    "patch_variable": {"key": "{variable_key}", "value": "2"},
    "bulk_variables": deleting("{variable_key}"),
    "post_pool": {"name": "new_{pool_name}", "slots": 1},
    "patch_pool": {"slots": 2},
    "bulk_pools": deleting("{pool_name}"),
    "post_service_account": {"name": "new_{account_name}"},
    "post_service_token": {"account": "{account_name}", "scopes": ["Viewer"]},
    "post_group": {"name": "new_{group_name}"},
    "patch_group": {"roles": []},
    "post_user": {"username": "new_{username}", "password": "of new_{username}"},
    "patch_user": {"first_name": "Ann"},
    "post_role": {"name": "new_{role_name}"},
    "patch_role": {"permissions": [{"action": "can_read", "resource": "DAG:{dag_id}"}]},
    "post_webhook": {"name": "new_{webhook_name}", "dag_id": "{dag_id}"},
    "rotate_webhook_secret": {},
    "ui_grid_cells": {"run_ids": ["{dag_run_id}"], "task_ids": ["{task_id}"], "group_ids": ["{group_id}"]},
    **v1_rules.BODIES,
}  # fmt: skip
QUERIES: dict[str, Any] = {
    "get_dags": {"dag_id_pattern": "{dag_id}"},
    "ui_dags": {"name_pattern": "{dag_id}"},
    "get_dag_stats": {"dag_ids": "{dag_id}"},
    "list_backfills": {"dag_id": "{dag_id}"},
    "list_dag_warnings": {"dag_id": "{dag_id}"},
    "get_event_logs": {"dag_id": "{dag_id}"},
    "get_asset_events": {"source_dag_id": "{dag_id}"},
    "get_assets": {"dag_ids": "{dag_id}"},
    "get_dag_tags": {"order_by": "-name"},
    "get_import_errors": {"filename": "/dags/{dag_id}.py"},
    "patch_dags": {"dag_id_pattern": "{dag_id}"},
    "wait_dag_run_until_finished": {"interval": 1, "result": "{task_id}"},
    "ui_recent_runs": {"dag_id": "{dag_id}"},
    "ui_changes": {"seconds": 0.1},
    **v1_rules.QUERIES,
}
ALWAYS_WILD = {"get_list_dag_runs_batch", "get_task_instances_batch", *v1_rules.ALWAYS_WILD}
WAITING = {"get_dag_asset_queued_events", "get_dag_asset_queued_event", "delete_dag_asset_queued_events",
           "delete_dag_asset_queued_event", *v1_rules.WAITING}  # fmt: skip
"""About the DAG that waits for an asset."""
EACH_ONES = (
    "INSERT INTO dag_favorite SELECT name, dag_id FROM (SELECT dag_id FROM dag ORDER BY rowid DESC LIMIT 4),"
    " (SELECT username AS name FROM ab_user WHERE substr(username, 1, 2) IN ('t_', 'c_')"
    " UNION VALUES ('vera'), ('udo'), ('olga'), ('admin')) WHERE true ON CONFLICT DO NOTHING"
)
BEFORE: dict[str, str] = {
    # What has to be so for the operation to have something to do.
    "create_backfill": "UPDATE backfill SET completed_at = created_at",
    "delete_task_instance": "UPDATE task_instance SET state = 'success', end_date = start_date",
    "run_task_instance": "UPDATE task_instance SET state = 'success', end_date = start_date",
    "unfavorite_dag": EACH_ONES,
    "wait_dag_run_until_finished": "UPDATE dag_run SET state = 'success', end_date = start_date",
}
OF_NO_DAG = {
    name for name, operation in OPERATIONS.items()
    if operation.resource in {
        Resource.POOL, Resource.CONNECTION, Resource.VARIABLE, Resource.CONFIG, Resource.PLUGIN, Resource.JOB,
        Resource.USER, Resource.ROLE,
    }
}  # fmt: skip
"""Whoever may use it reaches all: nothing there is one DAG's."""
HOLDS_NO_MARK = OF_NO_DAG | {
    "create_token_all_admins", "login", "logout", "login_page", "login_oidc",
    "login_oidc_callback", "get_health", "health",
    "get_version", "get_mapped_task_instances", "ui_me", "ui_dag_rights", "ui_changes",
    "ui_home", "ui_workers", "ui_deadlines",
    "get_task_instance_dependencies", "get_task_instance_dependencies_by_map_index",
    *v1_rules.HOLDS_NO_MARK,
}  # fmt: skip
"""Reading operations whose answer names no DAG, or is empty on these stages."""


@dataclass
class Everybody:
    """Clients by who sends."""

    full: dict[tuple[str, str], httpx.Client]
    """(kind of role, level): reach every DAG."""
    confined: dict[str, httpx.Client]
    """Reach DAGs with the tag ``own`` only, and do there what the level may."""
    strangers: dict[str, tuple[httpx.Client, int]]
    """Without a good token, and the status that each is answered."""


@pytest.fixture(scope="module")
def everybody(world: World) -> Iterator[Everybody]:
    made: list[httpx.Client] = []

    def client(user: str | None, token: str | None = None) -> httpx.Client:
        one = world.client(user)
        if token is not None:
            one.headers["Authorization"] = f"Bearer {token}"
        made.append(one)
        return one

    simple = dict(zip(LEVELS, ("vera", "udo", "olga", "admin"), strict=True))
    full = {("simple", level): client(name) for level, name in simple.items()}
    for level in LEVELS:
        full["tables", level] = client(world.person(f"t_{level}", level.capitalize()))
    confined = {}
    for level in ("viewer", "op"):
        kinds = [pair for pair in roles.BUILT_IN[level.capitalize()] if pair[1] != "DAGs"]
        granted = ("can_read", "can_edit", "can_delete") if level == "op" else ("can_read",)
        own = [(action, "Tag:own") for action in granted]
        role = world.role(f"own_{level}", *kinds, *own, ("can_read", "Audit Logs"))
        confined[level] = client(world.person(f"c_{level}", role))
    admin = Principal(name="admin", role="admin")
    yesterday = now() - timedelta(days=2)
    strangers = {
        "no token": (client(None), 401),
        "an expired token": (client(None, tokens.Signer(serve.KEY).issue(admin, now=yesterday)), 401),
        "a foreign key": (client(None, tokens.Signer("f" * 64).issue(admin, now=now())), 403),
        "no role": (client(world.person("t_nobody")), 403),
        "the role Public": (client(world.person("t_public", "Public")), 403),
    }
    yield Everybody(full=full, confined=confined, strangers=strangers)
    for one in made:
        one.close()


def filled(value: Any, ids: Ids) -> Any:
    """A body or query with the ids in it."""
    if isinstance(value, str):
        if value == "{asset_id}":
            return ids["asset_id"]
        return value.format(**ids)
    if isinstance(value, list):
        return [filled(one, ids) for one in value]
    if isinstance(value, dict):
        return {name: filled(one, ids) for name, one in value.items()}
    return value


def send(client: httpx.Client, operation: Operation, ids: Ids, *, wild: bool = False) -> httpx.Response:
    """The request about these ids."""
    wanted = dict(ids)
    if operation.name in WAITING:
        wanted["dag_id"] = ids["wait_id"]
    if wild or operation.name in ALWAYS_WILD:
        wanted.update(dag_id="~", dag_run_id="~", task_id="~")
    body = filled(BODIES.get(operation.name), ids)
    query = {} if wild else filled(QUERIES.get(operation.name, {}), ids)
    more = {} if body is None else {"json": body}
    path = operation.path.format(**wanted)
    headers = dict.fromkeys(operation.headers, ids["test_token"])
    return client.request(operation.method, path, params=query, headers=headers, **more)


def without(text: str, ids: Ids) -> str:
    """The text without what the asker said themselves."""
    said = sorted((str(one) for name, one in ids.items() if name != "ti"), key=len, reverse=True)
    return re.sub("|".join(re.escape(one) for one in said if len(one) > 2), "…", text)


def everything(world: World) -> list[str]:
    """All that the database holds, but what logging in counts."""
    connection = sqlite3.connect(world.home / "airflow.db", timeout=20)
    try:
        return [line for line in connection.iterdump() if '"ab_user"' not in line]
    finally:
        connection.close()


def about(response: httpx.Response) -> str:
    return f"{response.request.method} {response.request.url}: {response.status_code} {response.text[:500]}"


@pytest.fixture
def sides(world: World, request: pytest.FixtureRequest) -> tuple[Side, Side]:
    """Mine and theirs."""
    mine = stage.build(world, "zqmine", "own", shared="common")
    theirs = stage.build(world, "zqtheirs", "other", shared="common")
    stage.meet(world, mine, theirs)
    before = BEFORE.get(request.getfixturevalue("name"))
    if before is not None:
        world.sql(before)
    return mine, theirs


def test_every_operation_has_a_rule() -> None:
    assert OPERATIONS.keys() == RULES.keys(), "say who may use it, and how it is asked"
    assert {
        name for name, it in OPERATIONS.items() if it.body is not None and RULES[name] in LEVELS
    } <= BODIES.keys()


def level_of(kind: str, name: str) -> int:
    level = OF_TABLES.get(name, RULES[name]) if kind == "tables" else RULES[name]
    return LEVELS.index(level)


GUARDED = sorted(name for name, level in RULES.items() if level in LEVELS)


@pytest.mark.parametrize("name", GUARDED)
def test_who_may(world: World, everybody: Everybody, sides: tuple[Side, Side], name: str) -> None:
    operation, (mine, theirs) = OPERATIONS[name], sides
    before = everything(world)
    for who, (client, status) in everybody.strangers.items():
        answer = send(client, operation, mine.ids)
        assert answer.status_code == status, f"{who}: {about(answer)}"
        assert "zq" not in without(answer.text, mine.ids), who
    allowed = []
    for (kind, level), client in everybody.full.items():
        if LEVELS.index(level) >= level_of(kind, name):
            allowed.append(client)
            continue
        answer = send(client, operation, mine.ids)
        assert answer.status_code == 403, f"{kind} {level}: {about(answer)}"
        assert "zq" not in without(answer.text, mine.ids)
    assert everything(world) == before, "somebody who may not changed something"
    first = None
    for client in allowed:
        answer = send(client, operation, theirs.ids)
        first = first or answer
        assert answer.status_code not in (401, 403), about(answer)
    assert first is not None and first.status_code < 300, about(first)
    if name.startswith("v1."):
        shapes.V1.matches(first, shapes.V1.known_as(f"{operation.method} {operation.path}"))
    if operation.method == "GET" and name not in HOLDS_NO_MARK:
        assert theirs.mark in first.text, f"nothing was planted there: {about(first)}"


@pytest.mark.parametrize("name", GUARDED)
def test_ones_own_and_others(world: World, everybody: Everybody, sides: tuple[Side, Side], name: str) -> None:
    operation, (mine, theirs) = OPERATIONS[name], sides
    may_all = level_of("tables", name) <= LEVELS.index("op") or "get_event_log" in name
    before = everything(world)
    for level, client in everybody.confined.items():
        may = may_all if level == "op" else level_of("tables", name) == 0 or "get_event_log" in name
        answer = send(client, operation, theirs.ids)
        hidden(answer, theirs)
        if may and name in OF_NO_DAG:
            assert answer.status_code < 300, about(answer)
        elif may:
            as_if_it_were_not(answer, theirs, send(client, operation, GHOST))
        else:
            assert answer.status_code == 403, about(answer)
        if operation.wildcard:
            hidden(send(client, operation, mine.ids, wild=True), theirs)
    if operation.method != "GET" and not (may_all and (operation.wildcard or name in OF_NO_DAG)):
        assert everything(world) == before, "something of the others changed"
    answer = send(everybody.confined["op"], operation, mine.ids)
    assert (answer.status_code < 300) is may_all, about(answer)
    assert theirs.mark not in answer.text, about(answer)
    if operation.method == "GET" and name not in HOLDS_NO_MARK:
        assert mine.mark in answer.text, about(answer)


def hidden(answer: httpx.Response, theirs: Side) -> None:
    """Nothing of theirs is in it, but what the asker said."""
    assert answer.status_code < 500, about(answer)
    shown = without(f"{answer.headers} {answer.text}", theirs.ids)
    assert theirs.mark not in shown, about(answer)


def _numberless(text: str, ids: Ids) -> str:
    """The text without the numbers that the asker said, however short they are."""
    said = "|".join(str(ids[name]) for name in stage.NUMBERS)
    return re.sub(rf"\b({said})\b", "…", text)


def as_if_it_were_not(answer: httpx.Response, theirs: Side, ghost: httpx.Response) -> None:
    """It is answered as what nobody ever made is."""
    assert answer.status_code == ghost.status_code, f"{about(answer)}, but {about(ghost)}"
    told = [
        re.sub(r'"(status(_code)?|seconds)":[\d.]+,?', "", one.text) for one in (answer, ghost)
    ]  # an id may be such a number, and time passes
    if told[0] == told[1]:
        return
    both = (
        without(_numberless(told[0], theirs.ids), theirs.ids),
        without(_numberless(told[1], GHOST), GHOST),
    )
    seen, expected = (re.sub("Did you mean [^?]*[?] ", "", text) for text in both)  # of what they may see
    assert seen == expected, about(answer)


@pytest.mark.parametrize(
    "name",
    [
        "get_dags", "get_dag_tags", "get_dag_stats", "get_import_errors", "get_event_logs", "list_backfills",
        "get_assets", "get_asset_aliases", "get_asset_events", "patch_dags", "list_dag_warnings",
    ],
)  # fmt: skip
def test_lists_without_filters(
    world: World, everybody: Everybody, sides: tuple[Side, Side], name: str
) -> None:
    """Rows and counts of the others are left out where nothing is asked for in particular."""
    operation, (mine, theirs) = OPERATIONS[name], sides
    body = {"json": BODIES[name]} if name in BODIES else {}
    answer = everybody.confined["op"].request(operation.method, operation.path, **body)
    assert answer.status_code == 200, about(answer)
    assert mine.mark in answer.text
    assert theirs.mark not in answer.text
    rows = next(value for value in answer.json().values() if isinstance(value, list))
    assert answer.json()["total_entries"] >= len(rows) > 0
    paused = world.sql("SELECT is_paused FROM dag WHERE dag_id = ?", theirs.ids["dag_id"])
    assert paused == [(0,)]
