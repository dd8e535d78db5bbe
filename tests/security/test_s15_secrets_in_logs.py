"""S15: no token, password or secret is in a log, an error or the list of processes; errors carry no trace."""

from __future__ import annotations

from pathlib import Path

import httpx
from tests.integration.api.world import World
from tests.security.asking import operations, story


def test_nothing_secret_is_written_where_others_read(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    try:
        world.start()
        ids = story(world, "logged")
        with world.client() as admin:
            token = admin.headers["authorization"].removeprefix("Bearer ")
            secrets = [token, *world.passwords().values(), "canary-sent"]
            bodies = _provoke(admin, ids)
        assert world.process is not None
        cmdline = Path(f"/proc/{world.process.pid}/cmdline").read_text()
        log = (world.home / "server.log").read_text()
        for secret in secrets:
            assert secret not in cmdline and secret not in log
        for body in bodies:
            assert "Traceback" not in body and '.py"' not in body
            assert not [secret for secret in secrets if secret in body]
    finally:
        world.close()


def _provoke(admin: httpx.Client, ids: dict[str, object]) -> list[str]:
    """The refusals that all writing operations give to nonsense."""
    bodies = []
    for operation in operations():
        if operation.method != "GET" and operation.resource is not None:
            path = operation.path.format_map(_Ids(ids))
            for content in (b"{", b'{"password": "canary-sent"}', b'["canary-sent"]'):
                answer = admin.request(operation.method, path, content=content)
                assert answer.status_code < 500, (operation.name, answer.text)
                if answer.status_code != 422:  # those repeat what was sent, to its sender
                    bodies.append(answer.text)
    return bodies


class _Ids(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "ghost"
