"""Whom a proxy vouches for: from which addresses, and said once."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from tradewind.auth.outside import LoginRefused, Rules
from tradewind.auth.proxies import TrustedProxy, networks

USER, GROUPS = "x-remote-user", "x-remote-groups"
PROXY = TrustedProxy(networks(["10.1.2.0/24", "fd00::/8"]), "X-Remote-User", "X-Remote-Groups", Rules())


def headers(*pairs: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.encode(), value.encode()) for name, value in pairs])


@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "fd00::1%eth0"])
def test_a_trusted_address_in_each_of_its_spellings(peer: str) -> None:
    found = PROXY.vouches(peer, headers((USER, "ann"), (GROUPS, "a, b")))
    assert found is not None and (found.name, found.groups) == ("ann", ("a", "b"))


@pytest.mark.parametrize("peer", ["10.1.3.3", "::ffff:10.1.3.3", "fe80::1", "", "testclient"])
def test_other_addresses_are_refused(peer: str) -> None:
    with pytest.raises(LoginRefused, match="trusted proxy only"):
        PROXY.vouches(peer, headers((USER, "ann")))


@pytest.mark.parametrize(
    "pairs",
    [
        [(USER, "ann"), (USER, "eve")],
        [(USER, ""), (USER, "eve")],
        [(USER, "ann"), (GROUPS, "staff"), (GROUPS, "admins")],
    ],
)
def test_what_comes_twice_is_refused(pairs: list[tuple[str, str]]) -> None:
    """A proxy that adds a header, and does not replace it, lets visitors say who they are."""
    with pytest.raises(LoginRefused, match="came 2 times"):
        PROXY.vouches("10.1.2.3", headers(*pairs))
