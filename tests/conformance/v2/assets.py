"""Assets: what updates them, who waits for them, what is kept with them."""

from __future__ import annotations

from tests.conformance.client import Client, until


def assets(c: Client) -> None:
    found = c.get_assets(uri_pattern="conform/", order_by=["-name"])
    assert [asset.name for asset in found.assets] == ["conform_never", "conform_made"]
    one = c.get_asset(asset_id=_id(c, "conform_made"))
    assert {dag.dag_id for dag in one.scheduled_dags} == {"conform_follows", "conform_waits"}
    assert [task.task_id for task in one.producing_tasks] == ["make"]
    aliases = c.get_asset_aliases(name_pattern="conform").asset_aliases
    assert [alias.name for alias in aliases] == ["conform_alias"]
    assert c.get_asset_alias(asset_alias_id=aliases[0].id)["name"] == "conform_alias"


def _id(c: Client, name: str) -> int:
    return c.get_assets(name_pattern=name).assets[0].id


def events(c: Client) -> None:
    body = {"asset_id": _id(c, "conform_made"), "extra": {"from": "a test"}}
    made = c.create_asset_event(create_asset_events_body=body)
    assert (made.extra["from"], made.uri) == ("a test", "s3://conform/made")
    assert c.get_asset_events(asset_id=body["asset_id"], order_by=["-timestamp"]).total_entries == 1
    assert (
        c.get_asset_events(asset_id=body["asset_id"], timestamp_gt="2999-01-01T00:00:00Z").total_entries == 0
    )
    runs = until(lambda: c.get_dag_runs(dag_id="conform_follows", state=["success"]).dag_runs)
    told = c.get_upstream_asset_events(dag_id="conform_follows", dag_run_id=runs[0].dag_run_id)
    assert [event.extra["from"] for event in told.asset_events] == ["a test"]


def queued(c: Client) -> None:
    at = {"dag_id": "conform_waits", "asset_id": _id(c, "conform_made")}
    assert c.get_dag_asset_queued_event(**at).dag_id == "conform_waits"
    assert c.get_asset_queued_events(asset_id=at["asset_id"]).total_entries >= 1
    assert (
        c.get_dag_asset_queued_events(dag_id="conform_waits", before="2999-01-01T00:00:00Z").total_entries
        == 1
    )
    c.delete_dag_asset_queued_event(**at)
    c.refused(404, "get_dag_asset_queued_event", **at)
    for delete, arguments in (
        (c.delete_dag_asset_queued_events, {"dag_id": at["dag_id"]}),
        (c.delete_asset_queued_events, {"asset_id": at["asset_id"]}),
    ):
        c.create_asset_event(create_asset_events_body={"asset_id": at["asset_id"]})
        delete(**arguments)
        c.refused(404, "get_dag_asset_queued_event", **at)


def materializing(c: Client) -> None:
    run = c.materialize_asset(asset_id=_id(c, "conform_made"), materialize_asset_body={"dag_run_id": "made"})
    assert (run.dag_id, run.run_type, run.dag_run_id) == ("conform_makes", "asset_materialization", "made")
    until(lambda: c.get_dag_run(dag_id="conform_makes", dag_run_id="made").state == "success")
    c.refused((400, 404), "materialize_asset", asset_id=_id(c, "conform_never"))


def stored_states(c: Client) -> None:
    asset = {"asset_id": _id(c, "conform_made")}
    c.set_asset_state_store(**asset, key="at", asset_state_store_body={"value": {"page": 3}})
    kept = c.get_asset_state_store(**asset, key="at")
    assert getattr(kept.value, "actual_instance", kept.value) == {"page": 3}
    assert c.list_asset_state_store(**asset).total_entries == 1
    c.delete_asset_state_store(**asset, key="at")
    c.refused(404, "get_asset_state_store", **asset, key="at")
    c.clear_asset_state_store(**asset)
