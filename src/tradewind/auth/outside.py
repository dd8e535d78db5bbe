"""People who prove who they are somewhere else: to an OIDC provider, an LDAP directory, a proxy.

Whoever does becomes a user in our tables, with roles there, so that there is one place to see them, to
disable them and to say what they may do. Groups that the outside knows give roles by ``Rules``: where some
group has roles, each log-in sets exactly those; where none has, a user begins with the default role, and what
an administrator gives them stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from tradewind.auth.roles import PUBLIC
from tradewind.domain.errors import AirflowConfigException, TradewindError

OIDC, LDAP, PROXY = "oidc", "ldap", "proxy"


class LoginRefused(TradewindError):
    """Somebody is not let in; the message is for the log, not for them."""


class Outsider(msgspec.Struct, frozen=True, kw_only=True):
    """What the outside says of somebody."""

    source: str
    name: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """Roles that they have there without a group."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Which roles they have here. Groups are compared without regard to case, as directories do."""

    by_group: dict[str, tuple[str, ...]] = {}
    default: tuple[str, ...] = (PUBLIC,)
    settled: bool = False
    """Each log-in sets the roles."""

    def roles(self, who: Outsider) -> tuple[str, ...]:
        """The roles of somebody; sorted."""
        found = {role for group in who.groups for role in self.by_group.get(group.lower(), ())}
        return tuple(sorted({*found, *who.roles})) or self.default


def rules(where: str, mapping: str, default: str, *, settled: bool = False) -> Rules:
    """What the option ``where`` (JSON: group to a role or a list of roles) and a default role say.

    Raises AirflowConfigException.
    """
    try:
        read: Any = msgspec.json.decode(mapping or "{}", type=dict[str, str | list[str]])
    except msgspec.MsgspecError as error:
        raise AirflowConfigException(
            f'{where} must be a JSON object such as {{"cn=ops,dc=example,dc=org": ["Op"]}}: {error}.'
        ) from error
    by_group = {group.lower(): _names(names) for group, names in read.items()}
    return Rules(
        by_group=by_group, default=_names(default.split(",")) or (PUBLIC,), settled=settled or bool(by_group)
    )


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    given = [names] if isinstance(names, str) else names
    return tuple(name.strip() for name in given if name.strip())
