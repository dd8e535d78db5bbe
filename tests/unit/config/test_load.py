"""Where options come from, and what is said about those that cannot be used."""

from pathlib import Path

import pytest

from tradewind import config
from tradewind.config.explain import explain
from tradewind.config.home import template
from tradewind.config.problems import ConfigInvalid, ConfigUnreadable


def load(
    tmp_path: Path, cfg: str = "", run_command=None, resolve_secret=None, **environ: str
) -> config.Config:
    if cfg:
        (tmp_path / "airflow.cfg").write_text(cfg)
    return config.load(tmp_path, environ, run_command=run_command, resolve_secret=resolve_secret)


def test_defaults_need_neither_file_nor_environment(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert found.core.parallelism == 32
    assert found.core.executor == ("LocalExecutor",)
    assert found.core.dags_folder == tmp_path / "dags"
    assert found.database.sql_alchemy_conn == f"sqlite:///{tmp_path}/airflow.db"
    assert found.scheduler.catchup_by_default is None
    assert found.scheduler.lost_attempt_limit == 3
    assert not list(tmp_path.iterdir())


def test_environment_comes_before_the_file(tmp_path: Path) -> None:
    found = load(tmp_path, "[core]\nparallelism = 3\n", AIRFLOW__CORE__PARALLELISM="4")
    assert found.core.parallelism == 4
    assert explain(found, "core", "parallelism").source == "environment AIRFLOW__CORE__PARALLELISM"


@pytest.mark.parametrize(
    ("cfg", "section", "key", "expected"),
    [
        ("[core]\nsql_alchemy_conn = postgresql://x/y", "database", "sql_alchemy_conn", "postgresql://x/y"),
        ("[core]\ndag_concurrency = 7", "core", "max_active_tasks_per_dag", 7),
        ("[webserver]\nweb_server_port = 8099", "api", "port", 8099),
        ("[scheduler]\nmax_threads = 5", "dag_processor", "parsing_processes", 5),
        ("[core]\nbase_log_folder = /l", "logging", "base_log_folder", Path("/l")),
        ("[celery]\ndefault_queue = q", "operators", "default_queue", "q"),
    ],
)
def test_names_of_older_versions_still_work(
    tmp_path: Path, cfg: str, section: str, key: str, expected
) -> None:
    found = load(tmp_path, cfg)
    assert getattr(getattr(found, section), key) == expected
    assert any(f"[{section}] {key}" in warning for warning in found.warnings)


def test_the_present_name_wins_over_a_former_one(tmp_path: Path) -> None:
    assert (
        load(
            tmp_path, "[core]\ndag_concurrency = 7\nmax_active_tasks_per_dag = 9"
        ).core.max_active_tasks_per_dag
        == 9
    )


def test_values_are_expanded(tmp_path: Path) -> None:
    cfg = "[core]\ndags_folder = $BASE/dags\nplugins_folder = ~/p\n[smtp]\n"
    cfg += "smtp_password = a%%b%(smtp_user)s%c\nsmtp_user = u"
    found = load(tmp_path, cfg, BASE="/b", HOME="/h")
    assert found.core.dags_folder == Path("/b/dags")
    assert found.core.plugins_folder == Path("/h/p")
    assert found.smtp.smtp_password == "a%bu%c"


def test_secret_options_may_come_from_a_command_or_a_backend(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        "[database]\nsql_alchemy_conn_cmd = get conn\n",
        AIRFLOW__CORE__FERNET_KEY_SECRET="the/key",
        run_command=lambda command: {"get conn": "sqlite:////c.db"}[command],
        resolve_secret=lambda key: {"the/key": "K"}[key],
    )
    assert found.database.sql_alchemy_conn == "sqlite:////c.db"
    assert found.core.fernet_key == "K"


def test_a_command_for_an_option_that_is_no_secret_is_not_run(tmp_path: Path) -> None:
    found = load(
        tmp_path, AIRFLOW__CORE__PARALLELISM_CMD="echo 5", run_command=lambda _: pytest.fail("was run")
    )
    assert found.core.parallelism == 32


def test_without_a_way_to_run_commands_the_default_stays_and_it_is_said(tmp_path: Path) -> None:
    found = load(tmp_path, AIRFLOW__CORE__FERNET_KEY_CMD="cat key")
    assert found.core.fernet_key == ""
    assert any("FERNET_KEY_CMD" in warning for warning in found.warnings)


def test_a_time_zone_that_is_none_is_named_once_and_not_by_each_dag_file(tmp_path: Path) -> None:
    assert (
        load(tmp_path, "[core]\ndefault_timezone = Asia/Shanghai\n").core.default_timezone == "Asia/Shanghai"
    )
    with pytest.raises(
        ConfigInvalid, match=r"default_timezone must be the name of a time zone.*got 'Mars/Base'"
    ):
        load(tmp_path, "[core]\ndefault_timezone = Mars/Base\n")


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    cfg = "[core]\nexecutor = LocalExecuter\nparallelism = many\n"
    cfg += "[api]\nport = 70000\n[database]\nsql_alchemy_pool_enabled = 7"
    with pytest.raises(ConfigInvalid) as caught:
        load(tmp_path, cfg)
    text = str(caught.value)
    assert len(caught.value.problems) == 4
    assert "[core] executor must" in text and "Did you mean 'LocalExecutor'?" in text
    assert "[core] parallelism must be a whole number, got 'many'" in text
    assert "[api] port must be at most 65535, got '70000'" in text
    assert str(tmp_path / "airflow.cfg") in text


def test_a_secret_is_not_shown_in_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(tmp_path, AIRFLOW__DATABASE__SQL_ALCHEMY_ENGINE_ARGS="hunter2")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["core]\nx = 1", "[core]\nno equals sign", "\x80"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "airflow.cfg").write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigUnreadable, match=r"airflow\.cfg cannot be read"):
        load(tmp_path)


