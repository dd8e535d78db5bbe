"""Hashes of older Airflows are compared, and known as old."""

from __future__ import annotations

import hashlib

import bcrypt
import pytest

from tradewind.auth import passwords

PBKDF2 = "pbkdf2:sha256:1000$salt$" + hashlib.pbkdf2_hmac("sha256", b"secret", b"salt", 1000).hex()
SCRYPT = "scrypt:16:8:1$salt$" + hashlib.scrypt(b"secret", salt=b"salt", n=16, r=8, p=1, dklen=64).hex()
BCRYPT = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()


@pytest.mark.parametrize(
    "stored",
    [PBKDF2, SCRYPT, BCRYPT, passwords.hash_password("secret")],
    ids=["pbkdf2", "scrypt", "bcrypt", "argon2"],  # salted: never the same twice
)
def test_the_right_password_matches(stored: str) -> None:
    verifier = passwords.Verifier()
    assert verifier.matches_hash(stored, "secret")
    assert verifier.matches_hash(stored, "secret"), "remembered"
    for wrong in ("Secret", "", "secret ", stored):
        assert not verifier.matches_hash(stored, wrong)


def test_what_is_replaced_at_the_next_log_in() -> None:
    assert [passwords.is_old(stored) for stored in (PBKDF2, SCRYPT, BCRYPT)] == [True] * 3
    assert not passwords.is_old(passwords.hash_password("secret"))


@pytest.mark.parametrize(
    "stored",
    ["secret", "", "$", "md5$salt$5ebe2294ecd0e0f08eab7690d2a6ee69", "pbkdf2:nothing:1$s$00",
     "scrypt:3:8:1$s$00", "pbkdf2:sha256:x$s$00", "scrypt:a$s$00", "$2b$broken", "$argon2id$broken",
     "pbkdf2:sha256:0$s$00"],
)  # fmt: skip
def test_what_is_no_hash_matches_nothing(stored: str) -> None:
    assert not passwords.Verifier().matches_hash(stored, "secret")
    assert not passwords.Verifier().matches_hash(stored, stored)
