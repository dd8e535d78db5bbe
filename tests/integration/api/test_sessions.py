"""S5 to S9: logging in and out with a browser, and what ends a token."""

from __future__ import annotations

import json
import re
from http.cookies import SimpleCookie

import httpx
import pytest
from tests.integration.api.installation import beside, free_port
from tests.integration.api.test_people import log_in, status_becomes
from tests.integration.api.world import HERE, World, wait_for

from tradewind.auth import people

DAGS = "/api/v2/dags"
SAFE = ("/", "/dags", "/dags/etl?tab=runs&x=1", "/dags/%E4%BD%A0", "/a//b", "/dags#x")
UNSAFE = (
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)",
    "evil.example", "/\tevil", "/\t/evil.example", "/\r\nSet-Cookie: a=b", "/x\\@evil.example",
    "http:/evil.example",
    "/" + "x" * 4000, " //evil.example", "/\u2028", "/x\0",
)  # fmt: skip


@pytest.fixture
def browser(world: World):
    with httpx.Client(base_url=world.url, timeout=20) as client:
        yield client


def opened(browser: httpx.Client, path: str = "/login") -> dict[str, str]:
    """The page's hidden fields."""
    page = browser.get(path)
    assert page.status_code == 200, page.text
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


def typed(browser: httpx.Client, name: str, password: str, **fields: str) -> httpx.Response:
    return browser.post("/login", data={**opened(browser), "username": name, "password": password, **fields})


def logged_in(world: World, browser: httpx.Client, role: str = "Viewer") -> str:
    name = world.person(world.fresh("browser"), role)
    assert typed(browser, name, f"password of {name}").status_code == 303
    assert browser.get(DAGS).status_code == 200
    return name


def events(world: World, event: str) -> list[tuple[str, dict]]:
    rows = world.sql("SELECT owner, extra FROM log WHERE event = ? ORDER BY id", event)
    return [(owner, json.loads(extra)) for owner, extra in rows]


def test_the_way_in_and_out(world: World, browser: httpx.Client) -> None:
    sent = browser.get("/api/v2/auth/login", params={"next": "/dags/etl?a=b"})
    assert (sent.status_code, sent.headers["location"]) == (307, "/login?next=/dags/etl%3Fa%3Db")
    fields = opened(browser, sent.headers["location"])
    assert fields["next"] == "/dags/etl?a=b"
    name = world.person(world.fresh("browser"), "Viewer")
    done = browser.post("/login", data={**fields, "username": name, "password": f"password of {name}"})
    assert (done.status_code, done.headers["location"]) == (303, "/dags/etl?a=b")
    cookie = SimpleCookie(done.headers.get_list("set-cookie")[0])["_token"]
    assert cookie["httponly"] and cookie["samesite"].lower() == "lax" and not cookie["secure"]
    assert cookie["path"] == "/"
    assert browser.get(DAGS).status_code == 200
    token = browser.cookies["_token"]
    out = browser.get("/api/v2/auth/logout")
    assert (out.status_code, out.headers["location"]) == (307, "/login")
    assert "_token" not in browser.cookies
    with httpx.Client(base_url=world.url, headers={"Authorization": f"Bearer {token}"}) as kept:
        status_becomes(kept, DAGS, 403)
    with httpx.Client(base_url=world.url, cookies={"_token": token}) as again:
        assert again.get("/api/v2/auth/logout").status_code == 307
    assert [owner for owner, _ in events(world, "logout")].count(name) == 1


def test_a_token_that_was_logged_out_ends_in_every_api_server(world: World, browser: httpx.Client) -> None:
    port = free_port()
    words = (str(HERE / "serve.py"), str(world.home), str(port), "{}")
    logged_in(world, browser)
    who = {"Authorization": f"Bearer {browser.cookies['_token']}"}
    with beside(f"http://127.0.0.1:{port}", *words) as url, httpx.Client(base_url=url, headers=who) as other:
        assert other.get(DAGS).status_code == 200
        browser.get("/api/v2/auth/logout")
        status_becomes(other, DAGS, 403)
    assert people.REMEMBERED < 1, "seconds that another server may still believe it"


def test_under_https_cookies_are_secure(world: World, browser: httpx.Client) -> None:
    browser.headers["X-Forwarded-Proto"] = "https"
    browser.base_url = httpx.URL(world.url)
    page = browser.get("/login")
    (set_cookie,) = page.headers.get_list("set-cookie")
    assert set_cookie.startswith("__Host-_csrf=") and "Secure" in set_cookie and "Path=/" in set_cookie
    name = world.person(world.fresh("browser"), "Viewer")
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    answer = browser.post(
        "/login", data={**fields, "username": name, "password": f"password of {name}"},
        headers={"Cookie": set_cookie.partition(";")[0]},
    )  # fmt: skip
    assert answer.status_code == 303
    assert "Secure" in answer.headers.get_list("set-cookie")[0]


@pytest.mark.parametrize("path", SAFE)
def test_sent_on_to_paths_of_ours(browser: httpx.Client, path: str) -> None:
    assert browser.get("/api/v2/auth/login", params={"next": path}).status_code == 307
    assert browser.get("/login", params={"next": path}).status_code == 200


