"""Which connection is tried out, and whose secrets go where; doing it is for ``tests/integration/system``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.integration.api.stage import CIPHER
from tests.integration.api.world import World

C = "/api/v2/connections"
STORED = {
    "connection_id": "kept", "conn_type": "http", "host": "good.example", "port": 443, "login": "me",
    "password": "pw-planted", "extra": '{"token": "tok-planted", "timeout": 3}',
}  # fmt: skip


def ask(world: World, client: httpx.Client, **body: Any) -> dict[str, Any] | httpx.Response:
    """What a worker would get to try out; the answer where it was refused."""
    world.sql("DELETE FROM connection_test_request")
    answer = client.post(f"{C}/enqueue-test", json=body)
    if answer.status_code != 202:
        return answer
    ((details,),) = world.sql("SELECT details FROM connection_test_request")
    assert "planted" not in details, "kept in clear"
    return json.loads(CIPHER.decrypt(details))


@pytest.fixture
def kept(admin: httpx.Client) -> None:
    admin.post(C, json=STORED)


def test_what_is_left_out_is_taken_from_what_is_stored(world: World, admin: httpx.Client, kept: None) -> None:
    found = ask(world, admin, connection_id="kept", conn_type="http", password="***", login="you")
    assert isinstance(found, dict)
    assert (found["login"], found["password"], found["host"]) == ("you", "pw-planted", "good.example")
    assert json.loads(found["extra"])["token"] == "tok-planted"
    shown = admin.get(f"{C}/kept").json()
    copied = {name: value for name, value in shown.items() if name != "team_name"}
    found = ask(world, admin, **copied)
    assert isinstance(found, dict)
    assert found["password"] == "pw-planted" and json.loads(found["extra"])["token"] == "tok-planted"


@pytest.mark.parametrize(
    "elsewhere",
    [{"host": "evil.example"}, {"port": 1}, {"schema": "http"}, {"conn_type": "ftp"},
     {"extra": '{"proxy": "evil.example", "token": "***"}'}],
)  # fmt: skip
def test_stored_secrets_go_nowhere_else(
    world: World, admin: httpx.Client, kept: None, elsewhere: dict[str, Any]
) -> None:
    named = {"connection_id": "kept", "conn_type": "http", **elsewhere}
    for secret in ({}, {"password": "***"}, {"password": None}, {"password": ""}):
        refused = ask(world, admin, **named, **secret)
        assert isinstance(refused, httpx.Response)
        assert (refused.status_code, "credentials" in refused.text) == (400, True), refused.text
    own = ask(world, admin, **named, password="mine")
    assert isinstance(own, dict)
    assert own["password"] == "mine" and "planted" not in json.dumps(own)
    assert own["login"] is None


def test_who_may_not_read_gets_nothing_of_what_is_stored(
    world: World, admin: httpx.Client, kept: None
) -> None:
    role = world.role("only_makes", ("can_create", "Connections"))
    with world.client(world.person("mara", role)) as mara:
        found = ask(world, mara, connection_id="kept", conn_type="http", password="***")
        assert isinstance(found, dict)
        assert "planted" not in json.dumps(found) and found["host"] is None
        overwriting = ask(world, mara, connection_id="kept", conn_type="http", commit_on_success=True)
        assert isinstance(overwriting, httpx.Response)
        assert overwriting.status_code == 403


def test_one_test_of_a_connection_at_a_time(admin: httpx.Client) -> None:
    body = {"connection_id": "once", "conn_type": "http"}
    assert admin.post(f"{C}/enqueue-test", json=body).status_code == 202
    again = admin.post(f"{C}/enqueue-test", json=body)
    assert (again.status_code, "'once'" in again.text) == (409, True)


def test_a_request_that_waits_in_vain_gives_up(world: World, admin: httpx.Client) -> None:
    body = {"connection_id": "in_vain", "conn_type": "http", "password": "pw-planted"}
    told = admin.post(f"{C}/test", json=body).json()
    assert told["status"] is False and "worker host" in told["message"]
    rows = world.sql("SELECT state, details FROM connection_test_request WHERE connection_id = 'in_vain'")
    assert rows == [("failed", None)], "it is not tried out when nobody waits any more"
    assert ("callbacks", "", "") in world.wakes()


def test_tokens_are_not_guessed_and_the_header_is_needed(admin: httpx.Client) -> None:
    assert admin.get(f"{C}/enqueue-test").status_code == 422
    missing = admin.get(f"{C}/enqueue-test", headers={"Airflow-Connection-Test-Token": "x"})
    assert missing.status_code == 404


def test_it_is_off_by_default(tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        world.start("bare")
        with world.client() as client:
            for path in (f"{C}/test", f"{C}/enqueue-test"):
                refused = client.post(path, json={"connection_id": "c", "conn_type": "http"})
                assert (refused.status_code, "[core] test_connection" in refused.text) == (403, True)
        assert world.sql("SELECT count(*) FROM connection_test_request") == [(0,)]
    finally:
        world.close()
