"""Logging in with the names and passwords of an LDAP directory.

Somebody is searched by name (with every character that means something in a filter escaped), and then their
password is tried by binding as them. Passwords travel by TLS, whose certificate is verified: ``ldaps://``, or
StartTLS before anything else is said on ``ldap://``. Referrals to other servers are not followed. ldap3, of
the extra ``ldap``, loads at the first log-in.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from tradewind.auth import roles
from tradewind.auth.outside import LDAP, LoginRefused, Outsider, Rules
from tradewind.domain.errors import AirflowConfigException

_TIMEOUT: Final = 5
_MAIL, _GIVEN, _FAMILY = "mail", "givenName", "sn"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The section [ldap]."""

    uri: str
    basedn: str
    bind_user: str = ""
    bind_password: str = ""
    user_filter: str = "objectClass=*"
    user_name_attr: str = "uid"
    group_member_attr: str = "memberOf"
    superuser_filter: str = ""
    data_profiler_filter: str = ""
    search_scope: str = "LEVEL"
    cacert: str = ""
    allow_plain: bool = False


class Ldap:
    """One directory. Raises AirflowConfigException for settings that cannot be."""

    def __init__(self, settings: Settings, rules: Rules) -> None:
        scheme = settings.uri.partition("://")[0].lower()
        if scheme not in {"ldap", "ldaps"}:
            raise AirflowConfigException(
                f"[ldap] uri must be such as ldaps://ldap.example.org, got {settings.uri!r}."
            )
        if not settings.basedn:
            raise AirflowConfigException(
                "[ldap] basedn must say where users are, such as ou=people,dc=example."
            )
        self._settings, self.rules = settings, rules
        self._starts_tls = scheme == "ldap" and not settings.allow_plain

    def authenticate(self, name: str, password: str) -> Outsider | None:
        """Who that is, or None. Blocks. Raises LoginRefused where the directory cannot be asked."""
        from ldap3.core.exceptions import LDAPException  # of the extra; loads a lot

        if not name or not password:  # a bind without a password is anonymous, and succeeds
            return None
        try:
            with self._bound(self._settings.bind_user, self._settings.bind_password) as searching:
                if searching is None:
                    raise LoginRefused("[ldap] bind_user or bind_password is wrong")
                found = self._find(searching, name)
                right = self._is_password(found["dn"] if found else self._nobody(), password)
                return self._outsider(searching, found) if right and found else None
        except (LDAPException, OSError) as error:
            raise LoginRefused(f"the directory {self._settings.uri} cannot be asked: {error}") from error

    def _is_password(self, dn: str, password: str) -> bool:
        with self._bound(dn, password) as bound:
            return bound is not None

    @contextmanager
    def _bound(self, user: str, password: str) -> Iterator[Any]:
        """A connection as that user (empty: anonymous); None where the directory refuses them."""
        import ldap3
        from ldap3.core.exceptions import LDAPException

        connection = ldap3.Connection(
            self._server(), user=user or None, password=password or None, receive_timeout=_TIMEOUT,
            auto_referrals=False, raise_exceptions=False, read_only=True,
        )  # fmt: skip
        try:
            connection.open()
            if self._starts_tls and not connection.start_tls():
                raise LoginRefused(
                    f"the directory {self._settings.uri} began no TLS: {connection.last_error}"
                )
            yield connection if connection.bind() else None
        finally:
            with contextlib.suppress(LDAPException):  # it may be broken, of which more has been said
                connection.unbind()

    def _server(self) -> Any:
        import ldap3

        verified = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=self._settings.cacert or None)
        return ldap3.Server(
            self._settings.uri, tls=verified, connect_timeout=_TIMEOUT, get_info=ldap3.NONE,
        )  # fmt: skip

    def _nobody(self) -> str:
        """Somebody who is not there: trying them costs the time that trying somebody does."""
        return f"{self._settings.user_name_attr}=nobody-of-that-name,{self._settings.basedn}"

    def _find(self, connection: Any, name: str) -> dict[str, Any] | None:
        """The one entry of that name."""
        from ldap3.utils.conv import escape_filter_chars

        said = self._settings
        wanted = f"({said.user_name_attr}={escape_filter_chars(name)})"
        names = [said.user_name_attr, said.group_member_attr, _MAIL, _GIVEN, _FAMILY]
        found = self._search(
            connection, said.basedn, f"(&{_in_brackets(said.user_filter)}{wanted})", said.search_scope, names
        )
        return found[0] if len(found) == 1 else None

    def _satisfies(self, connection: Any, dn: str, condition: str) -> bool:
        return bool(condition and self._search(connection, dn, _in_brackets(condition), "BASE", []))

    def _search(
        self, connection: Any, base: str, condition: str, scope: str, names: list[str]
    ) -> list[dict[str, Any]]:
        import ldap3

        connection.search(
            base, condition, search_scope=getattr(ldap3, scope), attributes=names or ldap3.NO_ATTRIBUTES,
            size_limit=2,
        )  # fmt: skip
        return [one for one in connection.response or () if one.get("type") == "searchResEntry"]

    def _outsider(self, connection: Any, found: dict[str, Any]) -> Outsider:
        said, dn = self._settings, str(found["dn"])
        superuser = self._satisfies(connection, dn, said.superuser_filter)
        profiler = self._satisfies(connection, dn, said.data_profiler_filter)
        return Outsider(
            source=LDAP, name=_first(found, said.user_name_attr), email=_first(found, _MAIL)[:512],
            first_name=_first(found, _GIVEN)[:256], last_name=_first(found, _FAMILY)[:256],
            groups=tuple(_values(found, said.group_member_attr)),
            roles=(*([roles.ADMIN] if superuser else ()), *([roles.OP] if profiler else ())),
        )  # fmt: skip


def _in_brackets(condition: str) -> str:
    """1.10 wrote filters without the outer brackets."""
    return condition if condition.startswith("(") else f"({condition})"


def _values(entry: dict[str, Any], name: str) -> list[str]:
    """The values of an attribute, whose name may be written otherwise in the directory."""
    raw: dict[str, list[bytes]] = entry["raw_attributes"]
    found = next((values for key, values in raw.items() if key.lower() == name.lower()), [])
    return [value.decode("utf-8", "replace") for value in found]


def _first(entry: dict[str, Any], name: str) -> str:
    return next(iter(_values(entry, name)), "")