@pytest.mark.parametrize("path", UNSAFE)
def test_sent_on_to_nobody_else(world: World, browser: httpx.Client, path: str) -> None:
    for door in ("/api/v2/auth/login", "/login"):
        refused = browser.get(door, params={"next": path})
        assert refused.status_code == (422 if "\0" in path else 400)
        assert "next" in refused.text
    assert typed(browser, "admin", world.passwords()["admin"], next=path).status_code == 400
    assert "_token" not in browser.cookies


@pytest.mark.parametrize("broken", ["no field", "another field", "no cookie", "another cookie"])
def test_a_form_that_is_not_ours_logs_nobody_in(world: World, browser: httpx.Client, broken: str) -> None:
    fields = opened(browser)
    if broken == "no field":
        del fields["csrf_token"]
    if broken == "another field":
        fields["csrf_token"] = "0" * 32
    if "cookie" in broken:
        browser.cookies.clear()
    if broken == "another cookie":
        browser.cookies.set("_csrf", "x" * 32)
    who = {"username": "admin", "password": world.passwords()["admin"]}
    refused = browser.post("/login", data={**fields, **who})
    assert refused.status_code == 403 and "open for too long" in refused.text
    assert "_token" not in browser.cookies


@pytest.mark.parametrize("header", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_pages_of_others_neither_log_in_nor_out(
    world: World, browser: httpx.Client, header: dict[str, str]
) -> None:
    logged_in(world, browser)
    fields = {**opened(browser), "username": "admin", "password": world.passwords()["admin"]}
    assert browser.post("/login", data=fields, headers=header).status_code == 403
    assert browser.get("/api/v2/auth/logout", headers=header).status_code == 403
    assert browser.get(DAGS).status_code == 200


@pytest.mark.parametrize(
    ("header", "language", "word"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "密码"), ("en-GB,zh;q=0.5", "en", "Password"),
        ("de,zh;q=0.5,en;q=0.4", "zh-CN", "密码"), ("", "en", "Password"), ("zh;q=0", "en", "Password"),
        (";;q=x,,", "en", "Password"),
    ],
)  # fmt: skip
def test_the_page_speaks_both_languages(browser: httpx.Client, header: str, language: str, word: str) -> None:
    page = browser.get("/login", headers={"Accept-Language": header})
    assert f'<html lang="{language}">' in page.text and word in page.text


def test_nothing_on_the_page_can_run(browser: httpx.Client) -> None:
    page = browser.get("/login", params={"next": "/x\"><script>alert('zq')</script>"})
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"


def test_log_ins_are_in_the_audit_log_without_secrets(world: World, browser: httpx.Client) -> None:
    name = logged_in(world, browser)
    assert typed(browser, name, "wrong-4711-secret").status_code == 401
    assert typed(browser, "typed-4711-password-as-name", "x").status_code == 401
    assert (name, {"address": "127.0.0.1", "by": "password"}) in events(world, "login")
    failed = [owner for owner, about in events(world, "login_failed") if about["address"] == "127.0.0.1"]
    assert failed[-2:] == [name, "(unknown)"]
    assert world.sql("SELECT count(*) FROM log WHERE owner LIKE '%4711%' OR extra LIKE '%4711%'") == [(0,)]


def test_failures_by_name_are_limited_and_the_right_password_waits_too(
    world: World, browser: httpx.Client
) -> None:
    name = world.person(world.fresh("often"), "Viewer")
    right = f"password of {name}"
    for _ in range(50):
        if (refused := log_in(world, name, "wrong")).status_code == 429:
            break
    assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 8
    assert "access_token" not in log_in(world, name, right).text
    page = typed(browser, name, "wrong")
    assert page.status_code == 429 and "Retry-After" in page.headers and "Too many" in page.text
    other = world.person(world.fresh("often"), "Viewer")
    assert log_in(world, other, f"password of {other}").status_code == 201


def test_two_tokens_in_one_request_are_refused(world: World, browser: httpx.Client) -> None:
    logged_in(world, browser)
    with world.client() as admin:
        bearer = admin.headers["Authorization"]
    refused = browser.get(DAGS, headers={"Authorization": bearer})
    assert refused.status_code == 401 and "two different tokens" in refused.json()["detail"]
    same = {"Authorization": f"Bearer {browser.cookies['_token']}"}
    assert browser.get(DAGS, headers=same).status_code == 200


@pytest.mark.parametrize("change", ["password", "a namesake in the tables"])
def test_what_ends_tokens_of_the_configurations_users(world: World, change: str) -> None:
    path = world.home / "simple_auth_manager_passwords.json.generated"
    name = {"password": "udo", "a namesake in the tables": "olga"}[change]
    with world.client(name) as client:
        assert client.get(DAGS).status_code == 200
        if change == "password":
            path.write_text(json.dumps({**world.passwords(), name: "another-password"}))
        else:
            world.person(name, "Viewer")
        status_becomes(client, DAGS, 403)


def test_a_new_user_of_the_same_name_inherits_no_token(world: World) -> None:
    name = world.person(world.fresh("heir"), "Admin")
    with world.client(name) as client:
        world.sql("DELETE FROM ab_user WHERE username = ?", name)
        wait_for(lambda: client.get(DAGS).status_code == 403, "the user to be gone")
        world.person(name, "Viewer")
        with world.client(name) as anew:
            assert anew.get(DAGS).status_code == 200
        assert client.get(DAGS).status_code == 403
