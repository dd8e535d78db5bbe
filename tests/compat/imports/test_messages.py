"""What a failed import says."""

from __future__ import annotations

import importlib
import importlib.util
import logging

import pytest

import airflow

FAILURES = [
    ("from airflow.utils.dates import days_agoo", ImportError, "Did you mean 'days_ago'?"),
    ("from airflow.models import Varaible", ImportError, "Did you mean 'Variable'?"),
    (
        "from airflow.operators.bash import PythonOperator",
        ImportError,
        "It is in airflow.providers.standard.operators.python.",
    ),
    ("from airflow.utils import timezon", ImportError, "Did you mean 'timezone'?"),
    ("from airflow import foo", ImportError, "cannot import name 'foo' from 'airflow'"),
    ("import airflow.foo", ModuleNotFoundError, "No module named 'airflow.foo'"),
    ("import airflow.utils.datess", ModuleNotFoundError, "Did you mean 'dates'?"),
    (
        "from airflow.dag_processing.bundles.base import BaseDagBundle",
        ImportError,
        "airflow.dag_processing.bundles.base.BaseDagBundle is part of Airflow, but Tradewind does not have "
        "it yet",
    ),
    ("from airflow.www import app", ImportError, "airflow.www is part of Airflow (its web UI of 2.x)"),
    ("import airflow.api_connexion.endpoints", ImportError, "does not have it yet"),
    (
        "import airflow.providers.ssh.hooks.ssh",
        ModuleNotFoundError,
        "pip install apache-airflow-providers-ssh",
    ),
    (
        "from airflow.providers.apache.spark.operators.spark_submit import X",
        ImportError,
        "pip install apache-airflow-providers-apache-spark",
    ),
    (
        "from airflow.providers.cncf.kubernetes.operators.pod import X",
        ImportError,
        "pip install apache-airflow-providers-cncf-kubernetes",
    ),
    (
        "from airflow.operators import HiveOperator",
        ImportError,
        "pip install apache-airflow-providers-apache-hive",
    ),
    (
        "from airflow.hooks.oracle_hook import OracleHook",
        ImportError,
        "pip install apache-airflow-providers-oracle",
    ),
    (
        "from airflow.contrib.operators.ssh_operator import SSHOperator",
        ImportError,
        "pip install apache-airflow-providers-ssh",
    ),
    ("from airflow.providers.standard.operators.bashh import X", ModuleNotFoundError, "Did you mean 'bash'?"),
]


@pytest.mark.parametrize(("statement", "kind", "words"), FAILURES, ids=[one[0] for one in FAILURES])
def test_failure(statement: str, kind: type[ImportError], words: str) -> None:
    with pytest.raises(kind) as caught:
        exec(statement)
    assert words in str(caught.value)


def test_the_names_of_modules_that_are_missing_are_right() -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        importlib.import_module("airflow.providers.ssh")
    assert caught.value.name == "airflow.providers.ssh"


def test_asking_whether_a_module_is_there_is_no_error() -> None:
    assert importlib.util.find_spec("airflow.providers.ssh") is None
    assert importlib.util.find_spec("airflow.nothing") is None
    assert importlib.util.find_spec("airflow.utils.dates") is not None


def test_hasattr_is_a_plain_yes_or_no() -> None:
    from airflow.dag_processing.bundles import base

    from airflow import models, operators

    assert hasattr(models, "Variable")
    assert not hasattr(base, "BaseDagBundle")
    assert not hasattr(models, "Nothing")
    assert not hasattr(operators, "HiveOperator")
    assert not hasattr(airflow, "__wrapped__")


def test_an_optional_import_can_be_caught() -> None:
    try:
        from airflow.providers.openlineage.extractors import OperatorLineage
    except ImportError:
        OperatorLineage = None
    assert OperatorLineage is None


def test_dir_lists_names_and_modules() -> None:
    from airflow import sdk, utils

    assert {"DAG", "task", "timezone", "bases"} <= set(dir(sdk))
    assert {"dates", "timezone", "state"} <= set(dir(utils))
    assert "get_fernet" in dir(sdk.crypto)
    assert "BaseDagBundle" not in dir(importlib.import_module("airflow.dag_processing.bundles.base"))


def test_old_paths_do_not_warn_but_leave_a_note(caplog: pytest.LogCaptureFixture) -> None:
    import sys

    sys.modules.pop("airflow.operators.bash_operator", None)
    with caplog.at_level(logging.DEBUG, logger="tradewind.imports"):
        importlib.import_module("airflow.operators.bash_operator")
        sys.modules.pop("airflow.operators.dummy_operator", None)
        importlib.import_module("airflow.operators.dummy_operator")
    assert "today's is airflow.providers.standard.operators.bash.BashOperator" in caplog.text
    dummy = "airflow.operators.dummy_operator.DummyOperator is an old path; today's is "
    assert dummy + "airflow.providers.standard.operators.empty.EmptyOperator" in caplog.text


def test_version() -> None:
    from airflow.version import version

    import tradewind

    assert airflow.__version__ == version == airflow.version.version == tradewind.AIRFLOW_VERSION


def test_a_module_does_not_hide_the_function_of_its_name() -> None:
    import airflow.decorators.task_group
    from airflow.decorators import task_group

    assert callable(task_group)
    assert airflow.decorators.task_group is task_group
