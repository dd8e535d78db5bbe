"""What people are shown and what they change passes queries that take their access (``domain.access``).

mypy refuses a call that leaves a required ``access`` out; this refuses a way around it.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tradewind.store.queries.browse import listing

SRC = Path(__file__).resolve().parents[2] / "src"
PACKAGE = SRC / "tradewind"

SYSTEM_ALLOWED = (
    "domain/access.py",  # where it is
    "scheduler/", "dag_processor/",  # components
    "api/routes/execution/",  # tasks, by the token of their attempt
    "cli/", "testing/", "admin/",  # commands and scripts on the machine, beside the database file
    "store/queries/jobs.py", "store/queries/scheduling.py", "store/transitions/backfills.py",
)  # fmt: skip
MADE_IN = ("domain/access.py", "auth/")

BY_KEY = {
    # Of a row that the caller loaded within its access: by the row's own key, or its DAG's id.
    "store.queries.browse.dags.tags_of": "tags of listed DAGs",
    "store.queries.browse.dags.active_runs": "of a DAG that was loaded",
    "store.queries.browse.dags.version_of_hash": "the version of a run or DAG that was loaded",
    "store.queries.dag_versions.spec_bytes": "the version of a run or DAG that was loaded",
    "store.transitions.runs.lock": "runs that were loaded",
    "store.queries.browse.others.return_values": "XComs of a run, by the run's key",
    "store.queries.hitl.get": "by the id of a task instance that was loaded",
    "store.queries.hitl.earlier": "by the id of a try that was loaded",
    "store.queries.scheduling.load_run": "task instances of a run that was loaded",
    "store.queries.scheduling.run_facts": "of a run that was loaded",
    "store.queries.scheduling.active_counts": "slots that are held, which is what limits count",
    **{
        f"store.queries.ui.changes.{name}": "names only, which each listener's access is applied to"
        for name in ("first", "look", "look_at_dags")
    },
    "store.queries.ui.history.durations": "of runs that were loaded",
    "store.queries.ui.home.first_failed": "of a run that was loaded",
    "store.queries.ui.grid.of_run": "of a run that was loaded",
    "store.queries.ui.grid.of_tasks": "of runs that were loaded",
    "store.queries.ui.grid.of_group": "of runs that were loaded",
    "store.queries.task_data.delete_xcom": "an XCom that was loaded",
    "store.queries.dags.delete": "a DAG that was loaded",
    "store.queries.webhooks.create": "for a DAG or an asset that was loaded",
    "store.queries.webhooks.delete": "a webhook that was loaded",
    "store.queries.webhooks.set_secret": "of a webhook that was loaded",
    "store.queries.webhooks.find": "the webhook that the sender is",
    "store.queries.webhooks.secret_of": "to prove that the sender is that webhook",
    "store.queries.webhooks.first_delivery": "of the webhook that the sender is",
    "store.queries.webhooks.note_run": "of the webhook that the sender is",
    "store.queries.webhooks.run_of": "of the webhook that the sender is",
    "store.transitions.runs.create": "of a DAG that was loaded",
    "store.transitions.runs.delete": "by key",
    "store.transitions.runs.set_note": "by key",
    "store.transitions.runs.touch": "by key",
    "store.transitions.results.push": "by the id of a task instance that was loaded",
    "store.transitions.results.set_note": "by the id of a task instance that was loaded",
    "store.transitions.hitl.answer": "by the id of a task instance that was loaded",
    "store.transitions.by_hand.change": "of a run that was loaded",
    "store.transitions.by_hand.mark_run": "by key",
    "store.transitions.by_hand.queue_run_again": "of a run that was loaded",
    "store.transitions.by_hand.run_out_of_turn": "of a run that was loaded",
    "store.transitions.by_hand.set_options": "by key",
    "store.transitions.by_hand.use_version": "by key",
    "store.transitions.backfills.create": "of a DAG that was loaded",
    "store.transitions.backfills.add_runs": "by key",
    "store.transitions.backfills.cancel": "by key",
    "store.transitions.backfills.set_paused": "by key",
    "store.transitions.backfills.reason_to_leave_out": "of a DAG that was loaded",
    "store.transitions.asset_events.record": "of an asset that was loaded",
    "store.transitions.asset_events.drop_queue": "of what was listed",
    "store.queries.state_stores.set_task_state": "of a task instance that was loaded",
    "store.queries.state_stores.delete_task_state": "of a task instance that was loaded",
    "store.queries.state_stores.set_asset_state": "of an asset that was loaded",
    "store.queries.state_stores.delete_asset_state": "of an asset that was loaded",
    "store.transitions.deleting.delete_instance": "a task instance that was loaded",
    "store.transitions.runs.forget_partition": "of a run that was loaded",
    **{
        f"store.queries.favourites.{name}": "a DAG that was loaded, and the asker's own mark"
        for name in ("add", "has", "remove")
    },
    "store.queries.parse_requests.add": "the file of DAGs that were counted",
    **{f"store.queries.connection_tests.{name}": "of no DAG" for name in ("end", "get", "request")},
    # Of no DAG.
    **{
        f"store.queries.connections.{name}": "of no DAG"
        for name in ("add_missing", "delete", "get", "set_connection")
    },
    **{
        f"store.queries.variables.{name}": "of no DAG"
        for name in ("delete", "get", "list_keys", "set_variable")
    },
    **{f"store.queries.pools.{name}": "of no DAG" for name in ("delete", "get", "list_pools", "set_pool")},
    **{
        f"store.queries.service_accounts.{name}": "of no DAG"
        for name in ("account", "create", "delete", "delete_token", "list_accounts", "list_tokens")
    },
    **{
        f"store.queries.roles.{name}": "of no DAG"
        for name in (
            "delete_group",
            "get_group",
            "list_groups",
            "permissions",
            "set_group_roles",
            "set_group_users",
        )
    },
    **{
        f"store.queries.users.{name}": "of no DAG"
        for name in ("delete", "get", "list_users", "names", "numbers")
    },
    "store.queries.audit.add": "what the asker did",
    "store.queries.browse.others.pool_usage": "slots that are held, which is what a pool is",
    "store.queries.jobs.newest": "the health of components, which anybody may know",
}


def names_in(path: Path, name: str) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id == name)
        or (isinstance(node, ast.Attribute) and node.attr == name)
        for node in ast.walk(ast.parse(path.read_text()))
    )


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_only_the_machine_acts_as_the_system() -> None:
    found = {relative(path) for path in PACKAGE.rglob("*.py") if names_in(path, "SYSTEM")}
    assert found, "nothing was looked at"
    assert {name for name in found if not name.startswith(SYSTEM_ALLOWED)} == set()


def test_rights_are_made_in_one_place() -> None:
    makers = {
        relative(path)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Access"
    }
    assert {name for name in makers if not name.startswith(MADE_IN)} == set()


@pytest.mark.parametrize("method", ["page", "count", "one"])
def test_access_is_required_of_every_list(method: str) -> None:
    parameter = inspect.signature(getattr(listing.Listing, method)).parameters["access"]
    assert parameter.default is inspect.Parameter.empty
    dag = inspect.signature(listing.Listing).parameters["dag"]
    assert dag.default is inspect.Parameter.empty


def public_modules() -> Iterator[Path]:
    """The modules that answer people, or that do what they ask."""
    for folder in ("public", "ui"):
        yield from sorted((PACKAGE / "api" / "routes" / folder).glob("*.py"))
    yield from sorted(path for path in (PACKAGE / "api").glob("*.py") if path.name != "data_service.py")


def calls_of_the_store(path: Path) -> Iterator[str]:
    """``store.queries.runs.get`` for each function of the store that the module calls."""
    homes: dict[str, str] = {}
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tradewind.store"):
            for alias in node.names:
                homes[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            if called.value.id in homes:
                yield f"{homes[called.value.id]}.{called.attr}"
        elif isinstance(called, ast.Name) and called.id in homes:
            yield homes[called.id]


def function(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(module), attribute)


def unconfined() -> dict[str, set[str]]:
    """Functions that read or write the database without an access, and who calls them."""
    found: dict[str, set[str]] = {}
    for path in public_modules():
        for name in calls_of_the_store(path):
            called = function(name)
            if not inspect.isfunction(called):
                continue
            parameters = inspect.signature(called).parameters
            if "tx" not in parameters:
                continue
            access = parameters.get("access")
            if access is None or access.default is not inspect.Parameter.empty:
                found.setdefault(name.removeprefix("tradewind."), set()).add(relative(path))
    return found


def test_what_people_reach_takes_their_access() -> None:
    strangers = {name: callers for name, callers in unconfined().items() if name not in BY_KEY}
    assert strangers == {}, "give it a required access, or say in BY_KEY which loaded row it belongs to"


def test_the_list_of_exceptions_is_no_longer_than_needed() -> None:
    assert BY_KEY.keys() - unconfined().keys() == set()
