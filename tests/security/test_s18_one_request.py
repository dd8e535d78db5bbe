"""S18: one request cannot stop the service: bytes, time, number and patterns are bounded."""

from __future__ import annotations

import gzip
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from tests.compat.cli.world import Home, until
from tests.integration.api.world import World, serving, wait_for
from tests.integration.system.world import free_port

from tradewind.domain import errors
from tradewind.store.database import Database

LIMIT = 256 * 1024


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with serving(
        tmp_path_factory.mktemp("hasty"), request_seconds=0.5, requests_at_once=3, head_seconds=0.5
    ) as made:
        yield made


def test_a_body_over_the_limit_is_refused_before_it_is_read(admin: httpx.Client) -> None:
    answer = admin.post("/api/v2/variables", json={"key": "k", "value": "x" * (LIMIT + 1)})
    assert answer.status_code == 413 and str(LIMIT) in answer.json()["detail"]


def test_a_compressed_body_is_not_unpacked(admin: httpx.Client) -> None:
    bomb = gzip.compress(b'{"key": "bomb", "value": "' + b"x" * 10_000_000 + b'"}')
    assert len(bomb) < LIMIT
    answer = admin.post("/api/v2/variables", content=bomb, headers={"content-encoding": "gzip"})
    assert answer.status_code == 422
    assert admin.get("/api/v2/variables/bomb").status_code == 404


@pytest.mark.parametrize("depth", [90, 300, 600, 900, 1_000, 10_000, 100_000])
def test_deep_json_is_refused_or_kept_whole(admin: httpx.Client, depth: int) -> None:
    deep = f'{{"key": "deep_{depth}", "value": {"[" * depth + "]" * depth}}}'
    status = admin.post("/api/v2/variables", content=deep).status_code
    assert status in {201, 422}
    assert admin.get(f"/api/v2/variables/deep_{depth}").status_code == {201: 200, 422: 404}[status]
    assert admin.get("/api/v2/variables").status_code == 200


def test_headers_are_bounded(world: World) -> None:
    answer = httpx.get(f"{world.url}/api/v2/version", headers={"x-much": "x" * 40_000})
    assert answer.status_code == 431
    assert answer.headers["cache-control"] == "no-store"


def test_a_head_that_does_not_end_is_hung_up_on(world: World) -> None:
    with socket.create_connection(("127.0.0.1", int(world.url.rpartition(":")[2]))) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nx: ")
        with pytest.raises(ConnectionError):
            for _ in range(64):
                sock.sendall(b"x" * 65536)
                time.sleep(0.01)
    assert httpx.get(f"{world.url}/api/v2/version").status_code == 200


def test_a_head_that_does_not_come_is_hung_up_on(hasty: World) -> None:
    with socket.create_connection(("127.0.0.1", int(hasty.url.rpartition(":")[2])), timeout=10) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(ConnectionResetError):
            assert sock.recv(1) == b""
            raise ConnectionResetError


def test_a_body_that_does_not_come_is_not_waited_for(hasty: World) -> None:
    def slowly() -> Iterator[bytes]:
        yield b'{"key": '
        time.sleep(1.2)
        yield b'"k", "value": 1}'

    with hasty.client() as client:
        answer = client.post("/api/v2/variables", content=slowly())
        assert answer.status_code == 408
        assert client.get("/api/v2/variables/k").status_code == 404


