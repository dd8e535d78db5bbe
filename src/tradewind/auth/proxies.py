"""A proxy in front that says who people are, in a header that only it may send.

Whoever can reach this server past the proxy could write that header too, so it counts from the addresses of
``networks`` alone, and a request that brings it from elsewhere is refused rather than taken for anonymous.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Protocol

from tradewind.auth.outside import PROXY, LoginRefused, Outsider, Rules
from tradewind.domain.errors import AirflowConfigException

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Headers(Protocol):
    """A request's headers, each as often as it was sent."""

    def getlist(self, key: str) -> Sequence[str]:
        """Every value of the header."""
        ...


class TrustedProxy:
    """The proxies of these networks, and the headers that they set."""

    def __init__(
        self, networks: Iterable[Network], user_header: str, groups_header: str, rules: Rules
    ) -> None:
        self._networks, self.rules = tuple(networks), rules
        self._user, self._groups = user_header.lower(), groups_header.lower()

    def vouches(self, peer: str, headers: Headers) -> Outsider | None:
        """Whom the proxy at the address ``peer`` says the request is from; None where it says nothing.

        Raises LoginRefused where the header comes from an address that is not trusted, or more than once: one
        of them may be the visitor's.
        """
        name = self._one(headers, self._user)
        if name is None:
            return None
        if not self._trusts(peer):
            raise LoginRefused(
                f"the header {self._user} is believed from a trusted proxy only, not from {peer}"
            )
        if not name.strip():
            return None
        groups = (self._one(headers, self._groups) or "") if self._groups else ""
        named = tuple(one.strip() for one in groups.split(",") if one.strip())
        return Outsider(source=PROXY, name=name.strip(), groups=named)

    def _one(self, headers: Headers, name: str) -> str | None:
        values = headers.getlist(name)
        if len(values) > 1:
            raise LoginRefused(f"the header {name} came {len(values)} times: have the proxy replace it")
        return values[0] if values else None

    def _trusts(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        if address.version == 6:
            address = address.ipv4_mapped or address  # the same machine, by a socket for both
        return any(address in network for network in self._networks)


def networks(entries: Iterable[str]) -> list[Network]:
    """The networks that ``[api] trusted_proxies`` names. Raises AirflowConfigException."""
    found = []
    for entry in entries:
        try:
            found.append(ipaddress.ip_network(entry))
        except ValueError as error:
            raise AirflowConfigException(
                f"[api] trusted_proxies must list addresses and networks such as 10.1.2.0/24, got {entry!r}."
            ) from error
    return found
