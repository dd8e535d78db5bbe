"""A script that makes a user, word for word as the article of 2016 prints it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.compat.cli.world import Home

from tradewind.auth.people import People
from tradewind.runtime.clock import SystemClock
from tradewind.store.database import Database

MAKE_USER = """
import airflow

from airflow import models,   settings

from airflow.contrib.auth.backends.password_auth import PasswordUser

user = PasswordUser(models.User())

user.username = 'ehbio'

user.email = 'mail@ehbio.com'

user.password = 'ehbio'

session = settings.Session()

session.add(user)

session.commit()

session.close()
"""
DAG = "from airflow.sdk import DAG\ndag = DAG('d', schedule=None)\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "h")


def python(home: Home, *words: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], env=home.environ | environ, capture_output=True, text=True, input=stdin,
        timeout=60, check=False,
    )  # fmt: skip


def users(home: Home) -> list[dict]:
    return json.loads(home.ok("users", "list", "-o", "json").out or "[]")


@pytest.mark.parametrize("how", ["a file", "typed"])
def test_the_user_can_log_in(home: Home, tmp_path: Path, how: str) -> None:
    file = tmp_path / "make_user.py"
    file.write_text(MAKE_USER)
    text = MAKE_USER.replace("\n\n", "\n") + "\nexit()\n"
    done = python(home, str(file)) if how == "a file" else python(home, "-i", stdin=text)
    assert done.returncode == 0 and "has the role User" in done.stderr, done
    (made,) = users(home)
    assert (made["username"], made["email"], made["roles"]) == ("ehbio", "mail@ehbio.com", ["User"])
    database = Database(f"sqlite:///{home.path}/airflow.db")
    people = People(database, SystemClock(), directory=None)
    assert people.log_in("ehbio", "ehbio") is not None
    assert people.log_in("ehbio", "Ehbio") is None
    database.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("user.username = 'ehbio'", ""), "username must be given"),
        (("user.password = 'ehbio'", "user.password = ''"), "password must be a text that is not empty"),
        (("session.add(user)", "session.add(user); session.add(object())"), "takes users"),
        (("session.add(user)", "session.query(user)"), "session.query is not available"),
        (("session.commit()", "session.commit(); session.add(user); session.commit()"), "exists already"),
    ],
)
def test_what_is_wrong_is_named(home: Home, tmp_path: Path, change: tuple[str, str], said: str) -> None:
    file = tmp_path / "make_user.py"
    file.write_text(MAKE_USER.replace(*change))
    done = python(home, str(file))
    assert done.returncode == 1 and said in done.stderr, done


def test_dag_files_and_what_tasks_start_make_no_users(home: Home, tmp_path: Path) -> None:
    home.dag("sly", MAKE_USER + DAG)
    home.ok("dags", "reserialize")
    told = home.run("dags", "list-import-errors")
    assert "needs the metadata database" in told.out + told.err or "database, which" in told.out, told
    file = tmp_path / "make_user.py"
    file.write_text(MAKE_USER)
    done = python(home, str(file), AIRFLOW_CTX_DAG_ID="d")
    assert done.returncode == 1 and "do not reach" in done.stderr.replace("\n", " "), done
    assert users(home) == []
