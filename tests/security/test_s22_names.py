"""S22: every package that we need or tell people to install is one that we know."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from airflow._face import explain
from tradewind.authoring import missing_modules
from tradewind.authoring.hooks.finding import NoHook
from tradewind.domain import provider_packages

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
    assert {name.lower() for name in told} - KNOWN == set()


@pytest.mark.parametrize(
    "made_up", ["nonesuch", "airflow.providers.nonesuch.hooks", "airflow.providers.apache.x"]
)
def test_no_package_is_named_after_what_somebody_wrote(made_up: str) -> None:
    """Whoever registers such a name would be installed (as in CVE-2023-41267)."""
    for said in (
        missing_modules.advice(made_up),
        str(NoHook("z", made_up)),
        explain.no_attribute("airflow", made_up),
    ):
        assert "pip install" not in said
    assert (
        provider_packages.of_module("airflow.providers.apache.spark.x")
        == "apache-airflow-providers-apache-spark"
    )
    assert "pip install requests" in missing_modules.advice("requests.adapters")
    assert "pip install dbt-core" in missing_modules.advice("dbt.cli.main")
    assert "pip install" not in missing_modules.advice("azure.storage"), "a package that is retired"
