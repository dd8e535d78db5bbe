"""Where things are: below the path of ``[api] base_url`` or without it, and by which methods."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tests.integration.api.world import World


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("below"))
    made.start(base_url="https://air.example/base")
    yield made
    made.close()


@pytest.mark.parametrize("path", ["/", "/login", "/health", "/docs", "/openapi.json", "/api/v2/version"])
def test_paths_are_served_with_the_prefix_and_without(below: World, path: str) -> None:
    kept, taken = httpx.get(f"{below.url}/base{path}"), httpx.get(below.url + path)
    assert (kept.status_code, taken.status_code) == (200, 200)
    assert httpx.get(f"{below.url}/basement{path}").status_code == 404


def test_below_the_prefix_one_logs_in_and_acts(below: World) -> None:
    assert httpx.get(f"{below.url}/base").text.count('href="/base/') >= 4
    assert httpx.get(f"{below.url}/base/openapi.json").json()["servers"] == [{"url": "/base"}]
    with below.client() as client:
        answer = client.post("/base/api/v2/pools", json={"name": "p", "slots": 1})
        assert answer.status_code == 201
        assert client.get("/base/api/v1/nothing").json()["type"].startswith("https://airflow.apache.org/")
    with httpx.Client(base_url=below.url) as browser:
        sent = browser.get("/base/api/v2/auth/login")
        assert sent.headers["location"] == "/base/login"
        assert 'action="/base/login"' in browser.get(sent.headers["location"]).text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v2/dags", "GET, HEAD, PATCH"),
        ("OPTIONS", "/api/v2/pools", "GET, HEAD, PATCH, POST"),
        ("POST", "/api/v2/dags/d", "DELETE, GET, HEAD, PATCH"),
        ("PUT", "/api/v1/pools/p", "DELETE, GET, HEAD, PATCH"),
    ],
)
def test_what_a_path_allows_is_all_of_its_methods(
    anonymous: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = anonymous.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
