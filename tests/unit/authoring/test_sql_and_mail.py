"""§1.8 SQL on a real SQLite file, mail to a server of our own."""

from __future__ import annotations

import socketserver
import sqlite3
import threading

import pytest

from tradewind import secrets
from tradewind.authoring import mail
from tradewind.authoring.dag import DAG
from tradewind.authoring.hooks import dbapi
from tradewind.authoring.operators.email import EmailOperator
from tradewind.authoring.operators.sql import (
    MySqlOperator,
    PostgresOperator,
    SQLExecuteQueryOperator,
    SqliteOperator,
)
from tradewind.config.compat import conf
from tradewind.domain import errors
from tradewind.secrets.connection import Connection


@pytest.fixture
def connections(tmp_path):
    known = {
        "sqlite_default": Connection(
            conn_id="sqlite_default", conn_type="sqlite", host=str(tmp_path / "x.db")
        ),
        "odd": Connection(conn_id="odd", conn_type="oracle_of_delphi"),
    }

    class Backend:
        def get_connection(self, conn_id):
            return known.get(conn_id)

        def get_variable(self, key):
            return None

    before = secrets.current()
    secrets.use(secrets.Chain([Backend()]))
    yield tmp_path / "x.db"
    secrets.use(before)


def test_statements_in_one_transaction(runs, connections):
    with DAG("d", params={"n": 3}):
        task = SqliteOperator(
            task_id="a",
            sql="create table t (x); insert into t values ({{ params.n }}); -- ;\nselect x, 'a;b' from t;",
        )
        read = SQLExecuteQueryOperator(
            task_id="b", conn_id="sqlite_default", sql="select * from t where x = ?", parameters=(3,)
        )
    assert runs.run(task)[0] == [(3, "a;b")]
    assert runs.run(read)[0] == [(3,)]


def test_a_failing_statement_changes_nothing(runs, connections):
    with DAG("d"):
        task = SqliteOperator(task_id="a", sql=["create table t (x)", "insert into t values (1)", "nonsense"])
    with pytest.raises(sqlite3.OperationalError):
        runs.run(task)
    with sqlite3.connect(connections) as found:
        assert found.execute("select count(*) from sqlite_master").fetchone() in {(0,), (1,)}
    found.close()


def test_what_is_missing_is_named(runs, connections):
    with DAG("d"):
        absent = MySqlOperator(task_id="a", sql="select 1")
        odd = SQLExecuteQueryOperator(task_id="b", conn_id="odd", sql="select 1")
        nameless = SQLExecuteQueryOperator(task_id="c", sql="select 1")
        named = PostgresOperator(task_id="e", sql="x", postgres_conn_id="pg")
    with pytest.raises(errors.ConnectionNotFound, match="`mysql_default`"):
        runs.run(absent)
    with pytest.raises(errors.AirflowException, match="oracle_of_delphi"):
        runs.run(odd)
    with pytest.raises(errors.AirflowException, match="has no conn_id"):
        runs.run(nameless)
    assert named.conn_id == "pg"


def test_a_missing_driver_comes_with_its_command(monkeypatch):
    def refuse(name):
        raise ImportError(name)

    monkeypatch.setattr(dbapi.importlib, "import_module", refuse)
    with pytest.raises(dbapi.DriverMissing, match="pip install mysqlclient"):
        dbapi.driver("mysql")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a; b ;", ["a", "b"]),
        ("select ';' ; x", ["select ';'", "x"]),
        ("/* ; */ a", ["/* ; */ a"]),
        ("-- ;\na", ["-- ;\na"]),
        ("  ", []),
        ('a ";"', ['a ";"']),
    ],
)
def test_splitting(text, parts):
    assert dbapi.split_sql(text) == parts


class Server(socketserver.ThreadingTCPServer):
    """Takes any mail and keeps it."""

    daemon_threads = True

    def __init__(self) -> None:
        self.mails: list[str] = []
        self.recipients: list[str] = []
        super().__init__(("127.0.0.1", 0), Session)


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 hello\r\n")
        for raw in self.rfile:
            word = raw.split(b" ")[0].strip().upper()
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            if word == b"RCPT":
                self.server.recipients.append(raw.decode().split("<")[1].split(">")[0])
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    lines.append(line)
                self.server.mails.append(b"".join(lines).decode())
            self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def server():
    made = Server()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    options = {"smtp_host": "127.0.0.1", "smtp_port": str(made.server_address[1]), "smtp_starttls": "False"}
    for key, value in options.items():
        conf.set("smtp", key, value)
    yield made
    for key in options:
        conf.remove_option("smtp", key)
    made.shutdown()
    made.server_close()


def test_mail(runs, server, tmp_path):
    (tmp_path / "a.txt").write_text("attached")
    with DAG("d"):
        task = EmailOperator(
            task_id="a",
            to="x@y.z; q@y.z",
            cc=["c@y.z"],
            subject="run of {{ ds }}",
            html_content="<b>{{ run_id }}</b>",
            files=[str(tmp_path / "a.txt")],
        )
    runs.run(task)
    assert server.recipients == ["x@y.z", "q@y.z", "c@y.z"]
    assert "Subject: run of 2024-01-31" in server.mails[0]
    assert "<b>r1</b>" in server.mails[0]
    assert 'filename="a.txt"' in server.mails[0]


def test_no_server_is_set():
    conf.set("smtp", "smtp_host", "")
    try:
        with pytest.raises(errors.AirflowConfigException, match="smtp_host"):
            mail.send_email("x@y.z", "s", "c")
    finally:
        conf.remove_option("smtp", "smtp_host")


def test_a_server_that_does_not_answer():
    settings = mail.Settings(host="127.0.0.1", port=1, starttls=False, ssl=False, retries=2)
    message, to = mail.build_mime_message("a@b.c", "x@y.z", "two\nlines", "text")
    with pytest.raises(errors.AirflowException, match=r"127\.0\.0\.1:1 did not take the mail"):
        mail.send_mime_email("a@b.c", to, message, settings=settings)
