"""Hides secrets in everything that is shown: by value, however it is encoded, and by telling names.

A value becomes a secret when it is handed out (``secrets`` registers passwords and sensitive variables) or
when user code says so (``mask_secret``). Masking text costs nothing until there is a secret.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
SENSITIVE_NAMES = frozenset(
    {
        "access_key", "access_token", "account_key", "api_key", "apikey", "authorization", "client_secret",
        "keyfile_dict", "passphrase", "passwd", "password", "private_key", "proxies", "proxy",
        "proxy_password", "secret", "service_account", "token",
    }
)  # fmt: skip
"""A name that contains one of these words holds a secret."""
_ORDINARY = frozenset(
    {
        "airflow",
        "true",
        "false",
        "none",
        "null",
        "success",
        "failed",
        "error",
        "local",
        "default",
        "admin",
        "public",
    }
)
"""Words too common to be hidden by value: masking them would destroy every log."""
_DEEPEST = 12


class Masker:
    """The secrets of one process. Thread-safe in the way that logging needs: replaced, never edited."""

    def __init__(self, *, shortest: int = 5, names: Iterable[str] = (), by_name: bool = True) -> None:
        self.configure(shortest=shortest, names=names, by_name=by_name)
        self._values: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.listener: Callable[[frozenset[str]], None] | None = None
        """Told of each new secret before it can be printed: so a process tells another that masks for it."""

    def configure(self, *, shortest: int = 5, names: Iterable[str] = (), by_name: bool = True) -> None:
        """``shortest``: shorter secrets are not hidden by value. ``names``: more words that tell a secret."""
        self._shortest = shortest
        self._by_name = by_name
        self._names = SENSITIVE_NAMES | {name.strip().lower() for name in names if name.strip()}

    def reset(self) -> None:
        """Forget every value."""
        self._values, self._pattern = frozenset(), None

    def is_sensitive(self, name: object) -> bool:
        """Whether something of that name is hidden whatever its value."""
        if not self._by_name or not isinstance(name, str):
            return False
        lowered = name.strip().lower()
        return any(word in lowered for word in self._names)

    def add(self, value: Any, name: str | None = None) -> None:
        """Hide this value, in all its spellings, from now on.

        With a ``name`` that tells no secret, only the parts of a mapping whose own names do are hidden.
        """
        found = {secret for secret in self._secrets(value, name, 0) if self._worth_hiding(secret)}
        new = {spelling for secret in found for spelling in _spellings(secret)} - self._values
        if new:
            self._values |= new
            longest_first = sorted(self._values, key=lambda text: (-len(text), text))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
            if self.listener is not None:
                self.listener(frozenset(found))

    def mask(self, text: str) -> str:
        """The text without any known secret."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def redact(self, value: Any, name: str | None = None) -> Any:
        """A copy of a nested value without secrets: by the names of its keys, which stay, and by value."""
        return self._redact(value, name, 0)

    def _redact(self, value: Any, name: str | None, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if self.is_sensitive(name):
            return self._redact_named(value, depth)
        if isinstance(value, str):
            return self.mask(value)
        if depth > _DEEPEST:
            return value
        return self._redact_inside(value, depth)

    def _redact_named(self, value: Any, depth: int) -> Any:
        """Everything inside a thing with a telling name, its shape kept."""
        if isinstance(value, Mapping) and depth <= _DEEPEST:
            return {key: self._redact_named(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)) and depth <= _DEEPEST:
            return _like(value, [self._redact_named(item, depth + 1) for item in value])
        return value if value is None or value == "" else MASK

    def _redact_inside(self, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping):
            return {key: self._redact(item, key, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return _like(value, [self._redact(item, None, depth + 1) for item in value])
        if isinstance(value, bytes) and self._pattern is not None:
            return self.mask(value.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        return value

    def _secrets(self, value: Any, name: str | None, depth: int) -> Iterator[str]:
        if depth > _DEEPEST or value is None:
            return
        if isinstance(value, Mapping):
            everything = name is None or self.is_sensitive(name)
            for key, item in value.items():
                yield from self._secrets(item, None if everything else str(key), depth + 1)
        elif isinstance(value, (list, tuple, set, frozenset)):
            for item in value:
                yield from self._secrets(item, name, depth + 1)
        elif name is None or self.is_sensitive(name):
            yield from _texts(value)

    def _worth_hiding(self, secret: str) -> bool:
        """A word that names secrets is none: hidden by value, it would make names unreadable."""
        lowered = secret.lower()
        return len(secret) >= self._shortest and lowered not in _ORDINARY and lowered not in self._names


def _texts(value: Any) -> Iterator[str]:
    """The value as text; the lines of a key or certificate one by one, for logs are written by lines."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "ignore")
    if not isinstance(value, str):
        return
    yield value
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= 12 and not line.startswith("-----"))


def _spellings(secret: str) -> Iterator[str]:
    """How a secret looks in a URL, in JSON, in a repr, in base64."""
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    if len(secret) >= 6:
        yield from _base64(secret.encode("utf-8", "surrogateescape"))


def _base64(data: bytes) -> Iterator[str]:
    """The characters that are the same wherever in a longer text the secret stood (three alignments)."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(data).decode("ascii").rstrip("=")
        for lead in (0, 1, 2):
            coded = encode(b"\0" * lead + data).decode("ascii")
            start = (lead * 8 + 5) // 6
            stop = (lead + len(data)) * 8 // 6
            if stop - start >= 8:
                yield coded[start:stop]


def _like(original: Any, items: list[Any]) -> Any:
    if isinstance(original, tuple) and hasattr(original, "_fields"):
        return type(original)(*items)
    kind = next(kind for kind in (list, tuple, set, frozenset) if isinstance(original, kind))
    try:
        return kind(items)
    except TypeError:  # masked items may no longer be hashable
        return items


MASKER = Masker()
"""The masker of this process."""
