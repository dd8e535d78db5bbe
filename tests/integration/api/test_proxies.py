"""S5: a proxy in front that says who people are; from everywhere else that is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.compat.cli.world import Home
from tests.integration.api.installation import free_port, installation
from tests.integration.api.test_people import status_becomes
from tests.integration.api.world import World

DAGS = "/api/v2/dags"
SETTINGS = {
    "API__PROXY_USER_HEADER": "X-Remote-User", "API__PROXY_GROUPS_HEADER": "X-Remote-Groups",
    "API__PROXY_ROLES_MAPPING": json.dumps({"ops": "Op", "staff": "Viewer"}),
}  # fmt: skip
ANN = {"X-Remote-User": "ann", "X-Remote-Groups": "Staff, others"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Home]]:
    home = tmp_path_factory.mktemp("proxy")
    with installation(home, API__TRUSTED_PROXIES="127.0.0.1/32", **SETTINGS) as made:
        made[0].person("local", "Viewer")
        yield made


@pytest.fixture
def client(house: tuple[World, Home]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house[0].url, timeout=20) as made:
        yield made


def test_whom_the_proxy_names_is_let_in_with_the_roles_of_their_groups(
    house: tuple[World, Home], client: httpx.Client
) -> None:
    _, shell = house
    assert client.get(DAGS, headers=ANN).status_code == 200
    assert client.get("/api/v2/connections", headers=ANN).status_code == 403
    more = {**ANN, "X-Remote-Groups": "staff,OPS"}
    assert client.get("/api/v2/connections", headers=more).status_code == 200
    assert client.get(DAGS, headers={"X-Remote-User": "stranger"}).status_code == 403, "in no group: Public"
    listed = {
        one["username"]: one["roles"] for one in json.loads(shell.ok("users", "list", "-o", "json").out)
    }
    assert listed["stranger"] == ["Public"]
    assert client.get("/login", headers=ANN, params={"next": "/x"}).headers["location"] == "/x"


def test_without_the_header_people_log_in_as_ever(house: tuple[World, Home], client: httpx.Client) -> None:
    assert client.get(DAGS).status_code == 401
    assert client.get(DAGS, headers={"X-Remote-User": ""}).status_code == 401
    with house[0].client("local") as local:
        assert local.get(DAGS).status_code == 200


def test_never_both(house: tuple[World, Home]) -> None:
    with house[0].client("local") as local:
        refused = local.get(DAGS, headers=ANN)
        assert refused.status_code == 401 and "a proxy says" in refused.json()["detail"]
        token = local.headers.pop("Authorization").removeprefix("Bearer ")
        assert local.get(DAGS, headers={**ANN, "Cookie": f"_token={token}"}).status_code == 401
        password = ("local", "password of local")
        assert local.get("/api/v1/dags", auth=password).status_code == 200
        assert local.get("/api/v1/dags", auth=password, headers=ANN).status_code == 401
        assert local.get("/api/v1/dags", headers=ANN).status_code == 200


@pytest.mark.parametrize("name", ["local", "admin", "service:ci", "x" * 600])
def test_a_name_of_somebody_else_is_refused(client: httpx.Client, name: str) -> None:
    refused = client.get(DAGS, headers={**ANN, "X-Remote-User": name})
    assert (refused.status_code, "the proxy says" in refused.json()["detail"]) == (403, True)


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_pages_of_others_change_nothing(client: httpx.Client, header: dict[str, str]) -> None:
    who = {**ANN, "X-Remote-Groups": "ops"}
    pool = {"name": "foreign", "slots": 1}
    assert client.post("/api/v2/pools", json=pool, headers={**who, **header}).status_code == 403
    assert client.get("/api/v2/pools/foreign", headers=who).status_code == 404


def test_a_disabled_user_stays_out(house: tuple[World, Home], client: httpx.Client) -> None:
    client.headers.update({**ANN, "X-Remote-User": "dis"})
    assert client.get(DAGS).status_code == 200
    house[0].sql("UPDATE ab_user SET active = 0 WHERE username = 'dis'")
    status_becomes(client, DAGS, 403)


def test_the_header_from_elsewhere_is_refused(tmp_path: Path) -> None:
    """What is forwarded does not make an address trusted, nor does it make a trusted one a stranger."""
    with (
        installation(tmp_path, API__TRUSTED_PROXIES="10.9.8.0/24", **SETTINGS) as (world, _),
        httpx.Client(base_url=world.url, timeout=20) as client,
    ):
        for extra in ({}, {"X-Forwarded-For": "10.9.8.7"}):
            refused = client.get(DAGS, headers={**ANN, **extra})
            assert refused.status_code == 403 and "trusted proxy only" in refused.json()["detail"]
        assert world.sql("SELECT count(*) FROM ab_user") == [(0,)]


@pytest.mark.parametrize(
    ("environ", "forwards"), [("10.0.0.1", "127.0.0.1"), ("10.0.0.1, 127.0.0.0/8", "203.0.113.9")]
)
def test_uvicorns_word_for_who_forwards_counts(tmp_path: Path, environ: str, forwards: str) -> None:
    """``FORWARDED_ALLOW_IPS``, of which Airflow's documentation speaks."""
    with installation(tmp_path, plain={"FORWARDED_ALLOW_IPS": environ}) as (world, _):
        who = {"username": "nobody", "password": "x"}
        httpx.post(
            f"{world.url}/auth/token", json=who, headers={"X-Forwarded-For": "203.0.113.9"}, timeout=20
        )
        rows = world.sql("SELECT extra FROM log WHERE event = 'login_failed'")
    assert [json.loads(extra)["address"] for (extra,) in rows] == [forwards]


def test_what_airflow_2_said_in_python_is_named_and_never_run(tmp_path: Path) -> None:
    (tmp_path / "webserver_config.py").write_text(
        f"from flask_appbuilder.const import AUTH_REMOTE_USER\nAUTH_TYPE = AUTH_REMOTE_USER\n"
        f"open({str(tmp_path / 'it ran')!r}, 'w')\n"
    )
    with installation(tmp_path) as (_, shell):
        assert "AUTH_TYPE = AUTH_REMOTE_USER, but is not read" in shell.printed("api-server")
    assert not (tmp_path / "it ran").exists()


def test_behind_the_proxy_the_address_is_the_visitors(
    house: tuple[World, Home], client: httpx.Client
) -> None:
    who = {**ANN, "X-Forwarded-For": "203.0.113.9", "X-Remote-Groups": "ops"}
    assert client.post("/api/v2/pools", json={"name": "p", "slots": 1}, headers=who).status_code == 201
    rows = house[0].sql("SELECT owner, extra FROM log WHERE event LIKE '%pool%'")
    assert [(owner, json.loads(extra)["address"]) for owner, extra in rows] == [("ann", "203.0.113.9")]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "say in [api] trusted_proxies"),
        ({"API__TRUSTED_PROXIES": "10.0.0.1/8"}, "got '10.0.0.1/8'"),
        (
            {"API__TRUSTED_PROXIES": "10.0.0.1", "API__PROXY_ROLES_MAPPING": "[]"},
            "proxy_roles_mapping must be",
        ),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_named_at_the_start(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    World(tmp_path).close()
    environ = {f"AIRFLOW__{name}": value for name, value in {**SETTINGS, **settings}.items()}
    done = Home(tmp_path, **environ).run("api-server", "--port", str(free_port()))
    assert done.code != 0 and said in done.err, done
