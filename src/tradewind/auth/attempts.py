"""How often somebody may fail to log in: by the address that they come from, and by the name that they try.

Each failure uses up one of ``times`` attempts, which come back evenly over ``seconds``; a log-in that
succeeds uses up none. An attempt counts from its beginning on, so that many at once are no way around. What
is remembered is bounded, and of this process alone.
"""

from __future__ import annotations

import ipaddress
import re
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import msgspec

from tradewind.domain.errors import AirflowConfigException, TradewindError

if TYPE_CHECKING:
    from tradewind.runtime.clock import Clock

BY_ADDRESS: Final = 4
"""An address, behind which may be many people, has so many times the attempts of a name."""
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
        self._used: OrderedDict[tuple[str, str], float] = OrderedDict()
        """When a key will have all its attempts again."""

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
            while len(self._used) > _MOST:
                self._used.popitem(last=False)

    def succeeded(self, address: str, name: str | None) -> None:
        """That attempt was good and is not counted."""
        if self._rate is None:
            return
        with self._lock:
            for key, each in self._keys(address, name).items():
                if key in self._used:
                    self._used[key] -= each

    def _after(self, key: tuple[str, str], each: float, now: float) -> float:
        return max(self._used.get(key, now), now) + each

    def _keys(self, address: str, name: str | None) -> dict[tuple[str, str], float]:
        """What the attempt is counted by, and for how many seconds it counts."""
        rate = self._rate or Rate()
        each = rate.seconds / rate.times
        found = {("address", _network(address)): each / BY_ADDRESS}
        return found if name is None else {**found, ("name", name[:256]): each}


def _network(address: str) -> str:
    """The address; of IPv6 the network, of which one machine has as many addresses as it likes."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))
