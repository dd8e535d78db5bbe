"""Users as scripts of Airflow 1.x make them: ``PasswordUser(models.User())``."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.auth import managing, passwords, roles
from tradewind.domain.errors import InvalidValue
from tradewind.store.queries import audit

if TYPE_CHECKING:
    from tradewind.store.database import Tx

log = logging.getLogger("tradewind.admin")


class User:
    """A person of Airflow 1.x: a name, an address, and whether they are a superuser (here: an admin)."""

    def __init__(
        self, username: str | None = None, email: str | None = None, superuser: bool = False, **others: Any
    ) -> None:
        self.username, self.email, self.superuser = username, email, superuser
        self.password: str | None = None
        for name, value in others.items():
            setattr(self, name, value)

    def write(self, tx: Tx, now: datetime, by: str) -> None:
        """Enter the user. Raises InvalidValue without a name, Conflict where there is one of that name."""
        if not self.username:
            raise InvalidValue("username", self.username, "be given before the session commits")
        role = roles.ADMIN if self.superuser else roles.USER
        managing.make_user(
            tx, self.username, password_hash=self.password, roles=managing.check_roles(tx, [role]),
            email=self.email or "", now=now,
        )  # fmt: skip
        extra = json.dumps({"username": self.username, "role": role})
        audit.add(tx, "script_users_create", at=now, owner=by, extra=extra)
        log.warning("User %r has the role %s. 'airflow users add-role' gives others.", self.username, role)


class PasswordUser:
    """A user with a password, which is hashed as soon as it is set. Everything else is the user's."""

    user: User

    def __init__(self, user: User) -> None:
        object.__setattr__(self, "user", user)

    @property
    def password(self) -> str | None:
        """The hash of the password."""
        return self.user.password

    @password.setter
    def password(self, plain: str) -> None:
        if not isinstance(plain, str) or not plain:
            raise InvalidValue("password", type(plain).__name__, "be a text that is not empty")
        self.user.password = passwords.hash_password(plain)

    def authenticate(self, plain: str) -> bool:
        """Is that the password?"""
        stored = self.user.password
        return stored is not None and passwords.Verifier().matches_hash(stored, plain)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.user, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "password":
            object.__setattr__(self, name, value)
        else:
            setattr(self.user, name, value)

    def write(self, tx: Tx, now: datetime, by: str) -> None:
        """As the user's."""
        self.user.write(tx, now, by)
