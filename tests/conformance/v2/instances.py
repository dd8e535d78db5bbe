"""Task instances, their tries, logs, XComs, stored states, and questions to people."""

from __future__ import annotations

from tests.conformance.client import Client, until
from tests.conformance.v2.runs import CHAIN

RUN = {"dag_id": CHAIN, "dag_run_id": "well"}
ONE = RUN | {"task_id": "extract"}
MAPPED = RUN | {"task_id": "middle.transform"}


def listing(c: Client) -> None:
    assert c.get_task_instances(**RUN).total_entries == 5
    assert c.get_task_instances(dag_id="~", dag_run_id="~", state=["success"], limit=1).total_entries >= 5
    assert c.get_task_instances(**RUN, task_id="extract", pool=["default_pool"]).total_entries == 1
    assert c.get_task_instances(**RUN, map_index=[1]).total_entries == 1
    assert len(c.get_task_instances(**RUN, limit=2).task_instances) == 2
    begun = c.get_task_instances(**RUN, cursor="", limit=3)
    ended = c.get_task_instances(**RUN, cursor=begun.next_cursor, limit=3)
    assert len({one.id for one in (*begun.task_instances, *ended.task_instances)}) == 5
    found = c.get_task_instances_batch(
        dag_id="~", dag_run_id="~", task_instances_batch_body={"dag_ids": [CHAIN], "dag_run_ids": ["well"]}
    )
    assert found.total_entries == 5
    one = c.get_task_instance(**ONE)
    assert (one.task_id, one.state, one.map_index, one.operator_name) == ("extract", "success", -1, "@task")
    assert c.get_mapped_task_instances(**MAPPED, order_by=["-map_index"]).task_instances[0].map_index == 1
    assert c.get_mapped_task_instance(**MAPPED, map_index=1).state == "success"
    c.refused(404, "get_mapped_task_instance", **MAPPED, map_index=9)
    c.refused(404, "get_task_instance", **MAPPED)


def tries(c: Client) -> None:
    badly = {"dag_id": CHAIN, "dag_run_id": "badly", "task_id": "extract"}
    assert [one.try_number for one in c.get_task_instance_tries(**badly).task_instances] == [1, 2]
    assert c.get_task_instance_try_details(**badly, task_try_number=1).state in {"failed", "up_for_retry"}
    assert c.get_mapped_task_instance_tries(**MAPPED, map_index=0).total_entries >= 1
    assert c.get_mapped_task_instance_try_details(**MAPPED, map_index=0, task_try_number=1).state == "success"
    log = c.get_log(**badly, try_number=1, full_content=True)
    assert "as it was asked" in log.to_json()
    c.refused(404, "get_task_instance_try_details", **badly, task_try_number=99)


def links(c: Client) -> None:
    load = RUN | {"task_id": "load"}
    assert c.get_extra_links(**load).extra_links == {"Manual": "https://example.org/load"}
    assert c.get_external_log_url(**load, try_number=1).url.startswith("https://logs.example/")
    c.refused(404, "get_external_log_url", **load, try_number=99)


def dependencies(c: Client) -> None:
    assert c.get_task_instance_dependencies(**ONE) is not None
    assert c.get_task_instance_dependencies_by_map_index(**MAPPED, map_index=0) is not None


def xcoms(c: Client) -> None:
    assert (
        "conform"
        in c.create_xcom_entry(**ONE, x_com_create_body={"key": "made", "value": {"a": "conform"}}).to_json()
    )
    assert c.get_xcom_entries(**ONE, xcom_key_pattern="mad").total_entries == 1
    assert (
        c.get_xcom_entries(dag_id="~", dag_run_id="~", task_id="~", xcom_key="return_value").total_entries
        >= 3
    )
    one = ONE | {"xcom_key": "made"}
    assert c.get_xcom_entry(**one).actual_instance.value == {"a": "conform"}
    assert "conform" in c.get_xcom_entry(**one, stringify=True).actual_instance.value
    assert c.update_xcom_entry(**one, x_com_update_body={"value": [7]}).value == [7]
    c.refused(409, "create_xcom_entry", **ONE, x_com_create_body={"key": "made", "value": 1})
    c.delete_xcom_entry(**one)
    c.refused(404, "get_xcom_entry", **one)


