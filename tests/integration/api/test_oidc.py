"""S6: logging in at an OpenID Connect provider; the lies that a provider, or somebody between, may tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.compat.cli.world import Home
from tests.integration.api import provider as liar
from tests.integration.api.installation import beside, free_port, installation
from tests.integration.api.world import World

from tradewind.auth import passwords

DAGS = "/api/v2/dags"
ANN = {
    "sub": "ann-1", "preferred_username": "ann", "email": "ann@example.org", "given_name": "Ann",
    "family_name": "Lee", "groups": ["Staff", "nobody-knows"],
}  # fmt: skip
SETTINGS = {
    "FAB__AUTH_RATE_LIMIT": "100 per second",
    "OIDC__CLIENT_ID": "tests", "OIDC__CLIENT_SECRET": liar.SECRET, "OIDC__NAME": "Example & Co",
    "OIDC__ROLES_MAPPING": json.dumps({"staff": "Viewer", "ops": ["Op"]}),
}  # fmt: skip


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    port = str(free_port())
    words = (
        "-m",
        "oidc_provider_mock",
        "--port",
        port,
        "--require-nonce",
        "true",
        "--user-claims",
        json.dumps(ANN),
    )
    with beside(f"http://127.0.0.1:{port}", *words) as url:
        yield url


@pytest.fixture(scope="module")
def lying() -> Iterator[str]:
    port = str(free_port())
    with beside(f"http://127.0.0.1:{port}", str(Path(liar.__file__)), port) as url:
        yield url


@pytest.fixture(scope="module")
def house(lying: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Home]]:
    home = tmp_path_factory.mktemp("oidc")
    with installation(home, OIDC__ISSUER=lying, **SETTINGS) as (world, shell):
        world.person("local", "Viewer")
        yield world, shell


@pytest.fixture
def browser(house: tuple[World, Home]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house[0].url, timeout=30) as client:
        yield client


def sent_back(browser: httpx.Client, path: str = "/login/oidc") -> str:
    """Where the provider sends the browser back to."""
    begun = browser.get(path)
    assert begun.status_code == 302, begun.text
    return httpx.get(begun.headers["location"], timeout=30).headers["location"]


def failures(world: World) -> list[str]:
    rows = world.sql("SELECT extra FROM log WHERE event = 'login_failed' ORDER BY id")
    return [json.loads(extra)["reason"] for (extra,) in rows]


def test_somebody_logs_in_at_the_mock_from_the_index(mock: str, tmp_path: Path) -> None:
    with (
        installation(tmp_path, OIDC__ISSUER=mock, **SETTINGS) as (world, shell),
        httpx.Client(base_url=world.url, timeout=30) as browser,
    ):
        page = browser.get("/login", params={"next": "/dags/x?y=1"})
        (link,) = re.findall(r'class="other" href="([^"]*)"', page.text)
        assert "Log in with Example &amp; Co" in page.text
        begun = browser.get(link.replace("&amp;", "&"))
        asked = httpx.URL(begun.headers["location"]).params
        assert asked["code_challenge_method"] == "S256" and asked["redirect_uri"].startswith(world.url)
        back = httpx.post(begun.headers["location"], data={"sub": ANN["sub"]}, timeout=30)
        done = browser.get(back.headers["location"])
        assert (done.status_code, done.headers["location"]) == (303, "/dags/x?y=1"), done.text
        assert browser.get(DAGS).status_code == 200
        (ann,) = json.loads(shell.ok("users", "list", "-o", "json").out)
        assert [ann[name] for name in ("username", "email", "first_name", "roles")] == [
            "ann", "ann@example.org", "Ann", ["Viewer"],
        ]  # fmt: skip
        assert browser.get(back.headers["location"]).status_code == 403, "the answer works once"


def test_the_flow_with_pkce_and_the_secret(
    house: tuple[World, Home], browser: httpx.Client, lying: str
) -> None:
    httpx.post(f"{lying}/mode", content="skewed")
    done = browser.get(sent_back(browser, "/login/oidc?next=/x"))
    assert (done.status_code, done.headers["location"]) == (303, "/x"), done.text
    assert browser.get("/api/v2/connections").status_code == 200, "the group ops gives the role Op"
    rows = house[0].sql("SELECT extra FROM log WHERE event = 'login' ORDER BY id DESC LIMIT 1")
    assert json.loads(rows[0][0])["by"] == "oidc"


def test_keys_that_the_provider_changed_are_fetched(
    house: tuple[World, Home], browser: httpx.Client, lying: str
) -> None:
    httpx.post(f"{lying}/mode", content="")
    assert browser.get(sent_back(browser)).status_code == 303


LIES = {
    "iss in the token": "iss", "audience": "aud", "nonce": "nonce", "expired": "exp",
    "from the future": "issued in the future", "two audiences": "azp", "azp": "azp",
    "unsigned": "ID token is not good", "signed with the client's secret": "ID token is not good",
    "another key": "ID token is not good", "no ID token": "ID token is not good",
    "no name": "preferred_username", "a user of the configuration": "user of the configuration",
    "a user with a password": "logs in by a password", "a program": "not begin with",
}  # fmt: skip


@pytest.mark.parametrize("mode", LIES)
def test_a_lie_lets_nobody_in(
    house: tuple[World, Home], browser: httpx.Client, lying: str, mode: str
) -> None:
    httpx.post(f"{lying}/mode", content=mode)
    refused = browser.get(sent_back(browser))
    assert refused.status_code == 403 and "refused" in refused.text
    assert "_token" not in browser.cookies
    assert LIES[mode] in failures(house[0])[-1]
    assert LIES[mode] not in refused.text, "the browser is not told why"


@pytest.mark.parametrize("broken", ["state", "cookie", "another cookie", "error", "code", "iss"])
def test_an_answer_that_was_tampered_with_lets_nobody_in(
    house: tuple[World, Home], browser: httpx.Client, lying: str, broken: str
) -> None:
    httpx.post(f"{lying}/mode", content="")
    back = httpx.URL(sent_back(browser))
    if broken in {"state", "code", "iss"}:
        back = back.copy_set_param(broken, "x")
    if broken == "error":
        back = back.copy_set_param("error", "access_denied")
    if broken in {"cookie", "another cookie"}:
        browser.cookies.clear()
    if broken == "another cookie":
        sent_back(browser)  # a flow of this browser's own, into which somebody puts their answer
    assert browser.get(back).status_code == 403
    assert "_token" not in browser.cookies


def test_answers_that_are_made_up_are_limited(mock: str, tmp_path: Path) -> None:
    """Each asks the provider and is noted: nobody shall fill the audit log that way."""
    settings = {**SETTINGS, "FAB__AUTH_RATE_LIMIT": "1 per hour"}
    with installation(tmp_path, OIDC__ISSUER=mock, **settings) as (world, _):
        seen = [httpx.get(f"{world.url}/login/oidc/callback?code=x&state=y") for _ in range(6)]
        assert [one.status_code for one in seen] == [403] * 4 + [429] * 2
        assert int(seen[-1].headers["retry-after"]) > 60
        assert len(failures(world)) == 4


def test_a_provider_that_is_down_is_asked_so_often_only(tmp_path: Path) -> None:
    settings = {**SETTINGS, "FAB__AUTH_RATE_LIMIT": "1 per hour"}
    with (
        installation(tmp_path, OIDC__ISSUER="http://127.0.0.1:1", **settings) as (world, _),
        httpx.Client(base_url=world.url, timeout=30) as browser,
    ):
        answers = [browser.get("/login/oidc").status_code for _ in range(6)]
        assert answers == [403] * 4 + [429] * 2
        assert len(failures(world)) == 4


def test_an_address_is_a_name_once_the_provider_verified_it(lying: str, tmp_path: Path) -> None:
    settings = {**SETTINGS, "OIDC__USERNAME_CLAIM": "email"}
    with (
        installation(tmp_path, OIDC__ISSUER=lying, **settings) as (world, _),
        httpx.Client(base_url=world.url, timeout=30) as browser,
    ):
        for mode, status in {
            "an address": 403,
            "an unverified address": 403,
            "a verified address": 303,
        }.items():
            httpx.post(f"{lying}/mode", content=mode)
            assert browser.get(sent_back(browser)).status_code == status, mode
        assert all("email_verified" in reason for reason in failures(world))


def test_where_to_go_next_stays_here(browser: httpx.Client) -> None:
    assert browser.get("/login/oidc", params={"next": "//evil.example"}).status_code == 400


def test_a_user_who_was_disabled_stays_out(
    house: tuple[World, Home], browser: httpx.Client, lying: str
) -> None:
    world = house[0]
    httpx.post(f"{lying}/mode", content="")
    assert browser.get(sent_back(browser)).status_code == 303
    world.sql("UPDATE ab_user SET active = 0 WHERE source = 'oidc'")
    assert browser.get(sent_back(browser)).status_code == 403
    world.sql("UPDATE ab_user SET active = 1 WHERE source = 'oidc'")


def test_somebody_from_outside_has_no_password_here(
    house: tuple[World, Home], browser: httpx.Client, lying: str
) -> None:
    world, shell = house
    httpx.post(f"{lying}/mode", content="")
    assert browser.get(sent_back(browser)).status_code == 303
    assert "logs in by oidc" in shell.run("users", "reset-password", "-u", "olga@example.org", "-p", "x").err
    hashed = passwords.hash_password("known")
    world.sql("UPDATE ab_user SET password = ? WHERE username = 'olga@example.org'", hashed)
    who = {"username": "olga@example.org", "password": "known"}
    assert httpx.post(f"{world.url}/auth/token", json=who, timeout=20).status_code == 401


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"OIDC__ISSUER": "http://login.example.org"}, "[oidc] issuer must be an https address"),
        ({"OIDC__ISSUER": "https://login.example.org", "OIDC__CLIENT_ID": ""}, "client_id must not be empty"),
        ({"OIDC__ISSUER": "https://x.example", "OIDC__ROLES_MAPPING": "{ops"}, "must be a JSON object"),
        ({"OIDC__ISSUER": "https://x.example", "OIDC__ROLES_MAPPING": '{"a": "Opp"}'}, "Did you mean 'Op'?"),
        ({"OIDC__ISSUER": "https://x.example", "API__BASE_URL": "http://airflow.example"}, "[api] base_url"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_named_at_the_start(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    world = World(tmp_path)
    world.close()
    environ = {f"AIRFLOW__{name}": value for name, value in {**SETTINGS, **settings}.items()}
    done = Home(tmp_path, **environ).run("api-server", "--port", str(free_port()))
    assert done.code != 0 and said in done.err, done
