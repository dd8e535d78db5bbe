"""Names and passwords that come with every request, as HTTP basic has them.

Checking a password is slow on purpose, each log-in of a user in our tables is counted there, and failures of
others are limited. So a pair that was right is right for ``REMEMBERED`` seconds more, known by a keyed digest
with a random key of this process. What they may do is still asked, so that a new password, a disabled user or
a role that was taken away count as soon as they do for tokens. A directory tells nobody of a new password: it
is asked again after ``ELSEWHERE`` seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from tradewind.auth.tokens import Claims, TokenInvalid

if TYPE_CHECKING:
    from tradewind.auth.people import People
    from tradewind.auth.permissions import Principal
    from tradewind.runtime.clock import Clock

REMEMBERED: Final = 86400.0
ELSEWHERE: Final = 60.0
_MOST: Final = 1024


class BasicLogins:
    """Checks them. For several threads."""

    def __init__(self, people: People, clock: Clock) -> None:
        self._people, self._clock = people, clock
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, tuple[float, Claims]] = OrderedDict()
        self._lock = threading.Lock()

    def remembered(self, name: str, password: str) -> Principal | None:
        """Who that is and what they may do now, if the pair was right lately. Blocks."""
        digest = self._digest(name, password)
        with self._lock:
            until, claims = self._right.get(digest, (0.0, None))
        if claims is None or until <= self._clock.monotonic():
            return None
        try:
            return self._now(claims)
        except TokenInvalid:
            self._forget(digest)  # disabled, or another password since: logging in says which
            return None

    def log_in(self, name: str, password: str) -> Principal | None:
        """Who that is and what they may do now, or None. Blocks."""
        found = self._people.log_in(name, password)
        if found is None:
            return None
        claims = Claims(
            sub=found.name, role=found.role, teams=found.teams, epoch=found.epoch, stamp=found.stamp,
            exp=0, iat=0, jti="",
        )  # fmt: skip
        self._remember(self._digest(name, password), claims, ELSEWHERE if found.elsewhere else REMEMBERED)
        return self._now(claims)

    def _digest(self, name: str, password: str) -> bytes:
        return hmac.digest(self._key, f"{len(name)}:{name}{password}".encode(), hashlib.sha256)

    def _now(self, claims: Claims) -> Principal:
        return self._people.remembered(claims) or self._people.look_up(claims)

    def _remember(self, digest: bytes, claims: Claims, seconds: float) -> None:
        with self._lock:
            self._right[digest] = (self._clock.monotonic() + seconds, claims)
            self._right.move_to_end(digest)
            while len(self._right) > _MOST:
                self._right.popitem(last=False)

    def _forget(self, digest: bytes) -> None:
        with self._lock:
            self._right.pop(digest, None)
