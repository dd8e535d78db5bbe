"""The look-up object that DAG files and provider packages use."""

from datetime import timedelta
from pathlib import Path

import pytest

from tradewind import config
from tradewind.config.compat import Conf
from tradewind.config.problems import ConfigInvalid, OptionMissing


def conf(tmp_path: Path, cfg: str = "", **environ: str) -> Conf:
    (tmp_path / "airflow.cfg").write_text(cfg)
    return Conf(config.load(tmp_path, environ))


def test_text_and_conversions(tmp_path: Path) -> None:
    found = conf(tmp_path, '[core]\nparallelism = 3 # few\n[mine]\na = 1,2\nj = {"k": 1}\nt = 90\nyes = on')
    assert found.get("core", "PARALLELISM") == "3 # few"
    assert found.getint("core", "parallelism") == 3
    assert found.getlist("mine", "a") == ["1", "2"]
    assert found.getjson("mine", "j") == {"k": 1}
    assert found.gettimedelta("mine", "t") == timedelta(seconds=90)
    assert found.getboolean("mine", "yes") is True
    assert found.getfloat("core", "dagbag_import_timeout") == 30.0


def test_a_former_name_finds_the_present_value(tmp_path: Path) -> None:
    found = conf(tmp_path, "[core]\nmax_active_tasks_per_dag = 5")
    assert found.getint("core", "dag_concurrency") == 5
    assert found.get("core", "sql_alchemy_conn").startswith("sqlite:///")


def test_options_of_other_packages_are_kept(tmp_path: Path) -> None:
    found = conf(tmp_path, "[aws]\nregion = eu", AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE="ns")
    assert found.get("aws", "region") == "eu"
    assert found.get("kubernetes_executor", "namespace") == "ns"
    assert found.getint("celery", "worker_concurrency") == 16
    assert found.getsection("aws") == {"region": "eu"}
    assert found.getsection("nothing_such") is None


def test_a_missing_option_raises_unless_there_is_a_fallback(tmp_path: Path) -> None:
    found = conf(tmp_path)
    with pytest.raises(OptionMissing, match=r"catchup_by_default\] .* It is known, but not set\."):
        found.get("scheduler", "catchup_by_default")
    with pytest.raises(OptionMissing, match=r"Did you mean 'parallelism'\?"):
        found.get("core", "paralelism")
    assert found.get("core", "paralelism", fallback="x") == "x"
    assert found.getint("core", "paralelism", fallback=None) is None
    assert not found.has_option("core", "paralelism")
    assert found.has_option("core", "executor")


def test_a_value_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"\[mine\] n must be a whole number, got 'x'"):
        conf(tmp_path, "[mine]\nn = x").getint("mine", "n")


def test_an_override_lasts_until_it_is_removed(tmp_path: Path) -> None:
    found = conf(tmp_path)
    found.set("core", "parallelism", 99)
    assert found.getint("core", "parallelism") == 99
    assert found.remove_option("core", "parallelism")
    assert found.getint("core", "parallelism") == 32


def test_as_dict_hides_secrets(tmp_path: Path) -> None:
    found = conf(tmp_path, "[core]\nfernet_key = topsecret")
    assert found.as_dict()["core"]["fernet_key"] == "< hidden >"
    assert found.as_dict(display_sensitive=True)["core"]["fernet_key"] == "topsecret"
