"""DAGs, their versions, sources, tasks, and files that cannot be read."""

from __future__ import annotations

from tests.conformance.client import Client, until

CHAIN = "conform_chain"


def dags(c: Client) -> None:
    assert c.get_dags(dag_id_pattern="conform").total_entries == 8
    assert [dag.dag_id for dag in c.get_dags(tags=["chain"]).dags] == [CHAIN]
    assert c.get_dags(tags=["chain", "nowhere"], tags_match_mode="all").total_entries == 0
    assert c.get_dags(owners=["ann"], has_asset_schedule=False, paused=False).total_entries == 1
    assert c.get_dags(dag_id_prefix_pattern="conform_w").dags[0].dag_id == "conform_waits"
    first, second = (c.get_dags(limit=1, offset=at, order_by=["-dag_id"]).dags[0].dag_id for at in (0, 1))
    assert first > second
    one = c.get_dag(dag_id=CHAIN)
    assert (one.description, one.is_paused, [tag.name for tag in one.tags]) == (
        "three in a row",
        False,
        ["chain", "conform"],
    )
    details = c.get_dag_details(dag_id=CHAIN)
    assert details.params["end"]["value"] == "well" and details.doc_md == "# Conform"
    assert details.latest_dag_version.version_number == 1
    c.refused(422, "get_dags", limit=10**12)
    c.refused(400, "get_dags", order_by=["no_such"])


def changes(c: Client) -> None:
    assert c.patch_dag(dag_id="conform_daily", dag_patch_body={"is_paused": True}).is_paused
    many = c.patch_dags(dag_patch_body={"is_paused": True}, dag_id_pattern="conform_par")
    assert [dag.dag_id for dag in many.dags] == ["conform_parts"]
    c.refused(400, "patch_dag", dag_id=CHAIN, dag_patch_body={"is_paused": False}, update_mask=["dag_id"])
    c.refused(400, "patch_dags", dag_patch_body={"is_paused": False}, update_mask=["no"])


def favourites(c: Client) -> None:
    c.favorite_dag(dag_id=CHAIN)
    assert [dag.dag_id for dag in c.get_dags(is_favorite=True).dags] == [CHAIN]
    c.unfavorite_dag(dag_id=CHAIN)
    assert c.get_dags(is_favorite=True).total_entries == 0
    c.refused(409, "unfavorite_dag", dag_id=CHAIN)


def about(c: Client) -> None:
    assert c.get_dag_tags(tag_name_pattern="cha").tags == ["chain"]
    assert {stats.dag_id for stats in c.get_dag_stats(dag_ids=[CHAIN]).dags} == {CHAIN}
    assert "three in a row" in c.get_dag_source(dag_id=CHAIN).content
    assert c.get_dag_version(dag_id=CHAIN, version_number=1).dag_id == CHAIN
    assert c.get_dag_versions(dag_id=CHAIN, limit=1).total_entries == 1
    assert c.get_dag_versions(dag_id="~", order_by=["-version_number"]).total_entries >= 8
    c.refused(404, "get_dag_version", dag_id=CHAIN, version_number=99)
    assert c.list_dag_warnings().total_entries == 0
    tasks = {task.task_id: task for task in c.get_tasks(dag_id=CHAIN, order_by="-task_id").tasks}
    assert list(tasks) == ["middle.transform", "middle.say", "load", "extract"]
    assert tasks["middle.transform"].is_mapped and tasks["load"].extra_links == ["Manual"]
    assert c.get_task(dag_id=CHAIN, task_id="extract").downstream_task_ids == ["middle.transform"]
    c.refused(404, "get_task", dag_id=CHAIN, task_id="no_such")


def import_errors(c: Client) -> None:
    listed = c.get_import_errors(filename_pattern="conform_broken")
    assert listed.total_entries == 1 and "broken on purpose" in listed.import_errors[0].stack_trace
    assert (
        c.get_import_error(import_error_id=listed.import_errors[0].import_error_id) == listed.import_errors[0]
    )
    assert c.get_import_errors(filename_pattern="conform_chain").total_entries == 0


def parsing_again(c: Client) -> None:
    dag = c.get_dag(dag_id=CHAIN)
    c.reparse_dag_file(file_token=dag.file_token)
    until(lambda: c.get_dag(dag_id=CHAIN).last_parsed_time > dag.last_parsed_time)


def backfills(c: Client) -> None:
    body = {"dag_id": "conform_daily", "from_date": "2026-01-01T00:00:00Z", "to_date": "2026-01-03T00:00:00Z"}
    assert c.create_backfill_dry_run(backfill_post_body=body).total_entries == 3
    made = c.create_backfill(backfill_post_body=body | {"max_active_runs": 1, "reprocess_behavior": "failed"})
    assert (made.dag_id, made.max_active_runs, made.is_paused) == ("conform_daily", 1, False)
    c.refused(409, "create_backfill", backfill_post_body=body)
    assert c.pause_backfill(backfill_id=made.id).is_paused
    assert not c.unpause_backfill(backfill_id=made.id).is_paused
    assert c.list_backfills(dag_id="conform_daily").total_entries == 1
    assert c.cancel_backfill(backfill_id=made.id).completed_at is not None
    assert c.get_backfill(backfill_id=made.id).completed_at is not None
    c.refused(409, "cancel_backfill", backfill_id=made.id)
    c.refused(404, "create_backfill", backfill_post_body=body | {"dag_id": "no_such"})


def deleting(c: Client) -> None:
    """Last of all: the file is still there, so that the DAG comes back when it is read again."""
    c.delete_dag(dag_id="conform_follows")
