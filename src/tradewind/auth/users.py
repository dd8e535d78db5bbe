"""The people of the simple auth manager: who there is, which role they have, where their passwords lie.

Users come from ``[core] simple_auth_manager_users`` (``name:ROLE[:team|team],…``). Their passwords are
kept in one JSON file, by default ``simple_auth_manager_passwords.json.generated`` in the home, as Airflow
3.x keeps them: plain text that its owner may read (mode 0600). A value that is an Argon2 hash is accepted
as well.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from tradewind.auth import passwords
from tradewind.domain.errors import AirflowConfigException, did_you_mean

PASSWORDS_FILE = "simple_auth_manager_passwords.json.generated"
ROLES = ("viewer", "user", "op", "admin")
DEFAULT_USERS = "admin:admin"
SIMPLE, FAB = "SimpleAuthManager", "FabAuthManager"
_SETTING = "[core] simple_auth_manager_users"


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One person who may log in. ``role`` is one of ROLES."""

    name: str
    role: str
    teams: tuple[str, ...] = ()


def parse_users(text: str) -> tuple[User, ...]:
    """The users that a setting such as ``admin:admin,bob:viewer`` names. Raises AirflowConfigException."""
    entries = [entry.strip() for entry in text.split(",")]
    users = [_parse_user(entry) for entry in entries if entry]
    names = [user.name for user in users]
    for name in names:
        if names.count(name) > 1:
            raise AirflowConfigException(f"{_SETTING} names the user {name!r} twice. Remove one of the two.")
    return tuple(users)


def configured(text: str, auth_manager: str) -> tuple[User, ...]:
    """As ``parse_users``; nobody where ``[core] auth_manager`` names that of FAB, whose users are in our
    tables.

    Raises AirflowConfigException for a manager that is not available: whoever configured it relies on it.
    """
    kind = auth_manager.rpartition(".")[2]
    if kind == FAB:
        return ()
    if kind not in {"", SIMPLE}:
        raise AirflowConfigException(
            f"[core] auth_manager names {auth_manager!r}, which is not available. Name {SIMPLE} or {FAB}. "
            "Besides, people log in by OpenID Connect ([oidc]), LDAP ([ldap]) or a proxy (proxy_user_header)."
        )
    return parse_users(text)


def _parse_user(entry: str) -> User:
    name, _, rest = entry.partition(":")
    role, _, teams = rest.partition(":")
    role = role.strip().lower()
    if not name.strip() or not role:
        raise AirflowConfigException(
            f"{_SETTING} has the entry {entry!r}; write it as name:role, for example admin:admin."
        )
    if role not in ROLES:
        raise AirflowConfigException(
            f"{_SETTING} gives {name!r} the role {role!r}, which is none of {', '.join(ROLES)}."
            f"{did_you_mean(role, ROLES)}"
        )
    return User(name=name.strip(), role=role, teams=tuple(t.strip() for t in teams.split("|") if t.strip()))


def ensure_passwords(home: Path, users: Sequence[User], *, file: Path | None = None) -> Path:
    """See to it that each user has a password in the passwords file; returns the file.

    Existing passwords stay. The file is written (mode 0600, replaced in one step) only when somebody is
    missing in it. ``file`` overrides the place in the home. Raises AirflowConfigException when it cannot be
    read or written.
    """
    path = file or home / PASSWORDS_FILE
    known = read_passwords(path)
    missing = [user.name for user in users if user.name not in known]
    if missing:
        _write(path, known | {name: passwords.generate() for name in missing})
    return path


def read_passwords(path: Path) -> dict[str, str]:
    """User name to password or hash; empty where there is no file. Raises AirflowConfigException."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise AirflowConfigException(f"Cannot read the passwords file {path}: {error.strerror}.") from error
    try:
        return msgspec.json.decode(raw, type=dict[str, str]) if raw.strip() else {}
    except msgspec.MsgspecError as error:
        raise AirflowConfigException(
            f'The passwords file {path} must be one JSON object such as {{"admin": "password"}}: {error}. '
            "Repair it, or remove it to have new passwords made."
        ) from error


def _write(path: Path, content: dict[str, str]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".passwords-")  # 0600 from the start
    except OSError as error:
        raise AirflowConfigException(f"Cannot write the passwords file {path}: {error.strerror}.") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(json.dumps(content) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise AirflowConfigException(f"Cannot write the passwords file {path}: {error.strerror}.") from error


class Directory:
    """Checks names and passwords against the configured users and the passwords file.

    The file is read again when it changed, so that a password edited by hand counts at once. ``stamp`` makes
    a keyed digest of words, the same in every API server (``tokens.Signer.stamp``).
    """

    def __init__(self, users: Sequence[User], path: Path, stamp: Callable[..., str]) -> None:
        self._users = {user.name: user for user in users}
        self._path, self._stamp = path, stamp
        self._verifier = passwords.Verifier()
        self._seen: tuple[int, int] | None = None
        self._passwords: dict[str, str] = {}

    def authenticate(self, name: str, password: str) -> User | None:
        """The user, or None; nothing tells whether the name or the password was wrong."""
        user, stored = self._users.get(name), self._stored().get(name)
        if user is None or stored is None:
            self._verifier.matches("no such user", password)
            return None
        return user if self._verifier.matches(stored, password) else None

    def user(self, name: str) -> User | None:
        """The configured user of that name."""
        return self._users.get(name)

    @property
    def users(self) -> Mapping[str, User]:
        """Everybody who is configured, by name."""
        return self._users

    def stamp(self, user: User) -> str:
        """Another one where the user's role, teams or password became others: their tokens carry it."""
        return self._stamp(user.name, user.role, "|".join(user.teams), self._stored().get(user.name, ""))

    @property
    def has_admin(self) -> bool:
        """Is one of them an admin?"""
        return any(user.role == "admin" for user in self._users.values())

    def _stored(self) -> dict[str, str]:
        try:
            status = self._path.stat()
        except OSError:
            return {}
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._seen:
            self._passwords, self._seen = read_passwords(self._path), stamp
        return self._passwords
