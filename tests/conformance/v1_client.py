"""The published client of Airflow 2 drives every operation of REST v1; a line for each, and the exit code.

``python -m tests.conformance.v1_client --url URL --user U --password P``, in an environment that has the
client, against a server that has read ``tests/conformance/dags``.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import pkgutil
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from airflow_client.client import ApiClient, Configuration, api
from airflow_client.client.exceptions import ApiException
from airflow_client.client.model_utils import validate_and_convert_types

CHAIN, LONG, MAKES, WAITS = "conform_chain", "conform_long", "conform_makes", "conform_waits"
DAY, URI = "2026-02-01T00:00:00+00:00", "s3://conform/made"


class Client:
    """Every operation of the published client by its name; bodies may be given as dictionaries."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.configuration = Configuration(host=f"{url}/api/v1", username=user, password=password)
        connection = ApiClient(self.configuration)
        self.endpoints: dict[str, Any] = {}
        self.methods: dict[str, Callable[..., Any]] = {}
        for module in pkgutil.iter_modules(api.__path__):
            for kind in vars(importlib.import_module(f"{api.__name__}.{module.name}")).values():
                if inspect.isclass(kind) and kind.__name__.endswith("Api"):
                    made = kind(connection)
                    ends = {name: end for name, end in vars(made).items() if name.endswith("_endpoint")}
                    self.endpoints |= {name.removesuffix("_endpoint"): end for name, end in ends.items()}
                    self.methods |= {
                        name: getattr(made, name) for name in self.endpoints if hasattr(made, name)
                    }
        self.called: list[str] = []
        self.good: set[str] = set()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda **arguments: self.call(name, **arguments)

    def call(self, name: str, **arguments: Any) -> Any:
        """What the operation answers, as an object of the client. Raises ApiException, ApiTypeError."""
        self.called.append(name)
        endpoint = self.endpoints[name]
        body = {
            key: self._model(endpoint.openapi_types[key], value)
            for key, value in arguments.items()
            if endpoint.location_map[key] == "body"
        }
        found = self.methods[name](**{**arguments, **body})
        self.good.add(name)
        return found

    def _model(self, kinds: tuple[type, ...], value: Any) -> Any:
        return validate_and_convert_types(value, kinds, ["body"], True, True, self.configuration)

    def refused(self, status: int, name: str, **arguments: Any) -> str:
        """What the refusal says; it must have that status, and the form of a problem."""
        try:
            found = self.call(name, **arguments)
        except ApiException as error:
            told = json.loads(error.body)
            assert error.status == told["status"] == status, (
                f"{error.status} instead of {status}: {error.body}"
            )
            return str(told["detail"])
        self.good.discard(name)
        raise AssertionError(f"answered {found!r} instead of {status}")


