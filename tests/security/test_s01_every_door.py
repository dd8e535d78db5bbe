"""S1: every route asks who it is, except those listed here; servers listen on this machine only."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from tests.compat.cli.world import Home
from tests.security.asking import operations

OPEN = frozenset(
    {
        "create_token", "create_token_all_admins", "create_token_cli", "get_health", "get_version", "health",
        "login", "logout",
    }
)  # fmt: skip
"""Operations without a token: logging in and out, and whether it is well."""
METHODS = ("HEAD", "OPTIONS")


def test_operations_without_a_token_are_listed() -> None:
    found = {operation.name.removeprefix("v1.") for operation in operations() if operation.resource is None}
    assert {name for name in found - OPEN if "log" not in name} == set()


def test_nothing_is_told_to_nobody(anonymous: httpx.Client) -> None:
    for operation in operations():
        if operation.resource is not None:
            path = operation.path.format_map(_Ghost())
            for method in METHODS:
                answer = anonymous.request(
                    method, path, content=b"{}" if method not in {"GET", "HEAD"} else None
                )
                assert answer.status_code in {400, 401, 404, 405}, (method, path, answer.status_code)
            assert anonymous.request(operation.method, path, content=b"{}").status_code == 401, operation.name


def test_health_tells_no_data(anonymous: httpx.Client) -> None:
    health = anonymous.get("/api/v2/monitor/health").json()
    assert set(health) == {"metadatabase", "scheduler", "triggerer", "dag_processor"}
    for component in health.values():
        assert {name.partition("latest_")[2] or name for name in component} <= {
            "status", "scheduler_heartbeat", "triggerer_heartbeat", "dag_processor_heartbeat"
        }  # fmt: skip


@pytest.mark.parametrize(
    ("command", "options", "host"),
    [
        ("api-server", {}, "127.0.0.1"), ("webserver", {}, "0.0.0.0"),
        ("api-server", {"AIRFLOW__API__HOST": "0.0.0.0"}, "0.0.0.0"),
        ("webserver", {"AIRFLOW__WEBSERVER__WEB_SERVER_HOST": "127.0.0.1"}, "127.0.0.1"),
    ],
)  # fmt: skip
def test_where_a_server_listens(tmp_path: Path, command: str, options: dict[str, str], host: str) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind((host, 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = Home(tmp_path / "home").run(command, "-p", str(port), **options)
        assert done.code == 1 and f"Port {port} on {host} is taken" in done.err


class _Ghost(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "1"
