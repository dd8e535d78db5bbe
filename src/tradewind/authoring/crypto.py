"""``get_fernet``: encrypts with the keys of ``[core] fernet_key``, or not at all where there are none."""

from __future__ import annotations

import functools
from typing import Any, Protocol

from tradewind.secrets import cipher


class FernetProtocol(Protocol):
    """What ``get_fernet`` gives."""

    is_encrypted: bool

    def encrypt(self, msg: bytes) -> bytes:
        """The bytes as they may be stored."""
        ...

    def decrypt(self, msg: bytes | str, ttl: int | None = None) -> bytes:
        """The bytes that were encrypted."""
        ...


class _Plain:
    is_encrypted = False

    def encrypt(self, msg: bytes) -> bytes:
        """As it is."""
        return msg

    def decrypt(self, msg: bytes | str, ttl: int | None = None) -> bytes:
        """As it is."""
        return msg.encode() if isinstance(msg, str) else msg


class _Keyed:
    is_encrypted = True

    def __init__(self, fernet: Any) -> None:
        self._fernet = fernet

    def encrypt(self, msg: bytes) -> bytes:
        """Encrypted with the first key."""
        encrypted: bytes = self._fernet.encrypt(msg)
        return encrypted

    def decrypt(self, msg: bytes | str, ttl: int | None = None) -> bytes:
        """Decrypted with whichever key fits. Raises cryptography's InvalidToken."""
        decrypted: bytes = self._fernet.decrypt(msg, ttl)
        return decrypted

    def rotate(self, msg: bytes | str) -> bytes:
        """Encrypted anew, with the first key."""
        rotated: bytes = self._fernet.rotate(msg)
        return rotated


@functools.lru_cache(maxsize=4)
def _of(option: str) -> FernetProtocol:
    keys = cipher.split_option(option)
    return _Keyed(cipher.multi_fernet(keys)) if keys else _Plain()


def get_fernet() -> FernetProtocol:
    """With the configured keys. Raises FernetKeyInvalid."""
    from tradewind.config import compat  # reads airflow.cfg

    return _of(str(compat.conf.get("core", "fernet_key", fallback="") or ""))