def stored_states(c: Client) -> None:
    one = ONE | {"key": "at"}
    c.set_task_state_store(
        **one, task_state_store_body={"value": {"page": 3}, "expires_at": "2999-01-01T00:00:00Z"}
    )
    assert _value(c.get_task_state_store(**one)) == {"page": 3}
    c.patch_task_state_store(**one, task_state_store_patch_body={"value": [4]})
    assert _value(c.get_task_state_store(**one)) == [4]
    assert c.list_task_state_store(**ONE).total_entries == 1
    c.delete_task_state_store(**one)
    c.refused(404, "get_task_state_store", **one)
    c.clear_task_state_store(**ONE)


def _value(answer: object) -> object:
    return getattr(answer.value, "actual_instance", answer.value)


def marking(c: Client) -> None:
    badly = {"dag_id": CHAIN, "dag_run_id": "badly"}
    one = badly | {"task_id": "load"}
    failed = {"new_state": "failed"}
    assert c.patch_task_instance_dry_run(**one, patch_task_instance_body=failed).total_entries >= 1
    by_index = one | {"map_index": -1, "patch_task_instance_body": failed}
    assert c.patch_task_instance_dry_run_by_map_index(**by_index).total_entries >= 1
    assert (
        c.patch_task_instance(**one, patch_task_instance_body={"note": "seen"}).task_instances[0].note
        == "seen"
    )
    assert c.patch_task_instance_by_map_index(**by_index).task_instances[0].state == "failed"
    group = badly | {"group_id": "middle", "patch_task_instance_body": failed}
    assert c.patch_task_group_instances_dry_run(**group).total_entries >= 1
    assert c.patch_task_group_instances(**group).total_entries >= 1
    c.refused((400, 422), "patch_task_instance", **one, patch_task_instance_body={"new_state": "running"})


def clearing(c: Client) -> None:
    body = {"dag_run_id": "well", "task_ids": ["extract"], "only_failed": False, "include_downstream": True}
    assert c.post_clear_task_instances(dag_id=CHAIN, clear_task_instances_body=body).total_entries == 4
    again = body | {"dry_run": False, "task_ids": ["load"], "include_downstream": False}
    assert c.post_clear_task_instances(dag_id=CHAIN, clear_task_instances_body=again).total_entries == 1
    until(lambda: c.get_task_instance(**RUN, task_id="load").try_number >= 2)
    until(lambda: c.get_dag_run(**RUN).state == "success")


def in_bulk(c: Client) -> None:
    badly = {"dag_id": CHAIN, "dag_run_id": "badly"}
    update = {"action": "update", "entities": [{"task_id": "load", "new_state": "success"}]}
    done = c.bulk_task_instances(**badly, bulk_body_bulk_task_instance_body={"actions": [update]})
    assert len(done.update.success) == 1
    assert c.get_task_instance(**badly, task_id="load").state == "success"
    c.delete_task_instance(**badly, task_id="load")
    c.refused(404, "get_task_instance", **badly, task_id="load")


def questions(c: Client) -> None:
    run = {"dag_id": "conform_ask", "dag_run_id": "asks"}
    body = {"dag_run_id": "asks", "logical_date": None}
    c.trigger_dag_run(dag_id="conform_ask", trigger_dag_run_post_body=body)
    until(lambda: c.get_hitl_details(**run).total_entries)
    one = run | {"task_id": "ask", "map_index": -1}
    asked = c.get_hitl_detail(**one)
    assert (asked.subject, asked.options, asked.response_received) == ("Go on?", ["Yes", "No"], False)
    c.refused(
        (400, 422), "update_hitl_detail", **one, update_hitl_detail_payload={"chosen_options": ["Maybe"]}
    )
    answer = {"chosen_options": ["Yes"], "params_input": {"why": "it may"}}
    assert c.update_hitl_detail(**one, update_hitl_detail_payload=answer).chosen_options == ["Yes"]
    c.refused(409, "update_hitl_detail", **one, update_hitl_detail_payload=answer)
    until(lambda: c.get_dag_run(**run).state == "success")
    assert c.get_hitl_details(dag_id="~", dag_run_id="~", response_received=True).total_entries == 1
    assert c.get_hitl_detail_try_detail(**one, try_number=1).response_received