HALF = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: %b\r\nContent-Length: 50000\r\n%b\r\n{"
FORM, JSON = b"application/x-www-form-urlencoded", b"application/json"


def half(world: World, path: bytes, media: bytes = JSON, headers: bytes = b"") -> socket.socket:
    """A connection on which a body has begun, and no more of it comes."""
    sock = socket.create_connection(("127.0.0.1", int(world.url.rpartition(":")[2])), timeout=10)
    sock.sendall(HALF % (path, media, headers))
    return sock


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with serving(tmp_path_factory.mktemp("crowded"), requests_at_once=8, body_seconds=600) as made:
        yield made


def test_one_address_that_sends_half_bodies_holds_up_nobody(crowded: World) -> None:
    with crowded.client() as client, ExitStack() as stack:
        client.headers["X-Forwarded-For"] = "1.2.3.5"
        first = [stack.enter_context(half(crowded, b"/auth/token")) for _ in range(2)]
        more = [stack.enter_context(half(crowded, b"/auth/token")) for _ in range(8)]
        for sock in more:
            assert sock.recv(4096).startswith(b"HTTP/1.1 429 ")
        assert client.post("/api/v2/variables", json={"key": "k", "value": 1}).status_code == 201
        elsewhere = stack.enter_context(
            half(crowded, b"/auth/token", headers=b"X-Forwarded-For: 1.2.3.4\r\n")
        )
        for sock in (*first, elsewhere):
            sock.sendall(b" " * 49_998 + b"}")
            assert sock.recv(4096).startswith(b"HTTP/1.1 400 "), "its body was waited for"


def test_monitors_are_answered_however_many_others_there_are(crowded: World) -> None:
    with ExitStack() as stack:
        senders = [b"X-Forwarded-For: 1.2.3.%d\r\n" % number for number in range(8)]
        for headers in senders:
            stack.enter_context(half(crowded, b"/auth/token", headers=headers))
        wait_for(lambda: httpx.get(f"{crowded.url}/api/v2/dags").status_code == 429, "every slot to be taken")
        for path in ("/health", "/api/v2/monitor/health", "/api/v2/version", "/api/v1/health"):
            assert httpx.get(crowded.url + path).status_code == 200, path
    wait_for(lambda: httpx.get(f"{crowded.url}/api/v2/dags").status_code == 401, "the slots to be free again")


@pytest.mark.parametrize(
    ("path", "media"), [(b"/auth/token", JSON), (b"/auth/token", FORM), (b"/login", FORM)]
)
def test_half_a_body_is_given_up_when_no_more_comes(impatient: World, path: bytes, media: bytes) -> None:
    with half(impatient, path, media) as sock:
        assert sock.recv(4096).startswith(b"HTTP/1.1 408 ")


def test_how_long_a_body_may_take_is_an_option(tmp_path: Path) -> None:
    port = free_port()
    home = Home(tmp_path / "home", AIRFLOW__API__BODY_SECONDS="0.5")
    process = home.start("api-server", "-p", str(port))
    try:
        until(lambda: _answers(port))
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.sendall(HALF % (b"/auth/token", JSON, b""))
            answer = sock.recv(4096)
        assert answer.startswith(b"HTTP/1.1 408 ") and b"within 0.5 s" in answer
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v2/version").status_code == 200
    except httpx.TransportError:
        return False


def test_a_body_may_take_its_time_while_it_comes(impatient: World) -> None:
    def slowly() -> Iterator[bytes]:
        for part in (b'{"key": ', b'"slow"', b', "value": ', b"1}"):
            yield part
            time.sleep(0.4)

    with impatient.client() as client:
        answer = client.post("/api/v2/variables", content=slowly())
        assert (answer.status_code, answer.elapsed.total_seconds() > 1) == (201, True)


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with serving(tmp_path_factory.mktemp("impatient"), body_seconds=1) as made:
        yield made


def test_a_request_that_takes_too_long_is_given_up_and_changes_nothing(hasty: World) -> None:
    lock = sqlite3.connect(hasty.home / "airflow.db", isolation_level=None, check_same_thread=False)
    with hasty.client() as client:
        lock.execute("BEGIN IMMEDIATE")
        try:
            answer = client.post("/api/v2/pools", json={"name": "late", "slots": 1})
        finally:
            lock.execute("ROLLBACK")
            lock.close()
        assert answer.status_code == 504 and "nothing was changed" in answer.json()["detail"]
        wait_for(
            lambda: client.post("/api/v2/pools", json={"name": "next", "slots": 1}).status_code == 201,
            "the writer to be free again",
        )
        assert client.get("/api/v2/pools/late").status_code == 404


def test_more_requests_than_the_limit_are_told_to_come_back(hasty: World) -> None:
    hasty.dag("waits")
    hasty.run("waits")
    with hasty.client() as client:

        def stream(began: threading.Barrier, end: threading.Event) -> None:
            with client.stream("GET", "/api/v2/dags/waits/dagRuns/r1/wait?interval=30") as answer:
                lines = answer.iter_lines()  # without the name it would be closed at once
                next(lines)
                began.wait(10)
                end.wait(10)

        began, end = threading.Barrier(4), threading.Event()
        with ThreadPoolExecutor(3) as pool:
            waiting = [pool.submit(stream, began, end) for _ in range(3)]
            began.wait(10)
            refused = client.get("/api/v2/dags")
            end.set()
            assert [one.result() for one in waiting] == [None] * 3
            assert (refused.status_code, refused.headers.get("retry-after")) == (429, "1"), refused.text
        wait_for(lambda: client.get("/api/v2/dags").status_code == 200, "the streams to be gone")


@pytest.mark.parametrize(
    "pattern", ["(a+)+$" * 20, "%" * 5000, "_%" * 2000, "a|" * 49 + "a"], ids=["regex", "%", "_%", "or"]
)
def test_patterns_cost_little(admin: httpx.Client, world: World, pattern: str) -> None:
    """They are no regular expressions; what a database cannot match quickly is refused."""
    world.dag("a" * 200)
    answer = admin.get("/api/v2/dags", params={"dag_id_pattern": pattern})
    assert answer.status_code in {200, 400, 414}
    assert answer.elapsed.total_seconds() < 10


def test_a_statement_is_interrupted(tmp_path: Path) -> None:
    import sqlalchemy as sa

    database = Database(f"sqlite:///{tmp_path / 'one.db'}")
    endless = sa.text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
    try:
        with database.write() as tx:
            tx.text("CREATE TABLE t (a)")
        with pytest.raises(errors.DatabaseError, match="interrupted"), database.read() as tx:
            timer = threading.Timer(0.2, tx.interrupt)
            timer.start()
            tx.rows(endless)
        timer.join()
        tx.interrupt()  # it is over: whoever has the connection now is left alone
        with database.read() as again:
            assert again.value(sa.text("SELECT count(*) FROM t")) == 0
    finally:
        database.close()
