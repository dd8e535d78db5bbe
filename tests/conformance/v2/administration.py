"""Pools, variables, connections, configuration and what runs where."""

from __future__ import annotations

from tests.conformance.client import Client, until


def pools(c: Client) -> None:
    made = c.post_pool(
        pool_body={"name": "conform", "slots": 3, "description": "three", "include_deferred": True}
    )
    assert (made.name, made.slots, made.open_slots, made.include_deferred) == ("conform", 3, 3, True)
    assert c.get_pool(pool_name="conform") == made
    assert [pool.name for pool in c.get_pools(pool_name_pattern="onfor").pools] == ["conform"]
    assert [pool.name for pool in c.get_pools(pool_name_prefix_pattern="default_").pools] == ["default_pool"]
    assert [pool.name for pool in c.get_pools(order_by=["-slots"], limit=1).pools] == ["default_pool"]
    changed = c.patch_pool(
        pool_name="conform", pool_patch_body={"slots": 5, "description": "no"}, update_mask=["slots"]
    )
    assert (changed.slots, changed.description) == (5, "three")
    c.refused(409, "post_pool", pool_body={"name": "conform", "slots": 1})
    c.refused(400, "patch_pool", pool_name="conform", pool_patch_body={"slots": 1}, update_mask=["no"])
    many = c.bulk_pools(
        bulk_body_pool_body=_bulk([{"name": "conform_2", "slots": 1}], {"name": "conform", "slots": 7})
    )
    assert many.create.success == ["conform_2"] and many.update.success == ["conform"]
    gone = c.bulk_pools(bulk_body_pool_body={"actions": [{"action": "delete", "entities": ["conform_2"]}]})
    assert gone.delete.success == ["conform_2"]
    c.delete_pool(pool_name="conform")
    c.refused(404, "get_pool", pool_name="conform")
    c.refused(400, "delete_pool", pool_name="default_pool")


def variables(c: Client) -> None:
    made = c.post_variable(variable_body={"key": "conform", "value": {"a": [1]}, "description": "of a test"})
    assert (made.key, made.description, made.is_encrypted) == ("conform", "of a test", True)
    assert c.get_variable(variable_key="conform") == made
    changed = c.patch_variable(variable_key="conform", variable_body={"key": "conform", "value": "x"})
    assert changed.value == "x"
    assert c.get_variables(variable_key_pattern="conf%").total_entries == 1
    assert c.get_variables(variable_key_prefix_pattern="Conf").total_entries == 0
    c.refused(409, "post_variable", variable_body={"key": "conform", "value": "y"})
    bulk = _bulk([{"key": "conform_2", "value": "1"}], {"key": "conform", "value": "2"})
    many = c.bulk_variables(bulk_body_variable_body=bulk)
    assert many.create.success == ["conform_2"] and many.update.success == ["conform"]
    c.bulk_variables(bulk_body_variable_body={"actions": [{"action": "delete", "entities": ["conform_2"]}]})
    c.delete_variable(variable_key="conform")
    c.refused(404, "get_variable", variable_key="conform")


def connections(c: Client) -> None:
    body = {
        "connection_id": "conform",
        "conn_type": "http",
        "host": "example.org",
        "port": 80,
        "password": "hidden",
    }
    made = c.post_connection(
        connection_body=body | {"schema": "https", "extra": '{"token": "hidden", "a": 1}'}
    )
    assert (made.conn_type, made.host, made.port, made.var_schema) == ("http", "example.org", 80, "https")
    assert "hidden" not in repr(made)
    assert c.get_connection(connection_id="conform") == made
    assert c.get_connections(connection_id_pattern="conf", order_by=["conn_type"]).total_entries == 1
    changed = c.patch_connection(
        connection_id="conform", connection_body=body | {"host": "example.com"}, update_mask=["host"]
    )
    assert (changed.host, changed.port) == ("example.com", 80)
    c.refused(409, "post_connection", connection_body=body)
    two = {"connection_id": "conform_2", "conn_type": "ftp"}
    many = c.bulk_connections(bulk_body_connection_body=_bulk([two], body | {"port": 81}))
    assert many.create.success == ["conform_2"] and many.update.success == ["conform"]
    delete = {"action": "delete", "entities": ["conform_2"], "action_on_non_existence": "fail"}
    c.bulk_connections(bulk_body_connection_body={"actions": [delete]})
    again = c.bulk_connections(bulk_body_connection_body={"actions": [delete]})
    assert again.delete.errors[0]["status_code"] == 404
    c.delete_connection(connection_id="conform")
    c.refused(404, "get_connection", connection_id="conform")
    c.create_default_connections()
    assert c.get_connections(connection_id_pattern="sqlite_default").total_entries == 1


def connection_tests(c: Client) -> None:
    body = {"connection_id": "conform_tested", "conn_type": "sqlite", "host": ":memory:"}
    assert c.test_connection(connection_body=body).status in {True, False}
    queued = c.enqueue_connection_test(connection_test_request_body=body)
    assert c.get_connection_test(airflow_connection_test_token=queued.token).connection_id == "conform_tested"


def installation(c: Client) -> None:
    assert c.get_health().metadatabase.status == "healthy"
    assert c.get_version().version
    options = {option.key for section in c.get_config(section="core").sections for option in section.options}
    assert "parallelism" in options
    one = c.get_config_value(section="core", option="parallelism")
    assert one.sections[0].options[0].key == "parallelism"
    c.refused(404, "get_config_value", section="core", option="no_such")
    assert c.get_providers(limit=1).total_entries >= 0
    assert c.get_plugins().total_entries == 0
    assert c.import_errors().total_entries == 0


def jobs(c: Client) -> None:
    alive = until(lambda: [job for job in c.get_jobs(is_alive=True).jobs if job.job_type == "SchedulerJob"])
    assert alive[0].state == "running"
    assert c.get_jobs(job_type="NoSuchJob").total_entries == 0


def event_logs(c: Client) -> None:
    listed = c.get_event_logs(order_by=["-when"], event="post_pool")
    assert listed.total_entries == 2 and listed.event_logs[0].owner == "admin"
    assert c.get_event_log(event_log_id=listed.event_logs[0].event_log_id) == listed.event_logs[0]
    assert c.get_event_logs(excluded_events=["post_pool"], event_pattern="post_poo").total_entries == 0


def logging_in(c: Client) -> None:
    """The page that it leads to is for people: what counts is that it leads there."""
    c.login(next="/")


def logging_out(c: Client) -> None:
    c.logout()
    c.refused(403, "get_pools")


def _bulk(create: list[object], update: object) -> dict[str, object]:
    return {
        "actions": [
            {"action": "create", "entities": create, "action_on_existence": "fail"},
            {"action": "update", "entities": [update], "action_on_non_existence": "fail"},
        ]
    }
