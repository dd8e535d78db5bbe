"""S13: no id climbs out of a folder, and no link in the folder of logs leads out of it."""

from __future__ import annotations

import os
import stat

import httpx
import pytest
from tests.integration.api.world import World

CLIMBING = (
    "..", "../..", "..%2f..%2fairflow.cfg", "%2e%2e%2f", "..\\..", "/etc/passwd",
    "%2fetc%2fpasswd", "a%00b",
    "....//", "..%c0%af", "%252e%252e%252f", "a" * 300, "~/x", "file:///etc/passwd", "CON", ".",
    "%e2%80%ae..",
)  # fmt: skip
LOG = "/api/v2/dags/{}/dagRuns/{}/taskInstances/{}/logs/{}"


@pytest.mark.parametrize("name", CLIMBING)
@pytest.mark.parametrize("place", range(4))
def test_no_id_climbs_out(world: World, admin: httpx.Client, name: str, place: int) -> None:
    world.dag("climbed")
    names = ["climbed", "r1", "extract", "1"]
    names[place] = name
    answer = admin.get(LOG.format(*names), follow_redirects=True)  # without a slash at the end
    assert answer.status_code in {400, 404, 405, 422} and answer.url.host == "127.0.0.1"
    assert "root:" not in answer.text


@pytest.mark.parametrize("kind", ["file", "folder", "fifo", "loop"])
def test_a_link_in_the_logs_is_not_followed(world: World, admin: httpx.Client, kind: str) -> None:
    dag = world.fresh("linked")
    world.dag(dag)
    world.run(dag)
    world.set_state(dag, "extract", "success", try_number=1)
    log = world.write_log(dag, "extract", "")
    secret = world.home / "secret" / "attempt=1.log"
    secret.parent.mkdir(exist_ok=True)
    secret.write_text("canary-of-another-file\n")
    log.unlink()
    if kind == "file":
        log.symlink_to(secret)
    elif kind == "folder":
        log.parent.rmdir()
        log.parent.symlink_to(secret.parent)
    elif kind == "fifo":
        os.mkfifo(log)
    else:
        log.symlink_to(log)
    answer = admin.get(LOG.format(dag, "r1", "extract", 1), timeout=10)
    assert answer.status_code in {200, 404}
    assert "canary" not in answer.text


def test_what_is_private_is_readable_by_its_owner_only(world: World) -> None:
    modes = {
        name: stat.S_IMODE((world.home / name).stat().st_mode)
        for name in ("simple_auth_manager_passwords.json.generated", "run")
        if (world.home / name).exists()
    }
    assert modes["simple_auth_manager_passwords.json.generated"] == 0o600
    assert modes.get("run", 0o700) == 0o700
