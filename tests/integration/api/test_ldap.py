"""S6, S19: logging in with the names and passwords of a real LDAP server."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.compat.cli.world import Home
from tests.integration.api import directory
from tests.integration.api.directory import BASE, GROUPS, PEOPLE, Server
from tests.integration.api.installation import installation
from tests.integration.api.world import World

from tradewind.auth.ldap import Ldap, Settings
from tradewind.auth.outside import LoginRefused, Rules
from tradewind.domain.errors import AirflowConfigException

UNTRUSTED = r"(?i)(cannot be asked|began no TLS): .*(match|certificate)"
# ldap3 leaves the socket of a connection that failed to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Such sockets are collected before the test ends, not while some other one runs."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with directory.server(tmp_path_factory.mktemp("slapd")) as made:
        yield made


def settings(slapd: Server, **changes: object) -> Settings:
    usual = {
        "uri": f"ldaps://localhost:{slapd.tls_port}", "basedn": PEOPLE, "cacert": str(slapd.cacert),
        "bind_user": f"uid=searcher,{PEOPLE}", "bind_password": slapd.password("searcher"),
    }  # fmt: skip
    return Settings(**{**usual, **changes})


@pytest.fixture(scope="module")
def house(slapd: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Home]]:
    """As somebody of 1.10 configured it, and with StartTLS."""
    usual = settings(slapd)
    environ = {
        "LDAP__URI": f"ldap://localhost:{slapd.port}", "LDAP__BASEDN": usual.basedn,
        "LDAP__CACERT": usual.cacert, "LDAP__BIND_USER": usual.bind_user,
        "LDAP__BIND_PASSWORD": usual.bind_password, "LDAP__USER_FILTER": "objectClass=inetOrgPerson",
        "LDAP__SUPERUSER_FILTER": f"memberOf=cn=ops,{GROUPS}",
        "LDAP__ROLES_MAPPING": json.dumps({f"CN=staff,{GROUPS}": "Viewer"}),
    }  # fmt: skip
    with installation(tmp_path_factory.mktemp("ldap"), **environ) as (world, shell):
        world.person("local", "Viewer")
        yield world, shell


def log_in(world: World, name: str, password: str) -> httpx.Response:
    return httpx.post(f"{world.url}/auth/token", json={"username": name, "password": password}, timeout=30)


def test_people_of_the_directory_log_in_with_the_roles_of_their_groups(
    house: tuple[World, Home], slapd: Server
) -> None:
    world, shell = house
    for name, status in {"ann": 200, "bob": 403}.items():
        token = log_in(world, name.upper(), slapd.password(name)).json()["access_token"]
        with httpx.Client(base_url=world.url, headers={"Authorization": f"Bearer {token}"}) as client:
            assert client.get("/api/v2/dags").status_code == 200
            assert client.get("/api/v2/connections").status_code == status
    listed = {one["username"]: one for one in json.loads(shell.ok("users", "list", "-o", "json").out)}
    assert (listed["ann"]["roles"], listed["bob"]["roles"]) == (["Admin", "Viewer"], ["Viewer"])
    assert (listed["ann"]["first_name"], listed["ann"]["last_name"]) == ("Ann", "Lee")


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ann", "wrong"), ("nobody", "password of ann"), ("*", "password of ann"), ("a*", "password of ann"),
        ("ann)(objectClass=*", "password of ann"), ("far", "password of far"), ("admin", "password of admin"),
        ("local", "wrong"),
    ],
)  # fmt: skip
def test_nobody_else_does(house: tuple[World, Home], name: str, password: str) -> None:
    """``far`` lies deeper than the search goes, ``admin`` is a user of the configuration."""
    assert log_in(house[0], name, password).status_code == 401


def test_whoever_has_a_password_here_keeps_it(house: tuple[World, Home], slapd: Server) -> None:
    assert log_in(house[0], "local", "password of local").status_code == 201
    assert house[0].sql("SELECT source FROM ab_user WHERE username = 'local'") == [("",)]


@pytest.mark.parametrize("name", ["ann", "*", "o)(uid=*", "back\\slash"])
def test_every_character_of_a_name_is_only_itself(slapd: Server, name: str) -> None:
    known = Ldap(settings(slapd), Rules())
    found = known.authenticate(name, slapd.password(name))
    assert found is not None and found.name == name
    assert known.authenticate(name, "wrong") is None
    assert known.authenticate(name, "") is None, "a bind without a password would succeed"


def test_groups_and_depth(slapd: Server) -> None:
    deep = Ldap(settings(slapd, basedn=BASE, search_scope="SUBTREE"), Rules())
    found = deep.authenticate("far", slapd.password("far"))
    assert found is not None and found.groups == ()
    ann = deep.authenticate("ann", slapd.password("ann"))
    assert ann is not None and set(ann.groups) == {f"cn=ops,{GROUPS}", f"cn=staff,{GROUPS}"}
    several = Ldap(settings(slapd, user_name_attr="sn"), Rules())
    assert several.authenticate("Lee", slapd.password("ann")) is None, "several people of that name"


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
@pytest.mark.parametrize("authority", ["stranger", "machine"])
def test_a_certificate_that_nobody_vouches_for_is_refused(slapd: Server, scheme: str, authority: str) -> None:
    port = slapd.tls_port if scheme == "ldaps" else slapd.port
    cacert = str(slapd.cacert.with_name("stranger.pem")) if authority == "stranger" else ""
    known = Ldap(settings(slapd, uri=f"{scheme}://localhost:{port}", cacert=cacert), Rules())
    with pytest.raises(LoginRefused, match=UNTRUSTED):
        known.authenticate("ann", slapd.password("ann"))


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_a_certificate_for_another_host_is_refused(slapd: Server, scheme: str) -> None:
    port = slapd.tls_port if scheme == "ldaps" else slapd.port
    known = Ldap(settings(slapd, uri=f"{scheme}://127.0.0.1:{port}"), Rules())
    with pytest.raises(LoginRefused, match=UNTRUSTED):
        known.authenticate("ann", slapd.password("ann"))


def test_a_wrong_searcher_is_named(slapd: Server) -> None:
    known = Ldap(settings(slapd, bind_password="wrong"), Rules())
    with pytest.raises(LoginRefused, match="bind_user or bind_password is wrong"):
        known.authenticate("ann", slapd.password("ann"))


@pytest.mark.parametrize(
    ("uri", "base", "said"),
    [
        ("http://x", PEOPLE, "uri must be such as"),
        ("localhost", PEOPLE, "uri must be"),
        ("ldaps://x", "", "basedn"),
    ],
)
def test_settings_that_cannot_be(uri: str, base: str, said: str) -> None:
    with pytest.raises(AirflowConfigException, match=said):
        Ldap(Settings(uri=uri, basedn=base), Rules())


def test_a_directory_that_is_gone_lets_nobody_in(tmp_path: Path) -> None:
    known = Ldap(Settings(uri="ldap://127.0.0.1:1", basedn=PEOPLE), Rules())
    with pytest.raises(LoginRefused, match="cannot be asked"):
        known.authenticate("ann", "x")
