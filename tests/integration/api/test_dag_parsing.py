"""A file is asked for by the token that answers give of it, and by nothing else."""

from __future__ import annotations

import httpx
import jwt
from tests.integration.api import serve
from tests.integration.api.world import World

from tradewind.auth import tokens
from tradewind.runtime import paths, wakeups

PATH = "/api/v2/parseDagFile/"


def test_the_processor_is_told(world: World, admin: httpx.Client) -> None:
    world.dag("parse_me")
    token = admin.get("/api/v2/dags/parse_me").json()["file_token"]
    processor = wakeups.Receiver(paths.run_dir(world.home), name=paths.PROCESSOR_WAKE)
    try:
        for _ in range(2):
            answer = admin.put(PATH + token)
            assert (answer.status_code, answer.json()) == (201, None)
        assert [wake.kind for wake in processor.drain()] == ["parse", "parse"]
    finally:
        processor.close()
    asked = world.sql("SELECT bundle_name, relative_fileloc FROM dag_priority_parsing_request")
    assert asked == [("dags-folder", "parse_me.py")]


def test_a_file_is_read_for_who_may_edit_all_its_dags(world: World, admin: httpx.Client) -> None:
    for dag_id in ("mine_here", "theirs_here", "gone_here"):
        world.dag(dag_id)
        world.sql("UPDATE dag SET relative_fileloc = 'both.py' WHERE dag_id = ?", dag_id)
    world.sql("UPDATE dag SET is_stale = 1 WHERE dag_id = 'gone_here'")
    token = admin.get("/api/v2/dags/mine_here").json()["file_token"]
    asked = "SELECT count(*) FROM dag_priority_parsing_request WHERE relative_fileloc = 'both.py'"
    one = world.role("one_here", ("can_read", "DAG:mine_here"), ("can_edit", "DAG:mine_here"))
    other = world.role("other_here", ("can_edit", "DAG:theirs_here"))
    with world.client(world.person("pia", one)) as client:
        assert client.put(PATH + token).status_code == 403
    assert world.sql(asked) == [(0,)]
    with world.client(world.person("pio", one, other)) as client:
        assert client.put(PATH + token).status_code == 201
    assert world.sql(asked) == [(1,)]


def test_no_path_can_be_made_up(world: World, admin: httpx.Client) -> None:
    world.dag("parse_not")
    named = {"bundle_name": "dags-folder", "relative_fileloc": "parse_not.py"}
    good = admin.get("/api/v2/dags/parse_not").json()["file_token"]
    assert admin.get("/api/v2/dags", headers={"Authorization": f"Bearer {good}"}).status_code == 403
    for token in (
        jwt.encode({**named, "aud": "sealed:file"}, "f" * 64, algorithm="HS512"),
        jwt.encode({**named, "aud": tokens.AUDIENCE}, serve.KEY, algorithm="HS512"),
        admin.headers["Authorization"].removeprefix("Bearer "),
        tokens.Signer(serve.KEY).seal({**named, "relative_fileloc": "../etc"}, purpose="file"),
        "parse_not.py",
    ):
        answer = admin.put(PATH + token)
        assert (answer.status_code, answer.json()["detail"]) == (404, "File not found"), token
