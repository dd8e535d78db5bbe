"""S6: log-in: names and passwords are compared, never put into anything; the Host header decides nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

NAMES = (
    "*)(uid=*", "admin)(|(password=*)", "' OR 1=1 --", "admin\0", "ADMIN", " admin", "admin ", "a" * 10_000,
    "\u202eadmin", "../admin", "${jndi:ldap://x}", "",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["/auth/token", "/auth/token/cli"])
def test_a_hostile_name_is_nobody(anonymous: httpx.Client, path: str, name: str) -> None:
    answer = anonymous.post(path, json={"username": name, "password": "x"})
    assert answer.status_code in {400, 401, 422, 429}
    assert "access_token" not in answer.text


@pytest.mark.parametrize(
    "body", [[], None, 1, {"username": ["admin"], "password": {"$ne": ""}}, {"username": "admin"}]
)
def test_a_body_of_another_shape_is_refused(anonymous: httpx.Client, body: Any) -> None:
    assert anonymous.post("/auth/token", json=body).status_code in {400, 401, 415, 422}


def test_the_host_header_leads_nowhere(anonymous: httpx.Client) -> None:
    for path in ("/", "/auth/login", "/api/v2/auth/login", "/api/v2/auth/logout"):
        answer = anonymous.get(path, headers={"host": "evil.example"}, follow_redirects=False)
        assert "evil.example" not in answer.headers.get("location", "") + answer.text
