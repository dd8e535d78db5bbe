"""1.x and 2.x spellings become today's words; mistakes get the nearest right command."""

import pytest

from tradewind.cli import guide, legacy, tree


@pytest.mark.parametrize(
    ("typed", "today"),
    [
        ("initdb", "db init"),
        ("resetdb -y", "db reset -y"),
        ("list_dags", "dags list"),
        ("list_tasks d --tree", "tasks list d --tree"),
        ("trigger_dag d -r x --exec_date 2018-01-01", "dags trigger d -r x --exec-date 2018-01-01"),
        ("backfill -s 2018-01-01 --mark_success d", "dags backfill -s 2018-01-01 --mark-success d"),
        ("backfill create --dag-id d", "backfill create --dag-id d"),
        ("clear d -c -dx", "tasks clear d --yes -R"),
        ("test d t 2016-05-14 -dr -tp {}", "tasks test d t 2016-05-14 --dry-run --task-params {}"),
        ("run d t 2018-01-01 --mark_success", "tasks run d t 2018-01-01 --mark-success"),
        ("run my_dag.py --dag-id d", "run my_dag.py --dag-id d"),
        ("run --dag-id d my_dag.py", "run --dag-id d my_dag.py"),
        ("run -sd /dags/a.py d t 2018-01-01", "tasks run -sd /dags/a.py d t 2018-01-01"),
        ("run folder/my_dag --dag-id d", "run folder/my_dag --dag-id d"),
        ("pool -s p 3 text", "pools set p 3 text"),
        ("variables --set k v", "variables set k v"),
        ("variables -j --set k v", "variables set -j k v"),
        ("variables get k", "variables get k"),
        ("connections -a --conn_id c --conn_uri u", "connections add c --conn-uri u"),
        ("connections --list", "connections list"),
        ("config", "config list"),
        ("config get-value core x", "config get-value core x"),
        ("webserver -hn 0.0.0.0 -p 8090 -D", "webserver --host 0.0.0.0 -p 8090 -D"),
        ("dags list -o json", "dags list -o json"),
        (
            "create_user -r Admin -u a --use_random_password",
            "users create -r Admin -u a --use-random-password",
        ),
        ("users --create --username a -e m", "users create --username a -e m"),
        ("users --username a --create", "users create --username a"),
        ("users -l", "users list"),
        ("users create -l Last -u a", "users create -l Last -u a"),
        ("users --add_role --username a --role Op", "users add-role --username a --role Op"),
        ("list_users", "users list"),
        ("roles --create A B", "roles create A B"),
        ("sync_perm", "sync-perm"),
        ("dag_state d 2018-01-01", "dags state d 2018-01-01"),
    ],
)  # fmt: skip
def test_an_older_spelling_means_todays(typed: str, today: str) -> None:
    assert " ".join(legacy.translate(typed.split())) == today


def test_values_keep_their_underscores() -> None:
    assert legacy.translate(["clear", "d", "--task_regex=a_b", "-t", "x_y"])[-3:] == [
        "--task-regex=a_b",
        "-t",
        "x_y",
    ]


def test_every_older_word_leads_to_a_command() -> None:
    for word, path in legacy.FLAT.items():
        assert tree.find(path.split()), word


def test_every_command_can_be_loaded_and_declares_its_arguments() -> None:
    from tradewind.cli.arguments import build_parser
    from tradewind.cli.main import load

    for leaf in tree.LEAVES:
        assert build_parser("airflow", leaf.path, leaf.text, load(leaf)).format_help()
    assert len({leaf.path for leaf in tree.LEAVES}) == len(tree.LEAVES)


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("lst_dags", "list_dags"),
        ("initbd", "initdb"),
        ("dgas list", "dags"),
        ("dags lst", "dags list"),
        ("db migrat", "db migrate"),
        ("schedular", "scheduler"),
        ("trigger", "dags trigger"),
        ("standalon", "standalone"),
    ],
)
def test_a_mistake_gets_the_nearest_right_command(typed: str, near: str) -> None:
    words = typed.split()
    assert f"Did you mean 'airflow {near}'?" in guide.mistake("airflow", words, words)


def test_a_word_that_names_nothing_any_more_says_what_there_is() -> None:
    assert "worker host" in guide.mistake("airflow", ["worker"], ["worker"])
