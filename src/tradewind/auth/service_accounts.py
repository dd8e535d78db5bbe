"""Programs that use the API: what their tokens look like, and what they may do.

A token is random text with a prefix by which people (and scanners for secrets) know it; only its SHA-256 is
stored. What it may do is a list of scopes: names of roles, and pairs of an action and a resource in the words
that roles are made of, such as ``can_read:DAGs`` or ``can_create:DAG Run:etl``. It may that and nothing else,
whoever made it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from tradewind.auth import managing, roles
from tradewind.domain.errors import InvalidValue
from tradewind.store.queries import service_accounts as queries

if TYPE_CHECKING:
    from tradewind.store.database import Tx

PREFIX: Final = "twsa_"
LONGEST: Final = timedelta(days=366)
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_ACTION: Final = re.compile(r"(can_\w+|menu_access):(.+)")


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A new token, which is nowhere else, and its number."""

    token: str
    id: int
    scopes: list[str]
    expires_on: datetime


def issue(tx: Tx, name: str, *, scopes: Sequence[str], lifetime: str, now: datetime) -> Issued:
    """Give a program a new token, 256 random bits behind the prefix. Raises NotFound, InvalidValue."""
    token, expires = PREFIX + secrets.token_urlsafe(32), now + parse_lifetime(lifetime)
    checked = check_scopes(tx, scopes)
    number = queries.add_token(tx, name, digest=digest(token), scopes=checked, now=now, expires=expires)
    return Issued(token=token, id=number, scopes=checked, expires_on=expires)


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def parse_lifetime(text: str) -> timedelta:
    """``30d``, ``12h``, ``15m`` or ``2w``; at most 366 days. Raises InvalidValue."""
    found = re.fullmatch(r"([1-9]\d{0,5})([mhdw])", text.strip())
    lifetime = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None
    if lifetime is None or lifetime > LONGEST:
        raise InvalidValue("expires", text, "be a time such as 30d, 12h or 15m, and at most 366d")
    return lifetime


def check_scopes(tx: Tx, scopes: Sequence[str]) -> list[str]:
    """The scopes in today's words. Raises InvalidValue, and NotFound for a role that there is not."""
    if not scopes:
        raise InvalidValue("scope", "", "name at least one role, or a pair such as can_read:DAGs")
    pairs = {":".join(roles.check_pair(*pair)) for pair in _pairs(scopes)}
    return [*managing.check_roles(tx, _roles(scopes)), *sorted(pairs)]


def split(scopes: Sequence[str]) -> tuple[list[str], list[roles.Pair]]:
    """The roles, and the pairs of action and resource, that stored scopes name."""
    return _roles(scopes), list(_pairs(scopes))


def _roles(scopes: Iterable[str]) -> list[str]:
    return [one for one in scopes if not _ACTION.fullmatch(one)]


def _pairs(scopes: Iterable[str]) -> Iterable[roles.Pair]:
    return [(found[1], found[2]) for one in scopes if (found := _ACTION.fullmatch(one))]
