"""S22: every package that we need or tell people to install is one that we know."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
KNOWN = frozenset(
    {
        "alembic", "argcomplete", "argon2-cffi", "authlib", "babel", "bcrypt", "croniter",
        "cryptography", "drf-spectacular-sidecar", "fsspec", "httptools", "httpx", "jinja2", "joserfc",
        "jsonpointer", "ldap3", "msgspec", "pandas", "pathspec", "pendulum", "psycopg", "pyjwt",
        "pymysql", "python-dateutil", "python-multipart", "pyyaml", "rich", "setproctitle",
        "sqlalchemy", "starlette", "tradewind", "tzdata", "uvicorn", "uvloop", "watchfiles",
    }
)  # fmt: skip
NAME = re.compile(r"^[A-Za-z0-9_.-]+")


def test_what_we_need_is_known_and_has_a_floor() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(one for many in project["optional-dependencies"].values() for one in many),
    ]
    names = {NAME.match(one)[0].lower() for one in wanted}  # type: ignore[index]
    assert names - KNOWN == set()
    assert [one for one in project["dependencies"] if ">=" not in one] == []
    assert len(project["dependencies"]) <= 25


def test_what_we_tell_people_to_install_is_known() -> None:
    told = set()
    for path in (ROOT / "src").rglob("*.py"):
        told |= set(re.findall(r"pip install '?([A-Za-z0-9_-]+)", path.read_text()))
    assert {
        name.lower() for name in told if not name.startswith("apache-airflow-providers-")
    } - KNOWN == set()
