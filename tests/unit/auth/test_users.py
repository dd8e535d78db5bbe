"""Users as the setting names them, and passwords as they are compared."""

from __future__ import annotations

import pytest

from tradewind.auth import passwords, users
from tradewind.domain.errors import AirflowConfigException


def test_names_roles_and_teams() -> None:
    found = users.parse_users(" admin:Admin , bob:VIEWER:red|blue,")
    assert [(user.name, user.role, user.teams) for user in found] == [
        ("admin", "admin", ()),
        ("bob", "viewer", ("red", "blue")),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("admin", "name:role"),
        (":admin", "name:role"),
        ("bob:vewer", "Did you mean 'viewer'"),
        ("a:op,a:user", "twice"),
    ],
)
def test_what_cannot_be_meant(text: str, words: str) -> None:
    with pytest.raises(AirflowConfigException, match=words):
        users.parse_users(text)


def test_plain_and_hashed_passwords() -> None:
    verifier = passwords.Verifier()
    hashed = passwords.hash_password("secret")
    assert hashed.startswith(passwords.HASH_PREFIX)
    for stored in ("secret", hashed):
        assert verifier.matches(stored, "secret")
        assert verifier.matches(stored, "secret"), "remembered"
        assert not verifier.matches(stored, "Secret")
        assert not verifier.matches(stored, "")
    assert not verifier.matches("$argon2id$broken", "secret")
    assert not verifier.matches("pässword", "password")


def test_only_the_last_matches_are_remembered() -> None:
    verifier = passwords.Verifier(size=1)
    first, second = (passwords.hash_password(text) for text in ("a", "b"))
    assert verifier.matches(first, "a")
    assert verifier.matches(second, "b")
    assert verifier.matches(first, "a")
    assert not verifier.matches(first, "b")


def test_generated_passwords_differ_and_are_easy_to_read() -> None:
    made = {passwords.generate() for _ in range(50)}
    assert len(made) == 50
    assert not set("".join(made)) & set("lI0O1")
