"""S9: a redirect leads to a path of ours, whatever ``next`` says."""

from __future__ import annotations

import httpx
import pytest

NEXT = (
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
    "https://evil.example", "http:///evil.example", "/%09/evil.example", "/\t/evil.example",
    "/%0d%0aLocation:x", "/\r\nLocation: https://evil.example", "https://user:pw@evil.example",
    "／／evil.example",
    "/@evil.example//..//x", "javascript:alert(1)", "data:text/html,x", "/a/..//evil.example",
    " //evil.example", "/.//evil.example",
)  # fmt: skip


@pytest.mark.parametrize("target", NEXT)
@pytest.mark.parametrize(
    "path", ["/auth/login", "/api/v2/auth/login", "/auth/token/login", "/auth/logout", "/"]
)
def test_next_leads_nowhere_else(anonymous: httpx.Client, path: str, target: str) -> None:
    answer = anonymous.get(path, params={"next": target, "origin": target}, follow_redirects=False)
    location = httpx.URL(answer.headers.get("location", "/"))
    assert answer.status_code < 500
    assert location.host in {"", httpx.URL(str(anonymous.base_url)).host}
    raw = answer.headers.get("location", "/")
    assert not raw.startswith(("//", "/\\", "\\")) and "\r" not in raw and "\n" not in raw


@pytest.mark.parametrize("path", ["/api/v2/dags/", "/api/v2/variables/x/", "/login/"])
def test_the_host_that_a_request_names_is_no_target(anonymous: httpx.Client, path: str) -> None:
    answer = anonymous.get(path, headers={"host": "evil.example"}, follow_redirects=False)
    assert answer.status_code in {401, 404} and "location" not in answer.headers
