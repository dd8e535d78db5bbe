"""The passwords file: made once, kept, read again when it changes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tradewind.auth import passwords, users
from tradewind.domain.errors import AirflowConfigException

PEOPLE = users.parse_users("admin:admin,bob:viewer")


def test_made_once_and_completed(tmp_path: Path) -> None:
    path = users.ensure_passwords(tmp_path / "home", PEOPLE[:1])
    assert path.name == "simple_auth_manager_passwords.json.generated"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = json.loads(path.read_text())
    assert users.ensure_passwords(tmp_path / "home", PEOPLE) == path
    both = json.loads(path.read_text())
    assert both["admin"] == first["admin"]
    assert set(both) == {"admin", "bob"}
    assert list(path.parent.iterdir()) == [path]


def test_an_edited_password_counts_at_once(tmp_path: Path) -> None:
    path = users.ensure_passwords(tmp_path, PEOPLE)
    directory = users.Directory(PEOPLE, path, lambda *said: "|".join(said))
    assert directory.authenticate("bob", json.loads(path.read_text())["bob"]) == PEOPLE[1]
    path.write_text(json.dumps({"bob": passwords.hash_password("new one")}))
    assert directory.authenticate("bob", "new one") == PEOPLE[1]
    assert directory.authenticate("bob", "old") is None
    assert directory.authenticate("admin", "new one") is None
    assert directory.authenticate("eve", "new one") is None
    path.unlink()
    assert directory.authenticate("bob", "new one") is None


@pytest.mark.parametrize("content", ["[]", "{", '{"admin": 7}'])
def test_a_broken_file_is_named_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(content)
    with pytest.raises(AirflowConfigException, match=r"mine\.json"):
        users.ensure_passwords(tmp_path, PEOPLE, file=path)
    assert path.read_text() == content


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AirflowConfigException, match="Cannot"):
        users.ensure_passwords(tmp_path / "file" / "home", PEOPLE)
