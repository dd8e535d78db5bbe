"""Texts have the same bounds for commands as for requests."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.compat.cli.world import Home

PERSON = ("users", "create", "-u", "a", "-l", "l", "-r", "Admin", "-p", "p")
LONG, LONGER = "x" * 600, "x" * 5001


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("home"))
    made.ok("db", "migrate")
    return made


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*PERSON, "-f", "f", "-e", LONG), "email"),
        ((*PERSON, "-e", "e", "-f", LONG), "first_name"),
        (("pools", "set", "p", "1", LONGER), "description of pool"),
        (("variables", "set", "k", "v", "--description", LONGER), "description of variable"),
        (("connections", "add", "c", "--conn-type", "http", "--conn-host", LONG), "host of connection"),
        (("connections", "add", "c", "--conn-type", "http", "--conn-login", LONGER), "login of connection"),
    ],
)  # fmt: skip
def test_a_text_that_is_too_long_is_refused(home: Home, words: tuple[str, ...], said: str) -> None:
    done = home.run(*words)
    assert done.code == 2 and said in done.err and "at most" in done.err and LONG not in done.err, done


def test_a_file_is_read_whole_or_not_at_all(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "users.json"
    person = '{"username": "%s", "email": "%s", "firstname": "", "lastname": "", "roles": []}'
    file.write_text(f"[{person % ('ann', 'a@example.org')}, {person % ('bob', LONG)}]")
    done = home.run("users", "import", str(file))
    assert done.code == 2 and "email of user 'bob'" in done.err
    assert "ann" not in home.ok("users", "list").out
