"""What triggers carry may hold secrets: it is encrypted as passwords are, where there is a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tradewind.secrets.cipher import Cipher

_PLAIN: Final = "{"
"""A JSON object that is not encrypted begins so; what is encrypted never does."""


class Seal:
    """``cipher`` makes it at the first need: loading it is dear, and few databases ever hold a trigger."""

    def __init__(self, cipher: Callable[[], Cipher] = lambda: Cipher(())) -> None:
        self._make = cipher
        self._made: Cipher | None = None

    @property
    def _cipher(self) -> Cipher:
        if self._made is None:
            self._made = self._make()
        return self._made

    def close(self, text: str) -> str:
        """A JSON object as it is stored. Raises FernetKeyInvalid."""
        return self._cipher.encrypt(text)

    def open(self, stored: str, *, what: str) -> str:
        """The JSON object that was stored, with a key or without. Raises CannotDecrypt, naming ``what``."""
        return stored if stored.startswith(_PLAIN) else self._cipher.decrypt(stored, what=what)


NO_SEAL: Final = Seal()
