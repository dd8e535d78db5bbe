"""Encrypts what the database keeps of connections and variables: Fernet, with rotation, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tradewind.domain.errors import AirflowConfigException, AirflowException

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class FernetKeyInvalid(AirflowConfigException):
    """``[core] fernet_key`` is not a key."""

    def __init__(self) -> None:
        super().__init__(
            "[core] fernet_key must be 32 bytes in URL-safe base64 (44 characters), or several, by comma. "
            "Make one with: python -c 'from cryptography.fernet import Fernet as F; "
            "print(F.generate_key().decode())'"
        )


class CannotDecrypt(AirflowException):
    """A stored value was encrypted with a key that this process does not have."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} was encrypted with another key. Put the key it was written with behind the present one "
            "in [core] fernet_key, by comma."
        )
        self.what = what


class Cipher:
    """Encrypts with the first key and decrypts with any; without keys both give the text back."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)
        self._fernet: MultiFernet | None = None
        if self._keys:
            self._fernet = multi_fernet(self._keys)

    @classmethod
    def from_option(cls, text: str) -> Cipher:
        """From ``[core] fernet_key``. Raises FernetKeyInvalid."""
        return cls(split_option(text))

    @property
    def encrypts(self) -> bool:
        """False where there is no key."""
        return self._fernet is not None

    def encrypt(self, text: str) -> str:
        """The text as it is stored."""
        if self._fernet is None:
            return text
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, stored: str, *, what: str = "A stored value") -> str:
        """The text that was stored. Raises CannotDecrypt, naming ``what``."""
        if self._fernet is None:
            raise CannotDecrypt(what)
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(stored.encode("ascii")).decode()
        except (InvalidToken, UnicodeError):
            raise CannotDecrypt(what) from None

    def rotate(self, stored: str, *, what: str = "A stored value") -> str:
        """The same text, encrypted with the first key."""
        return self.encrypt(self.decrypt(stored, what=what))


def check_option(text: str) -> None:
    """Whether ``[core] fernet_key`` can be used, without loading what encrypts. Raises FernetKeyInvalid."""
    import base64

    for key in split_option(text):
        try:
            usable = len(base64.urlsafe_b64decode(key)) == 32
        except ValueError:
            usable = False
        if not usable:
            raise FernetKeyInvalid


def split_option(text: str) -> list[str]:
    """The keys of ``[core] fernet_key``."""
    return [key.strip() for key in text.split(",") if key.strip()]


def generate_key() -> str:
    """A new Fernet key."""
    import base64
    import os

    return base64.urlsafe_b64encode(os.urandom(32)).decode("ascii")


def multi_fernet(keys: Sequence[str]) -> MultiFernet:
    """Of these keys; the first encrypts. Raises FernetKeyInvalid."""
    from cryptography.fernet import Fernet, MultiFernet  # 30 ms; most processes never decrypt

    try:
        return MultiFernet([Fernet(key) for key in keys])
    except (ValueError, TypeError):
        raise FernetKeyInvalid from None
