"""§1.8, §1.9 HTTP operator, sensor and hook against a real server; SQL hooks and sensor on SQLite."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from tradewind import secrets
from tradewind.authoring.dag import DAG
from tradewind.authoring.hooks.http import HttpHook
from tradewind.authoring.hooks.sql import DbApiHook, SqliteHook
from tradewind.authoring.operators.http import HttpOperator
from tradewind.authoring.sensors.http import HttpSensor
from tradewind.authoring.sensors.sql import SqlSensor
from tradewind.domain import errors
from tradewind.secrets.connection import Connection


class Answers(BaseHTTPRequestHandler):
    """Tells what it was asked; /missing is not there, /broken is broken."""

    def _answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        told = {
            "method": self.command, "path": self.path, "body": self.rfile.read(length).decode(),
            "auth": self.headers.get("Authorization"), "x": self.headers.get("X-Test"),
        }  # fmt: skip
        status = {"/missing": 404, "/broken": 500}.get(self.path, 200)
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture(scope="module")
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def known(monkeypatch, port, tmp_path):
    """Connections: a web server, one that is not there, and an SQLite file."""
    web = {"conn_type": "http", "host": "127.0.0.1", "port": port}
    found = {
        "web": Connection(conn_id="web", login="me", password="pw", extra='{"X-Test": "extra"}', **web),
        "nobody": Connection(conn_id="nobody", conn_type="http", host="http://127.0.0.1:9"),
        "db": Connection(conn_id="db", conn_type="sqlite", host=str(tmp_path / "x.db")),
    }
    monkeypatch.setattr(secrets, "current", lambda: SimpleNamespace(get_connection=found.get))


@pytest.fixture
def dag():
    with DAG("d", schedule=None, start_date=datetime(2020, 1, 1)) as made:
        yield made


def test_http_hook(known):
    told = HttpHook("GET", "web").run("a/b", {"q": "ä b"}).json()
    assert told["path"] == "/a/b?q=%C3%A4+b"
    assert (told["auth"], told["x"]) == ("Basic bWU6cHc=", "extra")
    told = HttpHook("POST", "web").run("/p", {"a": 1}, {"X-Test": "mine"}).json()
    assert (told["method"], told["body"], told["x"]) == ("POST", "a=1", "mine")
    assert HttpHook("PUT", "web").run("p", json={"a": 1}).json()["body"] == '{"a": 1}'
    with pytest.raises(errors.AirflowException, match="answered 500"):
        HttpHook("GET", "web").run("broken")
    assert HttpHook("GET", "web").run("broken", extra_options={"check_response": False}).status_code == 500
    with pytest.raises(errors.AirflowException, match="cannot be reached"):
        HttpHook("GET", "nobody").run("x")
    assert HttpHook("GET", "web").test_connection()[0]


def test_http_operator(runs, dag, known):
    made = HttpOperator(
        task_id="a", http_conn_id="web", endpoint="x/{{ ds }}", method="GET",
        response_check=lambda response, ds: ds in response.text,
        response_filter=lambda response: response.json()["path"],
    )  # fmt: skip
    assert runs.run(made)[0] == "/x/2024-01-31"
    refused = HttpOperator(
        task_id="b", http_conn_id="web", endpoint="x", response_check=lambda response: False
    )
    with pytest.raises(errors.AirflowException, match="Response check returned False"):
        runs.run(refused)


def test_http_sensor(runs, dag, known):
    def is_done(**options):
        name = f"a{len(dag.task_dict)}"
        made = HttpSensor(task_id=name, http_conn_id="web", mode="reschedule", **options)
        try:
            runs.run(made)
        except errors.AirflowRescheduleException:
            return False
        return True

    assert is_done(endpoint="x")
    assert not is_done(endpoint="missing")
    assert not is_done(endpoint="x", response_check=lambda response: "nothing" in response.text)
    with pytest.raises(errors.AirflowException, match="answered 500"):
        is_done(endpoint="broken")


def test_sql_hook(known):
    hook = SqliteHook("db")
    hook.run("CREATE TABLE t (a INTEGER, b TEXT)")
    hook.insert_rows("t", [(1, "x"), (2, "y")], target_fields=["a", "b"], commit_every=1)
    assert hook.get_records("SELECT a, b FROM t ORDER BY a") == [(1, "x"), (2, "y")]
    assert DbApiHook("db").get_first("SELECT b FROM t WHERE a = ?", parameters=(2,)) == ("y",)
    assert hook.run(["DELETE FROM t", "SELECT count(*) FROM t"], handler=lambda one: one.fetchall())[1] == [
        (0,)
    ]


def test_sql_sensor(runs, dag, known):
    hook = SqliteHook(sqlite_conn_id="db")
    hook.run("CREATE TABLE t (a INTEGER)")

    def is_done(sql, **options):
        made = SqlSensor(
            task_id=f"a{len(dag.task_dict)}", conn_id="db", sql=sql, mode="reschedule", **options
        )
        try:
            runs.run(made)
        except errors.AirflowRescheduleException:
            return False
        return True

    assert not is_done("SELECT a FROM t")
    assert not is_done("SELECT count(*) FROM t")
    with pytest.raises(errors.AirflowException, match="fail_on_empty"):
        is_done("SELECT a FROM t", fail_on_empty=True)
    hook.insert_rows("t", [(5,)])
    assert is_done("SELECT a FROM t")
    assert not is_done("SELECT a FROM t", success=lambda cell: cell > 5)
    with pytest.raises(errors.AirflowException, match=r"failure\(5\)"):
        is_done("SELECT a FROM t", failure=lambda cell: cell == 5)
