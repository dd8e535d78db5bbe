"""What is secret in connections and variables goes in and never out; changes in bulk."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.integration.api.serve import CIPHER_KEY
from tests.integration.api.world import World

from tradewind.secrets.cipher import Cipher

C, V, P = "/api/v2/connections", "/api/v2/variables", "/api/v2/pools"


def stored(world: World, conn_id: str) -> tuple[Any, ...]:
    rows = world.sql("SELECT host, password, extra FROM connection WHERE conn_id = ?", conn_id)
    return tuple(rows[0])


def connect(admin: httpx.Client, conn_id: str, **fields: Any) -> dict[str, Any]:
    answer = admin.post(C, json={"connection_id": conn_id, "conn_type": "http", **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_no_planted_secret_is_in_any_answer(admin: httpx.Client) -> None:
    connect(
        admin, "planted", host="https://u:planted-in-url@h/x", password="planted-word",
        extra='{"nested": {"api_key": "planted-key"}, "dsn": "db://me:planted-dsn@h", "note": "plain"}',
    )  # fmt: skip
    admin.post(V, json={"key": "planted_token", "value": "planted-token"})
    admin.post(V, json={"key": "planted_json", "value": {"password": "planted-inside", "n": 1}})
    answers = [
        admin.get(path).text for path in (C, f"{C}/planted", V, f"{V}/planted_json", "/api/v2/eventLogs")
    ]
    assert "plain" in answers[1]
    for secret in ("word", "key", "dsn", "inside", "in-url"):
        assert not [text for text in answers if f"planted-{secret}" in text], secret
    assert '"value":"***"' in admin.get(f"{V}/planted_token").text


def test_they_are_stored_encrypted(world: World, admin: httpx.Client) -> None:
    connect(admin, "sealed", password="open-sesame", extra='{"a": "open-sesame"}')
    assert "open-sesame" not in str(stored(world, "sealed"))


def test_sending_back_what_was_shown_changes_no_secret(world: World, admin: httpx.Client) -> None:
    shown = connect(admin, "round", password="kept-password", extra='{"token": "kept-token", "timeout": 1}')
    answer = admin.patch(f"{C}/round", json={**shown, "host": "new"})
    assert answer.status_code == 200, answer.text
    changed = {**answer.json(), "extra": '{"token": "***", "timeout": 2}'}
    assert admin.patch(f"{C}/round", json=changed).status_code == 200
    host, password, extra = stored(world, "round")
    cipher = Cipher([CIPHER_KEY])
    assert (host, cipher.decrypt(password)) == ("new", "kept-password")
    assert cipher.decrypt(extra) == '{"token": "kept-token", "timeout": 2}'


def test_a_mask_narrows_what_is_changed(admin: httpx.Client) -> None:
    connect(admin, "masked", host="a", port=1)
    body = {"connection_id": "masked", "conn_type": "ftp", "host": "b", "port": 2}
    answer = admin.patch(f"{C}/masked", params={"update_mask": ["host"]}, json=body).json()
    assert (answer["host"], answer["port"], answer["conn_type"]) == ("b", 1, "http")
    wrong = admin.patch(f"{C}/masked", params={"update_mask": ["hots"]}, json=body)
    assert (wrong.status_code, "'hots'" in wrong.text) == (400, True)


def test_what_is_not_sent_stays(admin: httpx.Client) -> None:
    connect(admin, "partly", host="a", login="me")
    answer = admin.patch(f"{C}/partly", json={"connection_id": "partly", "conn_type": "ftp"}).json()
    assert (answer["host"], answer["login"], answer["conn_type"]) == ("a", "me", "ftp")


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"connection_id": "a b"}, 400, "a b"),
        ({"connection_id": "x" * 300}, 422, "connection_id"),
        ({"conn_type": ""}, 422, "conn_type"),
        ({"port": 70_000}, 422, "port"),
        ({"extra": "[1]"}, 422, "extra"),
        ({"extra": "no json"}, 422, "extra"),
        ({"hots": "typo"}, 422, "hots"),
        ({"host": "a\0b"}, 422, "host"),
        ({"team_name": "blue"}, 400, "blue"),
    ],
)
def test_a_connection_that_cannot_be(admin: httpx.Client, fields: Any, status: int, word: str) -> None:
    before = admin.get(C).json()["total_entries"]
    answer = admin.post(C, json={"connection_id": "bad", "conn_type": "http", **fields})
    assert (answer.status_code, word in answer.text) == (status, True), answer.text
    assert admin.get(C).json()["total_entries"] == before


def test_names_that_are_taken_differ_or_are_missing(admin: httpx.Client) -> None:
    connect(admin, "taken")
    body = {"connection_id": "taken", "conn_type": "http"}
    assert admin.post(C, json=body).status_code == 409
    assert admin.patch(f"{C}/other", json=body).status_code == 400
    missing = {**body, "connection_id": "nobody"}
    assert admin.patch(f"{C}/nobody", json=missing).status_code == 404
    assert admin.delete(f"{C}/nobody").status_code == 404
    assert admin.patch(f"{V}/none", json={"key": "none", "value": 1}).status_code == 404
    assert admin.delete(f"{V}/none").status_code == 404
    assert admin.patch(f"{P}/none", json={"slots": 1}).status_code == 404
    assert admin.delete(f"{P}/none").status_code == 404


def bulk(admin: httpx.Client, *actions: Any) -> Any:
    answer = admin.patch(V, json={"actions": list(actions)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def keys(admin: httpx.Client, prefix: str) -> list[str]:
    params = {"variable_key_prefix_pattern": prefix, "order_by": "key"}
    return [one["key"] for one in admin.get(V, params=params).json()["variables"]]


def test_one_name_that_is_there_refuses_its_action_only(admin: httpx.Client) -> None:
    admin.post(V, json={"key": "b1_old", "value": "old"})
    new, old = {"key": "b1_new", "value": "n"}, {"key": "b1_old", "value": "changed"}
    result = bulk(
        admin,
        {"action": "create", "entities": [new, old]},
        {"action": "update", "entities": [old], "update_mask": ["value"]},
    )
    assert result["create"]["success"] == []
    assert result["create"]["errors"][0]["status_code"] == 409
    assert "b1_old" in result["create"]["errors"][0]["error"]
    assert (result["update"]["success"], result["delete"]) == (["b1_old"], None)
    assert (keys(admin, "b1_"), admin.get(f"{V}/b1_old").json()["value"]) == (["b1_old"], "changed")


def test_skip_and_overwrite(admin: httpx.Client) -> None:
    admin.post(V, json={"key": "b2_a", "value": "old"})
    both = [{"key": "b2_a", "value": "new"}, {"key": "b2_b", "value": "new"}]
    skipped = bulk(admin, {"action": "create", "entities": both, "action_on_existence": "skip"})
    assert skipped["create"]["success"] == ["b2_b"]
    assert admin.get(f"{V}/b2_a").json()["value"] == "old"
    written = bulk(admin, {"action": "create", "entities": both, "action_on_existence": "overwrite"})
    assert written["create"]["success"] == ["b2_a", "b2_b"]
    assert admin.get(f"{V}/b2_a").json()["value"] == "new"
    gone = {"action": "delete", "entities": ["b2_a", "b2_c"], "action_on_non_existence": "skip"}
    assert bulk(admin, gone)["delete"]["success"] == ["b2_a"]
    assert keys(admin, "b2_") == ["b2_b"]


def test_what_is_malformed_changes_nothing(admin: httpx.Client) -> None:
    good = {"action": "create", "entities": [{"key": "b3_good", "value": "1"}]}
    for bad in (
        {"action": "create", "entities": [{"key": "b3", "value": "1", "extra": 1}]},
        {"action": "drop", "entities": []},
        {"action": "delete", "entities": [f"b3_{n}" for n in range(1_001)]},
    ):
        answer = admin.patch(V, json={"actions": [good, bad]})
        assert answer.status_code in {400, 422}, answer.text
    assert keys(admin, "b3_") == []


def test_a_name_that_cannot_be_is_refused_alone(admin: httpx.Client) -> None:
    entities = [{"key": " ", "value": "1"}, {"key": "b4", "value": "1"}]
    created = bulk(admin, {"action": "create", "entities": entities})["create"]
    assert (created["success"], [one["status_code"] for one in created["errors"]]) == (["b4"], [400])


def test_a_pool_in_use_is_not_deleted(world: World, admin: httpx.Client) -> None:
    admin.post(P, json={"name": "busy", "slots": 1})
    world.dag("in_busy")
    world.run("in_busy")
    world.set_state("in_busy", "extract", "running", try_number=1)
    world.sql("UPDATE task_instance SET pool = 'busy' WHERE dag_id = 'in_busy'")
    answer = admin.delete(f"{P}/busy")
    assert (answer.status_code, "busy" in answer.text) == (409, True)
    assert admin.delete(f"{P}/default_pool").status_code == 400
    assert admin.get(f"{P}/busy").status_code == 200


def test_only_those_who_may(world: World) -> None:
    for name, reads, writes in (("vera", 403, 403), ("udo", 403, 403), ("olga", 200, 201)):
        with world.client(name) as client:
            assert client.get(C).status_code == client.get(V).status_code == reads
            assert client.post(V, json={"key": f"by_{name}", "value": "1"}).status_code == writes
            body = {"connection_id": f"by_{name}", "conn_type": "http"}
            assert client.post(C, json=body).status_code == writes
            assert client.post(P, json={"name": f"by {name}", "slots": 1}).status_code == writes


def test_a_value_that_no_key_opens_hides_nothing_else(world: World, admin: httpx.Client) -> None:
    connect(admin, "lost", extra='{"a": 1}')
    world.sql("UPDATE connection SET extra = 'gAAAAAnonsense' WHERE conn_id = 'lost'")
    shown = admin.get(f"{C}/lost").json()
    assert (shown["extra"], shown["conn_type"]) == ("***", "http")


def test_more_than_a_page_of_connections_is_known_in_bulk(world: World, admin: httpx.Client) -> None:
    many = [{"connection_id": f"page_{n}", "conn_type": "http"} for n in range(60)]
    for entity in many:
        connect(admin, entity["connection_id"], password="kept-password")
    skipped = {"action": "create", "entities": many, "action_on_existence": "skip"}
    done = admin.patch(C, json={"actions": [skipped]}).json()
    assert done["create"]["success"] == []
    rows = world.sql("SELECT count(*) FROM connection WHERE conn_id LIKE 'page_%' AND password IS NOT NULL")
    assert rows == [(60,)]


def test_an_overwriting_create_keeps_secrets_that_are_sent_back_as_shown(
    world: World, admin: httpx.Client
) -> None:
    shown = connect(admin, "over", password="kept-password")
    again = {"action": "create", "entities": [{**shown, "host": "h"}], "action_on_existence": "overwrite"}
    assert admin.patch(C, json={"actions": [again]}).json()["create"]["success"] == ["over"]
    host, password, _ = stored(world, "over")
    assert (host, Cipher([CIPHER_KEY]).decrypt(password)) == ("h", "kept-password")


def test_a_bulk_update_leaves_what_is_not_sent(admin: httpx.Client) -> None:
    admin.post(P, json={"name": "partly", "slots": 1, "description": "d", "include_deferred": True})
    update = {"action": "update", "entities": [{"name": "partly", "slots": 5}]}
    admin.patch(P, json={"actions": [update]})
    shown = admin.get(f"{P}/partly").json()
    assert (shown["slots"], shown["description"], shown["include_deferred"]) == (5, "d", True)


def test_what_no_key_opens_can_be_deleted(world: World, admin: httpx.Client) -> None:
    admin.post(V, json={"key": "sealed", "value": "1"})
    world.sql("UPDATE variable SET val = 'gAAAAAnonsense' WHERE key = 'sealed'")
    assert admin.get(f"{V}/sealed").json()["value"] == "***"
    assert admin.patch(f"{V}/sealed", json={"key": "sealed", "description": "d"}).status_code == 422
    changed = admin.patch(f"{V}/sealed", json={"key": "sealed", "value": "2"})
    assert (changed.status_code, "another key" in changed.text) == (409, True)
    assert admin.delete(f"{V}/sealed").status_code == 204


def test_secrets_of_other_sections_are_not_in_the_configuration(world: World, admin: httpx.Client) -> None:
    (world.home / "airflow.cfg").write_text(
        "[my_team]\napi_token = planted-token\nurl = db://me:planted-dsn@h\nname = plain\n"
    )
    told = admin.get("/api/v2/config", params={"section": "my_team"}).text
    assert ("plain" in told, "planted" in told) == (True, False)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/dags?offset=9223372036854775808",
        "/api/v2/dags/~/dagRuns/~/taskInstances?start_date_gte=0001-01-01T00:00:00%2B01:00",
        "/api/v2/dags/d/dagRuns/r/taskInstances/t/--5",
        "/api/v2/dags/d/dagRuns/r/taskInstances/t/99999999999999999999",
        "/api/v2/assets/99999999999999999999",
        "/api/v2/dags/d/dagRuns/r/taskInstances/t/tries?map_index=99999999999999999999",
    ],
)
def test_numbers_and_dates_beyond_all_bounds_are_the_senders_fault(admin: httpx.Client, path: str) -> None:
    answer = admin.get(path)
    assert 400 <= answer.status_code < 500, answer.text


def test_unknown_parameters_are_left_alone(admin: httpx.Client) -> None:
    assert admin.get("/api/v2/providers", params={"order_by": "name"}).status_code == 200
