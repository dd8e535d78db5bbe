"""``webhooks``: what can be said, and what is refused."""

import pytest
from tests.compat.cli.world import Home

DAG = "from airflow.sdk import dag\n\n@dag(schedule=None)\ndef deploy(): ...\n\ndeploy()\n"


@pytest.fixture
def deploying(home: Home) -> Home:
    home.dag("deploy", DAG)
    home.ok("dags", "reserialize")
    return home


def test_a_webhook_from_its_making_to_its_end(deploying: Home) -> None:
    home = deploying
    made = home.ok("webhooks", "create", "hook", "--dag", "deploy", "--param", "who=/a/b", "--signed-only")
    assert "/api/v2/webhooks/hook" in made.out
    (secret,) = [word for word in made.out.split() if word.startswith("whsec_")]
    assert secret.encode() not in (home.path / "airflow.db").read_bytes()
    (row,) = home.ok("webhooks", "list", "-o", "json").json
    assert (row["webhook"], row["starts"], row["params"]) == ("hook", "DAG deploy", "who=/a/b")
    assert secret not in home.ok("webhooks", "rotate", "hook").out
    home.ok("rotate-fernet-key")
    home.ok("webhooks", "delete", "hook")
    assert home.ok("webhooks", "list", "-o", "json").json == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["create", "w"], "--dag DAG_ID or --asset NAME"),
        (["create", "w", "--dag", "deploy", "--asset", "a"], "--dag DAG_ID or --asset NAME"),
        (["create", "w", "--dag", "nothing"], "'nothing'"),
        (["create", "w", "--asset", "nothing"], "no asset 'nothing'"),
        (["create", "a/b", "--dag", "deploy"], "Webhook name"),
        (["create", "w", "--dag", "deploy", "--param", "who"], "NAME=POINTER"),
        (["create", "w", "--dag", "deploy", "--param", "who=/a~2"], "JSON pointer"),
        (["create", "w", "--dag", "deploy", "--param", "who=/a/-"], "JSON pointer"),
        (["create", "w", "--dag", "deploy", "--secret-file", "none"], "none"),
        (
            ["create", "w", "--dag", "deploy", "--secret-file", "short"],
            "short: The secret is shorter than 16",
        ),
        (["create", "w", "--dag", "deploy", "--secret-file", "umlaut"], "umlaut: The secret has"),
        (["rotate", "nothing"], "'nothing'"),
        (["delete", "nothing"], "'nothing'"),
    ],
)
def test_what_cannot_be(deploying: Home, words: list[str], told: str) -> None:
    home = deploying
    (home.path / "short").write_text("secret\n")
    (home.path / "umlaut").write_text("geheimnisvolle Tür zum Hof\n")
    files = [str(home.path / word) if word in ("none", "short", "umlaut") else word for word in words]
    done = home.run("webhooks", *files)
    assert done.code != 0
    assert told in done.err
    assert home.ok("webhooks", "list", "-o", "json").json == []
