"""Hashing and comparing passwords.

Argon2 is slow on purpose, so a password that was just found right is remembered for this process: as a
keyed digest with a random key, never as text.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

HASH_PREFIX = "$argon2"


def generate(length: int = 16) -> str:
    """A random password of that many characters, without look-alikes such as l, I, 0 and O."""
    alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(secrets.choice(alphabet) for _ in range(length))


def hash_password(password: str) -> str:
    """The Argon2id hash of the password, with its salt and parameters, ready to be stored."""
    return _hasher().hash(password)


class Verifier:
    """Compares passwords with what is stored, and remembers the last ``size`` pairs that matched."""

    def __init__(self, size: int = 256) -> None:
        self._key = secrets.token_bytes(32)
        self._matched: OrderedDict[bytes, None] = OrderedDict()
        self._size = size

    def matches(self, stored: str, given: str) -> bool:
        """Is ``given`` the password behind ``stored`` (an Argon2 hash, or plain text)? In constant time."""
        if not stored.startswith(HASH_PREFIX):
            return hmac.compare_digest(stored.encode(), given.encode())
        digest = self._digest(stored, given)
        if digest in self._matched:
            self._matched.move_to_end(digest)
            return True
        if not _argon2_matches(stored, given):
            return False
        self._remember(digest)
        return True

    def _digest(self, stored: str, given: str) -> bytes:
        return hmac.digest(self._key, f"{len(stored)}:{stored}{given}".encode(), hashlib.sha256)

    def _remember(self, digest: bytes) -> None:
        self._matched[digest] = None
        while len(self._matched) > self._size:
            self._matched.popitem(last=False)


def _argon2_matches(stored: str, given: str) -> bool:
    from argon2.exceptions import (
        InvalidHashError,
        VerificationError,
    )  # loads cffi; only where a hash is checked

    try:
        return _hasher().verify(stored, given)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # loads cffi; only where a hash is made or checked

    return PasswordHasher()
