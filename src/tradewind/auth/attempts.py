"""How often somebody may fail to log in: by the name that they try from where they are, by where they are,
and by the name.

Each failure uses up one of ``times`` attempts, which come back evenly over ``seconds``; a log-in that
succeeds uses up none. An attempt counts from its beginning on, so that many at once are no way around. What
strangers do elsewhere shuts nobody out: whoever logged in lately counts by name and network alone. What is
remembered is bounded, and of this process alone.
"""

from __future__ import annotations

import ipaddress
import re
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tradewind.domain.errors import AirflowConfigException, TradewindError

if TYPE_CHECKING:
    from tradewind.runtime.clock import Clock

BY_ADDRESS: Final = 4
"""An address, behind which may be many people, has so many times the attempts of one name from there."""
BY_NAME: Final = 20
"""A name has so many times these attempts from everywhere together."""
LATELY: Final = 86400.0
"""Seconds that somebody who logged in is known where they did."""
_MOST: Final = 10_000
_UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_RATE: Final = re.compile(r"(\d{1,6})\s*(?:per|/)\s*(\d{1,6})?\s*(second|minute|hour|day)s?", re.IGNORECASE)


class TooManyAttempts(TradewindError):
    """There were too many failed log-ins; ``seconds`` is when to try again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, -int(-seconds // 1))
        super().__init__(f"Too many failed log-ins. Try again in {self.seconds} s.")


class Rate(msgspec.Struct, frozen=True):
    """So many attempts in so many seconds."""

    times: int = 5
    seconds: float = 40.0


def parse_rate(text: str) -> Rate:
    """The rate that ``5 per 40 second`` or ``10/minute`` names. Raises AirflowConfigException."""
    found = _RATE.fullmatch(text.strip())
    if found is None or not int(found[1]) or (found[2] and not int(found[2])):
        raise AirflowConfigException(
            f"[fab] auth_rate_limit must be such as '5 per 40 second' or '10/minute', got {text!r}."
        )
    return Rate(int(found[1]), float(int(found[2] or 1) * _UNITS[found[3].lower()]))


class Attempts:
    """Counts log-ins that fail. For several threads. ``rate`` None: there is no limit."""

    def __init__(self, clock: Clock, rate: Rate | None) -> None:
        self._clock, self._rate = clock, rate
        self._lock = threading.Lock()
        self._used: OrderedDict[tuple[str, ...], float] = OrderedDict()
        """When a key will have all its attempts again."""
        self._let_in: OrderedDict[tuple[str, str], float] = OrderedDict()
        """Until when somebody is known in a network."""

    def begin(self, address: str, name: str | None) -> None:
        """An attempt begins; ``name`` None: nobody has said one. Raises TooManyAttempts."""
        if self._rate is None:
            return
        with self._lock:
            now = self._clock.monotonic()
            after = {key: self._after(key, each, now) for key, each in self._keys(address, name).items()}
            waits = [full - now - self._rate.seconds for full in after.values()]
            if max(waits) > 1e-6:
                raise TooManyAttempts(max(waits))
            for key, full in after.items():
                self._used[key] = full
                self._used.move_to_end(key)
            _bound(self._used)

    def succeeded(self, address: str, name: str | None) -> None:
        """That attempt was good and is not counted."""
        if self._rate is None:
            return
        with self._lock:
            for key, each in self._keys(address, name).items():
                if key in self._used:
                    self._used[key] -= each
            if name is not None:
                pair = _pair(address, name)
                self._let_in[pair] = self._clock.monotonic() + LATELY
                self._let_in.move_to_end(pair)
                _bound(self._let_in)

    def _after(self, key: tuple[str, ...], each: float, now: float) -> float:
        return max(self._used.get(key, now), now) + each

    def _keys(self, address: str, name: str | None) -> dict[tuple[str, ...], float]:
        """What the attempt is counted by, and for how many seconds it counts."""
        rate = self._rate or Rate()
        each = rate.seconds / rate.times
        network = _network(address)
        by_address: dict[tuple[str, ...], float] = {("address", network): each / BY_ADDRESS}
        if name is None:
            return by_address
        pair = _pair(address, name)
        by_pair: dict[tuple[str, ...], float] = {("pair", *pair): each}
        if self._let_in.get(pair, 0.0) > self._clock.monotonic():
            return by_pair
        return {**by_pair, **by_address, ("name", pair[0]): each / BY_NAME}


def _bound(kept: OrderedDict[Any, float]) -> None:
    """Forget what was not seen for longest."""
    while len(kept) > _MOST:
        kept.popitem(last=False)


def _pair(address: str, name: str) -> tuple[str, str]:
    """Somebody in a network. Directories take names for the same that differ in case or blanks."""
    return " ".join(name.casefold().split())[:256], _network(address)


def _network(address: str) -> str:
    """The address; of IPv6 the network, of which one machine has as many addresses as it likes."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6:
        found = found.ipv4_mapped or found  # the same machine, by a socket for both
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