def until(fact: Callable[[], Any], seconds: float = 60) -> Any:
    """The fact, once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)
    return found


# --- the story -----------------------------------------------------------------------------------------


def dags(c: Client) -> None:
    until(lambda: c.get_dags(dag_id_pattern="conform").total_entries >= 6)
    listed = c.get_dags(limit=1, offset=1, order_by="-dag_id", tags=["conform"], only_active=True)
    assert listed.total_entries >= 1 and len(listed.dags) <= 1
    assert [dag.dag_id for dag in c.get_dags(dag_id_pattern=CHAIN, paused=False).dags] == [CHAIN]
    dag = c.get_dag(dag_id=CHAIN)
    assert (dag.is_active, dag.is_paused, dag.schedule_interval) == (True, False, None)
    details = c.get_dag_details(dag_id=CHAIN)
    assert details.doc_md == "# Conform" and details.params["end"]["value"] == "well"
    assert len(c.get_tasks(dag_id=CHAIN, order_by="task_id").tasks) == 4
    assert c.get_task(dag_id=CHAIN, task_id="load").class_ref.class_name == "Linked"
    assert c.patch_dag(dag_id=CHAIN, dag={"is_paused": True}, update_mask=["is_paused"]).is_paused is True
    changed = c.patch_dags(dag_id_pattern=CHAIN, dag={"is_paused": False})
    assert [one.is_paused for one in changed.dags] == [False]
    c.refused(404, "get_dag", dag_id="ghost")
    c.refused(404, "get_task", dag_id=CHAIN, task_id="ghost")
    c.refused(400, "get_dags", order_by="nonsense")


def files(c: Client) -> None:
    token = c.get_dag(dag_id=CHAIN).file_token
    assert "conform" in str(c.get_dag_source(file_token=token))
    c.reparse_dag_file(file_token=token)
    c.refused(404, "reparse_dag_file", file_token="ghost")
    failed = until(lambda: c.get_import_errors(order_by="-import_error_id").import_errors)
    number = failed[0].import_error_id
    assert "on purpose" in c.get_import_error(import_error_id=number).stack_trace
    c.refused(404, "get_import_error", import_error_id=987654)
    c.get_dag_warnings(dag_id=CHAIN, limit=1)


def runs(c: Client) -> None:
    made = c.post_dag_run(
        dag_id=CHAIN, dag_run={"dag_run_id": "well", "logical_date": DAY, "note": "by hand"}
    )
    assert (made.run_type, made.external_trigger, made.note) == ("manual", True, "by hand")
    c.refused(409, "post_dag_run", dag_id=CHAIN, dag_run={"dag_run_id": "well"})
    c.refused(400, "post_dag_run", dag_id=CHAIN, dag_run={"conf": {"end": "never"}})
    until(lambda: str(c.get_dag_run(dag_id=CHAIN, dag_run_id="well").state) == "success")
    assert (
        c.get_dag_runs(dag_id=CHAIN, execution_date_gte=made.execution_date, state=["success"]).total_entries
        == 1
    )
    batch = c.get_dag_runs_batch(
        list_dag_runs_form={"dag_ids": [CHAIN], "page_limit": 1, "order_by": "-run_id"}
    )
    assert [run.dag_run_id for run in batch.dag_runs] == ["well"]
    assert c.get_dag_stats(dag_ids=CHAIN).total_entries == 1
    ids = {"dag_id": CHAIN, "dag_run_id": "well"}
    assert c.set_dag_run_note(**ids, set_dag_run_note={"note": "seen"}).note == "seen"
    assert str(c.update_dag_run_state(**ids, update_dag_run_state={"state": "failed"}).state) == "failed"
    c.clear_dag_run(**ids, clear_dag_run={"dry_run": True})
    c.clear_dag_run(**ids, clear_dag_run={"dry_run": False})
    until(lambda: str(c.get_dag_run(**ids).state) == "success")
    c.get_upstream_dataset_events(**ids)
    c.refused(404, "get_dag_run", dag_id=CHAIN, dag_run_id="ghost")


def instances(c: Client) -> None:
    ids = {"dag_id": CHAIN, "dag_run_id": "well"}
    one, mapped = {**ids, "task_id": "extract"}, {**ids, "task_id": "middle.transform", "map_index": 1}
    assert c.get_task_instances(**ids, state=["success"]).total_entries == 5
    batch = {"dag_ids": [CHAIN], "state": ["success"], "page_limit": 2}
    assert len(c.get_task_instances_batch(list_task_instance_form=batch).task_instances) == 2
    assert str(c.get_task_instance(**one).state) == "success"
    assert c.get_mapped_task_instance(**mapped).map_index == 1
    assert c.get_mapped_task_instances(**ids, task_id="middle.transform", limit=1).total_entries == 2
    assert c.get_task_instance_tries(**one, limit=1).total_entries >= 1
    assert c.get_task_instance_try_details(**one, task_try_number=1).try_number == 1
    assert c.get_mapped_task_instance_tries(**mapped).total_entries >= 1
    assert c.get_mapped_task_instance_try_details(**mapped, task_try_number=1).map_index == 1
    assert c.set_task_instance_note(**one, set_task_instance_note={"note": "a"}).note == "a"
    assert c.set_mapped_task_instance_note(**mapped, set_task_instance_note={"note": "b"}).note == "b"
    c.get_task_instance_dependencies(**one)
    c.get_mapped_task_instance_dependencies(**mapped)
    assert "said" in c.get_log(**{**ids, "task_id": "middle.say"}, task_try_number=1)["content"]
    assert c.get_xcom_entries(**one).total_entries == 1
    assert c.get_xcom_entry(**one, xcom_key="return_value").value == "[1, 2]"
    (link,) = c.get_extra_links(**ids, task_id="load").extra_links
    assert (link.name, link.href) == ("Manual", "https://example.org/load")
    c.refused(404, "get_task_instance", **ids, task_id="ghost")
    c.refused(404, "get_xcom_entry", **one, xcom_key="ghost")


def marking(c: Client) -> None:
    made = c.post_dag_run(dag_id=LONG, dag_run={"dag_run_id": "marked"})
    ids = {"dag_id": LONG, "dag_run_id": "marked", "task_id": "sleep"}
    until(lambda: str(c.get_task_instance(**ids).state) == "running")
    c.patch_task_instance(**ids, update_task_instance={"dry_run": True, "new_state": "success"})
    c.patch_task_instance(**ids, update_task_instance={"dry_run": False, "new_state": "failed"})
    assert str(c.get_task_instance(**ids).state) == "failed"
    cleared = {"dry_run": True, "dag_run_id": "marked", "task_ids": ["sleep"], "only_failed": True}
    found = c.post_clear_task_instances(dag_id=LONG, clear_task_instances=cleared).task_instances
    assert [instance.task_id for instance in found] == ["sleep"]
    flags = dict.fromkeys(("include_upstream", "include_downstream", "include_future", "include_past"), False)
    by_date = {"task_id": "sleep", "execution_date": made.execution_date.isoformat(), "new_state": "success"}
    body = {**by_date, **flags, "dry_run": False}
    c.post_set_task_instances_state(dag_id=LONG, update_task_instances_state=body)
    assert str(c.get_task_instance(**ids).state) == "success"
    mapped = {"dag_id": CHAIN, "dag_run_id": "well", "task_id": "middle.transform", "map_index": 0}
    c.patch_mapped_task_instance(**mapped, update_task_instance={"dry_run": True, "new_state": "failed"})
    c.delete_dag_run(dag_id=LONG, dag_run_id="marked")
    c.refused(404, "delete_dag_run", dag_id=LONG, dag_run_id="marked")


def datasets(c: Client) -> None:
    until(lambda: c.get_datasets(uri_pattern="conform/made").total_entries == 1)
    assert c.get_datasets(dag_ids=WAITS, order_by="uri", limit=1).total_entries == 2
    assert [one.dag_id for one in c.get_dataset(uri=URI).producing_tasks] == [MAKES]
    event = c.create_dataset_event(create_dataset_event={"dataset_uri": URI, "extra": {"k": 1}})
    assert event.extra == {"k": 1, "from_rest_api": True}
    assert c.get_dataset_events(dataset_id=event.dataset_id, order_by="-timestamp").total_entries >= 1
    for delete in (
        "delete_dag_dataset_queued_event",
        "delete_dag_dataset_queued_events",
        "delete_dataset_queued_events",
    ):
        assert c.get_dag_dataset_queued_event(dag_id=WAITS, uri=URI).uri == URI
        assert c.get_dag_dataset_queued_events(dag_id=WAITS).total_entries == 1
        assert c.get_dataset_queued_events(uri=URI).total_entries >= 1
        names = c.endpoints[delete].params_map["required"]
        c.call(delete, **{name: {"dag_id": WAITS, "uri": URI}[name] for name in names})
        c.refused(404, "get_dag_dataset_queued_event", dag_id=WAITS, uri=URI)
        c.create_dataset_event(create_dataset_event={"dataset_uri": URI})
    c.refused(404, "get_dataset", uri="s3://ghost")


def pools(c: Client) -> None:
    assert c.post_pool(pool={"name": "conform", "slots": 2}).open_slots == 2
    c.refused(409, "post_pool", pool={"name": "conform", "slots": 2})
    assert c.patch_pool(pool_name="conform", pool={"name": "conform", "slots": 3}).slots == 3
    assert c.get_pool(pool_name="conform").slots == 3
    assert c.get_pools(limit=1, order_by="name").total_entries >= 2
    c.delete_pool(pool_name="conform")
    c.refused(404, "get_pool", pool_name="conform")


def variables(c: Client) -> None:
    assert c.post_variables(variable={"key": "conform", "value": "1"}).value == "1"
    changed = c.patch_variable(variable_key="conform", variable={"key": "conform", "value": "2"})
    assert changed.value == c.get_variable(variable_key="conform").value == "2"
    assert c.get_variables(limit=1, order_by="-key").total_entries >= 1
    c.delete_variable(variable_key="conform")
    c.refused(404, "get_variable", variable_key="conform")


def connections(c: Client) -> None:
    body = {"connection_id": "conform", "conn_type": "http", "host": "a", "password": "secret"}
    assert c.post_connection(connection=body).host == "a"
    c.refused(409, "post_connection", connection=body)
    changed = c.patch_connection(
        connection_id="conform",
        connection={"connection_id": "conform", "conn_type": "http", "host": "b"},
        update_mask=["host"],
    )
    assert changed.host == c.get_connection(connection_id="conform").host == "b"
    assert c.get_connections(limit=1, order_by="connection_id").total_entries >= 1
    c.delete_connection(connection_id="conform")
    c.refused(404, "get_connection", connection_id="conform")
    assert isinstance(
        c.test_connection(connection={"connection_id": "x", "conn_type": "sqlite"}).status, bool
    )


def people(c: Client) -> None:
    may = {"action": {"name": "can_read"}, "resource": {"name": "DAGs"}}
    assert c.post_role(role={"name": "conform", "actions": [may]}).actions[0].action.name == "can_read"
    assert len(c.get_role(role_name="conform").actions) == 1
    assert not c.patch_role(role_name="conform", role={"name": "conform", "actions": []}).actions
    assert c.get_roles(limit=1).total_entries >= 6
    assert c.get_permissions(limit=2).total_entries >= 4
    body = {
        "username": "conform",
        "email": "c@example.org",
        "password": "p",
        "first_name": "C",
        "last_name": "F",
    }
    made = c.post_user(user={**body, "roles": [{"name": "conform"}]})
    assert [role.name for role in made.roles] == ["conform"]
    c.refused(409, "post_user", user=body)
    assert c.patch_user(username="conform", user={**body, "first_name": "D"}).first_name == "D"
    assert c.get_user(username="conform").email == "c@example.org"
    assert c.get_users(limit=1, order_by="username").total_entries >= 1
    c.delete_user(username="conform")
    c.delete_role(role_name="conform")
    c.refused(404, "get_user", username="conform")
    c.refused(404, "get_role", role_name="conform")


def installation(c: Client) -> None:
    assert str(c.get_health().metadatabase.status) == "healthy"
    assert c.get_version().version
    c.get_config(section="core")
    c.get_value(section="core", option="parallelism")
    c.get_plugins(limit=1)
    c.get_providers()
    found = c.get_event_logs(limit=1, dag_id=CHAIN, order_by="-event_log_id")
    assert found.total_entries >= 1
    assert c.get_event_log(event_log_id=found.event_logs[0].event_log_id).dag_id == CHAIN
    c.refused(404, "get_event_log", event_log_id=987654)
    stranger = Client(c.configuration.host.removesuffix("/api/v1"), "admin", "wrong")
    stranger.refused(401, "get_dags")


def deleting(c: Client) -> None:
    c.delete_dag(dag_id="conform_daily")
    c.refused(404, "delete_dag", dag_id="ghost")


STORY = (
    dags, files, runs, instances, marking, datasets, pools, variables, connections, people, installation,
    deleting,
)  # fmt: skip


def main() -> int:
    """A line for each operation; 0 where all are well."""
    parser = argparse.ArgumentParser()
    for word in ("--url", "--user", "--password"):
        parser.add_argument(word, required=True)
    client = Client(**vars(parser.parse_args()))
    failures: dict[str, str] = {}
    for chapter in STORY:
        try:
            chapter(client)
        except Exception as error:  # noqa: BLE001 - each chapter is told, and each fault is counted
            line = traceback.extract_tb(error.__traceback__)[1].line
            failures[client.called[-1]] = f"{getattr(error, 'body', None) or repr(error)[:300]} at {line}"
    bad = 0
    for name in sorted(client.endpoints):
        why = failures.get(name) or ("" if name in client.good else "was not called")
        bad += bool(why)
        print(f"fails    {name}: {why}" if why else f"ok       {name}")
    print(f"v1: {bad} of {len(client.endpoints)} operations fail")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
