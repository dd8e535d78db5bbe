"""Provider packages of others install beside ours, and win where they bring what we only stand in for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run(code: str, *folders: Path) -> str:
    """What the code prints in a fresh interpreter that has these folders on its path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def package(root: Path, path: str, source: str, *, init: str | None = "") -> Path:
    """A module of a distribution whose top folders have no ``__init__`` (as today's provider wheels)."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source)
    if init is not None:
        (file.parent / "__init__.py").write_text(init)
    return root


def test_a_provider_package_is_found_beside_ours(tmp_path: Path) -> None:
    dist = package(
        tmp_path / "dist",
        "airflow/providers/acme/operators.py",
        "from airflow.models import BaseOperator\nclass AcmeOperator(BaseOperator):\n    pass\n",
    )
    code = (
        "from airflow.providers.acme.operators import AcmeOperator\n"
        "from airflow.providers.standard.operators.empty import EmptyOperator\n"
        "from airflow.sdk import BaseOperator\n"
        "print(issubclass(AcmeOperator, BaseOperator), EmptyOperator.__module__)"
    )
    assert run(code, dist) == "True tradewind.authoring.operators.empty"


def test_two_distributions_with_the_old_kind_of_namespace(tmp_path: Path) -> None:
    extend = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
    first = package(tmp_path / "one", "airflow/providers/acme/one.py", "value = 1\n")
    second = package(tmp_path / "two", "airflow/providers/other/two.py", "value = 2\n")
    (first / "airflow/providers/__init__.py").write_text(extend)
    (second / "airflow/providers/__init__.py").write_text(extend)
    code = (
        "from airflow.providers.acme.one import value as one\n"
        "from airflow.providers.other.two import value as two\n"
        "print(one + two)"
    )
    assert run(code, first, second) == "3"


def test_an_installed_provider_wins_over_our_stand_in(tmp_path: Path) -> None:
    dist = package(
        tmp_path / "dist",
        "airflow/providers/mysql/operators/mysql.py",
        "class MySqlOperator:\n    theirs = True\n",
    )
    (dist / "airflow/providers/mysql/__init__.py").write_text("")
    code = "from airflow.providers.mysql.operators.mysql import MySqlOperator as M\nprint(M.theirs)"
    assert run(code, dist) == "True"


def test_our_standard_operators_win_over_an_installed_package(tmp_path: Path) -> None:
    dist = package(
        tmp_path / "dist", "airflow/providers/standard/operators/bash.py", "raise SystemExit('theirs')\n"
    )
    (dist / "airflow/providers/standard/__init__.py").write_text("")
    code = (
        "from airflow.providers.standard.operators.bash import BashOperator\nprint(BashOperator.__module__)"
    )
    assert run(code, dist).startswith("tradewind.")


def test_old_names_lead_to_an_installed_provider(tmp_path: Path) -> None:
    dist = package(
        tmp_path / "dist", "airflow/providers/ssh/operators/ssh.py", "class SSHOperator:\n    pass\n"
    )
    (dist / "airflow/providers/ssh/__init__.py").write_text("")
    hive = package(dist, "airflow/providers/apache/hive/operators/hive.py", "class HiveOperator:\n    pass\n")
    (hive / "airflow/providers/apache/hive/__init__.py").write_text("")
    code = (
        "from airflow.contrib.operators.ssh_operator import SSHOperator\n"
        "from airflow.operators import HiveOperator\n"
        "print(SSHOperator.__module__, HiveOperator.__module__)"
    )
    assert (
        run(code, dist) == "airflow.providers.ssh.operators.ssh airflow.providers.apache.hive.operators.hive"
    )


def test_an_import_error_inside_a_provider_is_not_hidden(tmp_path: Path) -> None:
    dist = package(tmp_path / "dist", "airflow/providers/acme/broken.py", "import no_such_driver\n")
    code = (
        "try:\n    import airflow.providers.acme.broken\n"
        "except ModuleNotFoundError as error:\n    print(error.name)"
    )
    assert run(code, dist) == "no_such_driver"