def test_a_likely_typing_error_is_pointed_out_and_a_foreign_option_is_not(tmp_path: Path) -> None:
    found = load(tmp_path, "[core]\nparalelism = 3\nlazy_load_plugins = False\n[my_company]\nanything = 1")
    assert [w for w in found.warnings if "is not an option" in w] == [
        "[core] paralelism is not an option. Did you mean 'parallelism'?"
    ]


def test_an_empty_value_is_the_default_except_where_text_may_be_empty(tmp_path: Path) -> None:
    found = load(tmp_path, "[core]\nparallelism =\nfernet_key =\n[email]\nemail_backend =")
    assert found.core.parallelism == 32
    assert found.core.fernet_key == ""
    assert found.is_set("core", "fernet_key") and not found.is_set("core", "plugins_folder")


@pytest.mark.parametrize(("executor", "slots"), [("SequentialExecutor", 1), ("LocalExecutor", 5)])
def test_the_sequential_executor_has_one_slot(tmp_path: Path, executor: str, slots: int) -> None:
    found = load(tmp_path, AIRFLOW__CORE__EXECUTOR=executor, AIRFLOW__CORE__PARALLELISM="5")
    assert found.core.slots == slots


def test_another_config_file_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "other.cfg").write_text("[core]\nparallelism = 6")
    assert load(tmp_path, AIRFLOW_CONFIG=str(tmp_path / "other.cfg")).core.parallelism == 6


def test_the_home_is_found(tmp_path: Path) -> None:
    assert config.find_home({"HOME": "/h"}) == Path("/h/airflow")
    assert config.find_home({"HOME": "/h", "AIRFLOW_HOME": "~/a"}) == Path("/h/a")


def test_the_template_changes_nothing_but_the_key(tmp_path: Path) -> None:
    found = load(tmp_path, template(fernet_key="KEY"))
    plain = config.load(tmp_path / "none", {})
    changed = {key for key, value in found.values.items() if value.source != "default"}
    assert changed == {("core", "fernet_key")}
    assert found.core.fernet_key == "KEY"
    assert plain.api.port == found.api.port
