"""What is wrong is named, with the way out and the right exit code."""

import pytest
from tests.compat.cli.world import Home

EMPTY = "from airflow.sdk import DAG\ndag = DAG('d', schedule=None)\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("dags lst", "Did you mean 'airflow dags list'?"),
        ("lst_dags", "Did you mean 'airflow list_dags'?"),
        ("dags list --outptu json", "Did you mean '--output'?"),
        ("dags list -o xml", "invalid choice: 'xml'"),
        ("dags trigger", "required: dag_id"),
        ("dags trigger d extra", "there is no place for 'extra'"),
        ("dags trigger d -c not-json", "--conf must be a JSON object"),
        ("backfill d -s 2018-99-01", "--start-date must be a date"),
        ("backfill d", "give --start-date"),
        ("worker -q x", "worker host"),
        ("connections add c", "--conn-type"),
        ("run", "the file is missing"),
        ("pools set p -5 x", "slots of pool 'p' must be a whole number"),
        ("variables set = v", "Variable key ' ' is not valid"),
        ("connections add a=b --conn-uri http://h", "Connection id 'a b' is not valid"),
        ("connections add c --conn-uri nonsense", "The type of connection 'c' must be given"),
        ("connections add c --conn-type http --conn-port abc", "got 'abc'"),
        ("connections export c.foo", "got 'c.foo'"),
        ("dags list --columns dagid", "--columns must name columns among"),
        ("users create -u me", "required: -e/--email"),
        ("db clean", "Tradewind does not have it yet"),
    ],
)
def test_wrong_usage_is_exit_code_2(home: Home, words: str, said: str) -> None:
    home.dag("d", EMPTY)
    done = home.run(*(word.replace("=", " ") for word in words.split()))
    assert (done.code, said in done.err) == (2, True), done


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("dags trigger nosuch", "DAG 'nosuch' was not found"),
        ("tasks list nosuch", "DAG 'nosuch' was not found"),
        ("dags list -S /nowhere", "There is no file or folder /nowhere"),
        ("run /nowhere.py", "There is no file /nowhere.py"),
        ("config get-value core paralelism", "Did you mean 'parallelism'?"),
        ("variables import /nowhere.json", "/nowhere.json"),
        ("tasks states-for-dag-run nosuch 2024-01-01", "DAG 'nosuch' was not found"),
        ("tasks state nosuch t 2024-01-01", "DAG 'nosuch' was not found"),
        ("config list --section croe", "Did you mean 'core'?"),
    ],
)
def test_what_cannot_be_done_is_exit_code_1(home: Home, words: str, said: str) -> None:
    done = home.run(*words.split())
    assert (done.code, said in done.err) == (1, True), done


def test_help_and_nothing(home: Home) -> None:
    assert "Groups:" in home.ok("--help").out
    assert "trigger" in home.ok("dags", "--help").out
    assert "--run-id" in home.ok("dags", "trigger", "-h").out
    assert home.run("dags").code == 2


def test_a_configuration_that_cannot_be_used_names_every_problem(home: Home) -> None:
    done = home.run("dags", "list", AIRFLOW__CORE__EXECUTOR="LocalExecuter", AIRFLOW__API__PORT="99999")
    assert done.code == 1
    assert "Did you mean 'LocalExecutor'?" in done.err and "[api] port must be at most 65535" in done.err


def test_a_home_that_cannot_be_made_is_named(home: Home) -> None:
    home.path.parent.mkdir(exist_ok=True)
    home.path.write_text("a file")
    done = home.run("db", "migrate")
    assert done.code == 1
    assert f"The home folder {home.path} cannot be used" in done.err and "AIRFLOW_HOME" in done.err


def test_a_broken_config_file_is_named(home: Home) -> None:
    home.path.mkdir()
    (home.path / "airflow.cfg").write_text("[core\nx")
    done = home.run("dags", "list")
    assert done.code == 1 and "airflow.cfg cannot be read" in done.err


def test_completion_knows_commands_and_options(home: Home) -> None:
    def complete(line: str) -> list[str]:
        script = home.environ | {
            "_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "\n",
            "_ARGCOMPLETE_STDOUT_FILENAME": str(home.path.parent / "completed"),
        }  # fmt: skip
        home.environ, before = script, home.environ
        home.run()
        home.environ = before
        return (home.path.parent / "completed").read_text().split()

    assert "dags" in complete("airflow da")
    assert "trigger" in complete("airflow dags tr")
    assert "--run-id" in complete("airflow dags trigger --ru")
