"""Hashing and comparing passwords.

Argon2 is slow on purpose, so a password that was just found right is remembered for this process: as a
keyed digest with a random key, never as text. Hashes of older Airflows are compared too: pbkdf2 and scrypt as
Werkzeug writes them (2.x), bcrypt (the 1.10 back end ``password_auth``). ``is_old`` says which to replace.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections import OrderedDict
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

HASH_PREFIX = "$argon2"
_MOST_ROUNDS = 10_000_000
_LARGEST_N = 1 << 20
_MOST_MEMORY = 512 << 20
log = logging.getLogger("tradewind.auth")


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
        return self.matches_hash(stored, given)

    def matches_hash(self, stored: str, given: str) -> bool:
        """As ``matches``, but ``stored`` is a hash and never the password itself: any other text matches
        nothing.
        """
        digest = self._digest(stored, given)
        if digest in self._matched:
            self._matched.move_to_end(digest)
            return True
        if not _hash_matches(stored, given):
            return False
        self._remember(digest)
        return True

    def _digest(self, stored: str, given: str) -> bytes:
        return hmac.digest(self._key, f"{len(stored)}:{stored}{given}".encode(), hashlib.sha256)

    def _remember(self, digest: bytes) -> None:
        self._matched[digest] = None
        while len(self._matched) > self._size:
            self._matched.popitem(last=False)


def is_old(stored: str) -> bool:
    """Should the hash be replaced at the next log-in, by ``hash_password``?"""
    return not stored.startswith(HASH_PREFIX) or _hasher().check_needs_rehash(stored)


def spend_time(given: str) -> None:
    """Work as long as a comparison takes, so that the time of an answer does not tell which names exist."""
    _argon2_matches(_nobodys(), given)


@cache
def _nobodys() -> str:
    return hash_password(secrets.token_urlsafe(32))


def _hash_matches(stored: str, given: str) -> bool:
    if stored.startswith(HASH_PREFIX):
        return _argon2_matches(stored, given)
    if stored.startswith(("$2a$", "$2b$", "$2y$")):
        return _bcrypt_matches(stored, given)
    method, _, rest = stored.partition("$")
    salt, _, expected = rest.partition("$")
    try:
        found = _werkzeug(method, salt.encode(), given.encode())
    except (ValueError, OverflowError, MemoryError):
        return False
    return found is not None and hmac.compare_digest(found.hex(), expected)


def _werkzeug(method: str, salt: bytes, given: bytes) -> bytes | None:
    """The digest that Werkzeug's ``generate_password_hash`` would make; None for a method that it does not
    have.
    """
    name, *settings = method.split(":")
    if name == "pbkdf2":
        digest, rounds = (*settings, "150000")[:2] if settings else ("sha256", "150000")
        return hashlib.pbkdf2_hmac(digest, given, salt, min(int(rounds), _MOST_ROUNDS))
    if name == "scrypt":
        n, r, p = (int(part) for part in (settings or ("32768", "8", "1")))
        return hashlib.scrypt(given, salt=salt, n=min(n, _LARGEST_N), r=r, p=p, maxmem=_MOST_MEMORY, dklen=64)
    return None


def _bcrypt_matches(stored: str, given: str) -> bool:
    try:
        import bcrypt  # only where such a hash is met; in the extra "password"
    except ImportError:
        log.warning("A password is stored as bcrypt hash: install the extra 'password', or set it anew.")
        return False
    try:
        return bool(bcrypt.checkpw(given.encode()[:72], stored.encode()))
    except ValueError:
        return False


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
