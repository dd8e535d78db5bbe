"""DAG runs: triggered, waited for, changed, cleared, deleted."""

from __future__ import annotations

from tests.conformance.client import Client, until

CHAIN = "conform_chain"
DAY = "2026-02-01T00:00:00Z"


def triggering(c: Client) -> None:
    body = {"dag_run_id": "well", "logical_date": DAY, "note": "by hand", "conf": {"end": "well"}}
    made = c.trigger_dag_run(dag_id=CHAIN, trigger_dag_run_post_body=body)
    assert (made.dag_run_id, made.run_type, made.note, made.conf) == (
        "well",
        "manual",
        "by hand",
        {"end": "well"},
    )
    badly = {"dag_run_id": "badly", "logical_date": None, "conf": {"end": "badly"}}
    c.trigger_dag_run(dag_id=CHAIN, trigger_dag_run_post_body=badly)
    c.refused(409, "trigger_dag_run", dag_id=CHAIN, trigger_dag_run_post_body=body)
    c.refused(409, "trigger_dag_run", dag_id=CHAIN, trigger_dag_run_post_body=body | {"dag_run_id": "again"})
    strange = {"logical_date": None, "conf": {"end": "never"}}
    c.refused(400, "trigger_dag_run", dag_id=CHAIN, trigger_dag_run_post_body=strange)
    for run_id, state in (("well", "success"), ("badly", "failed")):
        c.wait_dag_run_until_finished(dag_id=CHAIN, dag_run_id=run_id, interval=0.2, result=["extract"])
        assert c.get_dag_run(dag_id=CHAIN, dag_run_id=run_id).state == state


def listing(c: Client) -> None:
    assert [run.dag_run_id for run in c.get_dag_runs(dag_id=CHAIN, state=["failed"]).dag_runs] == ["badly"]
    assert c.get_dag_runs(dag_id="~", dag_id_prefix_pattern=CHAIN, run_type=["manual"]).total_entries == 2
    assert c.get_dag_runs(dag_id=CHAIN, logical_date_gte=DAY, logical_date_lte=DAY).total_entries == 1
    assert c.get_dag_runs(dag_id=CHAIN, run_id_pattern="wel", conf_contains="well").total_entries == 1
    assert c.get_dag_runs(dag_id=CHAIN, duration_gt=3600.0).total_entries == 0
    some = {"dag_id": CHAIN, "limit": 1, "order_by": ["-run_after"]}
    first = c.get_dag_runs(**some, cursor="")
    second = c.get_dag_runs(**some, cursor=first.next_cursor)
    assert [page.dag_runs[0].dag_run_id for page in (first, second)] == ["badly", "well"]
    assert c.get_dag_runs(**some, cursor=second.previous_cursor).dag_runs == first.dag_runs
    assert first.previous_cursor is None and second.next_cursor is None
    c.refused(400, "get_dag_runs", dag_id=CHAIN, cursor="nonsense")
    found = c.get_list_dag_runs_batch(
        dag_id="~", dag_runs_batch_body={"dag_ids": [CHAIN], "order_by": "-run_id"}
    )
    assert [run.dag_run_id for run in found.dag_runs] == ["well", "badly"]
    c.refused((400, 422), "get_dag_runs", dag_id=CHAIN, state=["nonsense"])


def changing(c: Client) -> None:
    ids = {"dag_id": CHAIN, "dag_run_id": "badly"}
    noted = c.patch_dag_run(
        **ids, dag_run_patch_body={"note": "seen", "state": "queued"}, update_mask=["note"]
    )
    assert (noted.note, noted.state) == ("seen", "failed")
    assert c.patch_dag_run(**ids, dag_run_patch_body={"state": "success"}).state == "success"
    entity = {"dag_run_id": "badly", "note": "at once"}
    update = {"action": "update", "entities": [entity], "update_mask": ["note"]}
    done = c.bulk_dag_runs(dag_id=CHAIN, bulk_body_bulk_dag_run_body={"actions": [update]})
    assert done.update.success == [f"{CHAIN}.badly"]
    assert c.get_dag_run(**ids).note == "at once"


def clearing(c: Client) -> None:
    """What would be cleared reads as two kinds of thing to the client, which therefore refuses it."""
    ids = {"dag_id": CHAIN, "dag_run_id": "well"}
    assert c.raw("clear_dag_run", **ids, dag_run_clear_body={"dry_run": True})["total_entries"] == 5
    assert c.get_dag_run(**ids).state == "success"
    assert (c.clear_dag_run(**ids, dag_run_clear_body={"dry_run": False})).actual_instance.state in {
        "queued",
        "running",
    }
    until(lambda: c.get_dag_run(**ids).state == "success")
    both = {"dag_runs": [{"dag_run_id": "well"}, {"dag_run_id": "badly"}], "dry_run": True}
    assert c.raw("clear_dag_runs", dag_id=CHAIN, bulk_dag_run_clear_body=both)["total_entries"] == 9


def partitions(c: Client) -> None:
    body = {"dag_run_id": "part", "logical_date": None, "partition_key": "2026-01-05T00:00:00"}
    c.trigger_dag_run(dag_id="conform_parts", trigger_dag_run_post_body=body)
    wanted = {"partition_key": body["partition_key"], "dry_run": True, "clear_task_instances": True}
    cleared = c.clear_dag_run_partitions(dag_id="conform_parts", clear_partitions_body=wanted)
    assert (cleared.dag_runs_cleared, cleared.dry_run) == (1, True)


def deleting(c: Client) -> None:
    c.delete_dag_run(dag_id="conform_parts", dag_run_id="part")
    c.refused(404, "get_dag_run", dag_id="conform_parts", dag_run_id="part")
    c.trigger_dag_run(
        dag_id="conform_long", trigger_dag_run_post_body={"dag_run_id": "on", "logical_date": None}
    )
    until(lambda: c.get_dag_run(dag_id="conform_long", dag_run_id="on").state == "running")
    c.refused(409, "delete_dag_run", dag_id="conform_long", dag_run_id="on")
    c.patch_dag_run(dag_id="conform_long", dag_run_id="on", dag_run_patch_body={"state": "failed"})
