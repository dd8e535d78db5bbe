"""Who logs in, and what the bearer of a token may do now.

People come from two places. Users in our tables (``airflow users create``) have roles there; their tokens
carry no rights, so that a role that is taken away, a new password or a user who is disabled counts within
``REMEMBERED`` seconds. Users of the simple auth manager come from the configuration, with a role that their
token carries. Where a name is in both, the tables decide.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from tradewind.auth import passwords, permissions, roles
from tradewind.auth.permissions import Principal, Rights
from tradewind.auth.tokens import Claims, TokenInvalid
from tradewind.store.queries import roles as role_queries
from tradewind.store.queries import users as queries

if TYPE_CHECKING:
    from tradewind.auth.users import Directory
    from tradewind.runtime.clock import Clock
    from tradewind.store.database import Database, Tx

REMEMBERED: Final = 2.0
"""Seconds that what a user may do is not asked for again."""
_MOST: Final = 4096


class People:
    """Both kinds of users. For several threads.

    ``own_dags_only``: everybody but admins reaches only the DAGs that name them as owner. ``teams`` maps a
    team to its bundles.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        directory: Directory | None,
        own_dags_only: bool = False,
        teams: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._database, self._clock, self._directory = database, clock, directory
        self._own_dags_only, self._teams = own_dags_only, teams or {}
        self._verifier = passwords.Verifier()
        self._known: OrderedDict[str, tuple[float, Principal | None]] = OrderedDict()
        self._lock = threading.Lock()

    # --- logging in ------------------------------------------------------------------------------

    def log_in(self, name: str, password: str) -> Principal | None:
        """Who that is, or None; neither the answer nor its time tells what was wrong. Blocks: it hashes."""
        with self._database.read() as tx:
            found = queries.get(tx, name)
        if found is not None:
            return self._log_in(found, password)
        user = self._directory.authenticate(name, password) if self._directory is not None else None
        if user is None:
            passwords.spend_time(password)
            return None
        return Principal(name=user.name, role=user.role, teams=user.teams)

    def _log_in(self, found: queries.UserRecord, password: str) -> Principal | None:
        stored = found.password_hash
        if stored is None:
            passwords.spend_time(password)
            return None
        right = self._verifier.matches_hash(stored, password) and found.active
        newer = passwords.hash_password(password) if right and passwords.is_old(stored) else None
        with self._database.write() as tx:
            queries.logged_in(tx, found.username, self._clock.now(), ok=right)
            if newer is not None:
                queries.hash_again(tx, found, newer)
        return Principal(name=found.username, role="", epoch=found.token_epoch) if right else None

    # --- tokens ----------------------------------------------------------------------------------

    def remembered(self, claims: Claims) -> Principal | None:
        """Who bears that token, if it need not be looked up. Raises TokenInvalid."""
        if claims.epoch is None:
            return self._of_configuration(claims)
        with self._lock:
            until, found = self._known.get(claims.sub, (0.0, None))
        if until <= self._clock.monotonic():
            return None
        return _bearer(claims, found)

    def look_up(self, claims: Claims) -> Principal:
        """Who bears that token, from the database. Blocks. Raises TokenInvalid."""
        with self._database.read() as tx:
            user = queries.get(tx, claims.sub)
            found = None if user is None or not user.active else self._principal(tx, user)
        with self._lock:
            self._known[claims.sub] = (self._clock.monotonic() + REMEMBERED, found)
            self._known.move_to_end(claims.sub)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return _bearer(claims, found)

    def _of_configuration(self, claims: Claims) -> Principal:
        who = Principal(name=claims.sub, role=claims.role, teams=claims.teams)
        if not self._own_dags_only or who.role == "admin":
            return who
        return msgspec.structs.replace(who, rights=permissions.narrowed(who.role, who.name))

    def _principal(self, tx: Tx, user: queries.UserRecord) -> Principal:
        held = queries.roles_of(tx, user)
        return Principal(
            name=user.username,
            role=", ".join(held),
            rights=self._rights(tx, held, user.username),
            epoch=user.token_epoch,
        )

    def _rights(self, tx: Tx, held: Iterable[str], name: str) -> Rights:
        names = sorted(set(held))
        if roles.ADMIN in names:
            return roles.of_admin()
        granted = role_queries.permissions(tx, names)
        pairs = {pair for role in names for pair in (*roles.BUILT_IN.get(role, ()), *granted.get(role, ()))}
        return roles.rights(
            sorted(pairs),
            owner=name if self._own_dags_only else None,
            bundles_of=lambda team: self._teams.get(team, ()),
        )


def _bearer(claims: Claims, found: Principal | None) -> Principal:
    """Raises TokenInvalid where the user is gone or disabled, or has another password since."""
    if found is None or found.epoch != claims.epoch:
        raise TokenInvalid(
            "Invalid JWT token: its user is gone, disabled or has a new password. Log in again."
        )
    return found
