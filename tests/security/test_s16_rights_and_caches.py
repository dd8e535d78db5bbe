"""S16: an answer holds only what its asker may read, and nobody on the way keeps it."""

from __future__ import annotations

import httpx
import pytest
from tests.integration.api.world import World
from tests.security.asking import reads, story

ALWAYS = {
    "cache-control": "no-store", "x-content-type-options": "nosniff", "x-frame-options": "DENY",
    "referrer-policy": "no-referrer", "cross-origin-resource-policy": "same-origin",
}  # fmt: skip


def test_every_answer_has_the_headers(world: World, admin: httpx.Client) -> None:
    for operation, answer in reads(admin, story(world, "cached")):
        for name, value in ALWAYS.items():
            allowed = {value, "same-origin"} if operation.name == "login_page" else {value}
            assert answer.headers[name] in allowed, (operation.name, name)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no/such/page", 404), ("DELETE", "/api/v2/version", 405), ("POST", "/docs", 405),
        ("GET", "/api/v2/dags", 401), ("GET", "/docs/assets/..%2fapp.py", 404),
        ("OPTIONS", "/api/v2/dags", 405),        ("TRACE", "/api/v2/dags", 405),
    ],
)  # fmt: skip
def test_so_has_what_no_route_answers(anonymous: httpx.Client, method: str, path: str, status: int) -> None:
    answer = anonymous.request(method, path)
    assert answer.status_code == status
    assert ALWAYS.items() <= dict(answer.headers).items()
    assert "content-security-policy" in answer.headers and "strict-transport-security" not in answer.headers
    assert "server" not in answer.headers


def test_results_of_a_run_need_the_right_to_read_xcoms(world: World, admin: httpx.Client) -> None:
    dag = world.fresh("results")
    world.dag(dag)
    world.run(dag)
    task = f"/api/v2/dags/{dag}/dagRuns/r1/taskInstances/extract"
    admin.post(f"{task}/xcomEntries", json={"key": "return_value", "value": "canary-xcom"})
    world.sql("UPDATE dag_run SET state = 'success' WHERE dag_id = ?", dag)
    wait = f"/api/v2/dags/{dag}/dagRuns/r1/wait?interval=1"
    world.role("seers", ("can_read", "DAGs"), ("can_read", "DAG Runs"))
    with world.client(world.person("seer", "seers")) as seer:
        assert seer.get(wait).status_code == 200
        refused = seer.get(f"{wait}&result=extract")
        assert refused.status_code == 403 and "canary" not in refused.text
    assert "canary-xcom" in admin.get(f"{wait}&result=extract").text


def test_pages_of_other_origins_may_call_where_they_are_named(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    world = World(tmp_path_factory.mktemp("cors"))
    asks = {"access-control-request-method": "GET", "access-control-request-headers": "authorization"}
    try:
        world.start(
            cors_origins=["https://good.example"], cors_methods=["GET"], cors_headers=["authorization"]
        )
        for origin, allowed in (("https://good.example", True), ("https://good.example.evil", False)):
            answer = httpx.options(f"{world.url}/api/v2/dags", headers={"origin": origin, **asks})
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
            assert "access-control-allow-credentials" not in answer.headers
    finally:
        world.close()


def test_nobody_may_without_the_option(anonymous: httpx.Client) -> None:
    answer = anonymous.get("/api/v2/version", headers={"origin": "https://good.example"})
    assert "access-control-allow-origin" not in answer.headers
