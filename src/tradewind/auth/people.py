"""Who logs in, and what the bearer of a token may do now.

People come from two places. Users in our tables (``airflow users create``) have roles there; their tokens
carry no rights, so that a role that is taken away, a new password or a user who is disabled counts within
``REMEMBERED`` seconds. Users of the simple auth manager come from the configuration; their tokens end when
it says something else of them. Where a name is in both, the tables decide. A token that somebody logged out
with ends within the same seconds.
"""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from tradewind.auth import passwords, permissions, roles
from tradewind.auth.permissions import Principal, Rights
from tradewind.auth.tokens import Claims, TokenInvalid
from tradewind.store.queries import roles as role_queries
from tradewind.store.queries import sessions
from tradewind.store.queries import users as queries

if TYPE_CHECKING:
    from tradewind.auth.users import Directory, User
    from tradewind.runtime.clock import Clock
    from tradewind.store.database import Database, Tx

REMEMBERED: Final = 0.9
"""Seconds that what the bearer of a token may do is not asked for again."""
ANONYMOUS: Final = "Anonymous"
_MOST: Final = 4096
_SLACK: Final = timedelta(hours=1)
"""More than clocks may differ ([api_auth] jwt_leeway)."""


class People:
    """Both kinds of users. For several threads.

    ``own_dags_only``: everybody but admins reaches only the DAGs that name them as owner. ``teams`` maps a
    team to its bundles. ``all_admins``: whoever asks is an admin without a password.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        directory: Directory | None,
        own_dags_only: bool = False,
        teams: Mapping[str, Sequence[str]] | None = None,
        all_admins: bool = False,
    ) -> None:
        self._database, self._clock, self._directory = database, clock, directory
        self._own_dags_only, self._teams, self._all_admins = own_dags_only, teams or {}, all_admins
        self._verifier = passwords.Verifier()
        self._known: OrderedDict[Claims, tuple[float, Principal | None]] = OrderedDict()
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
        return self._configured(user)

    def anonymous(self) -> Principal | None:
        """An admin, where nobody needs a password; else None."""
        return Principal(name=ANONYMOUS, role="admin") if self._all_admins else None

    def knows(self, name: str) -> bool:
        """Whether somebody has that name."""
        if self._directory is not None and self._directory.user(name) is not None:
            return True
        with self._database.read() as tx:
            return queries.get(tx, name) is not None

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
        with self._lock:
            until, found = self._known.get(claims, (0.0, None))
        return None if until <= self._clock.monotonic() else _bearer(found)

    def look_up(self, claims: Claims) -> Principal:
        """Who bears that token, from the database. Blocks. Raises TokenInvalid."""
        with self._database.read() as tx:
            found = None if sessions.is_revoked(tx, claims.jti) else self._bearer_of(tx, claims)
        with self._lock:
            self._known[claims] = (self._clock.monotonic() + REMEMBERED, found)
            self._known.move_to_end(claims)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return _bearer(found)

    def revoke(self, claims: Claims) -> None:
        """Have a token end now. Blocks."""
        now = self._clock.now()
        with self._database.write() as tx:
            sessions.prune(tx, now - _SLACK)
            sessions.revoke(tx, claims.jti, datetime.fromtimestamp(claims.exp, UTC))
        with self._lock:
            self._known.pop(claims, None)

    def _bearer_of(self, tx: Tx, claims: Claims) -> Principal | None:
        user = queries.get(tx, claims.sub)
        if claims.epoch is not None:
            good = user is not None and user.active and user.token_epoch == claims.epoch
            return self._principal(tx, user) if user is not None and good else None
        if user is not None:
            return None  # somebody of that name is in the tables since
        if claims.sub == ANONYMOUS and self._all_admins:
            return self.anonymous()
        configured = self._directory.user(claims.sub) if self._directory is not None else None
        who = None if configured is None else self._configured(configured)
        return who if who is not None and hmac.compare_digest(who.stamp, claims.stamp) else None

    def _configured(self, user: User) -> Principal:
        stamp = self._directory.stamp(user) if self._directory is not None else ""
        who = Principal(name=user.name, role=user.role, teams=user.teams, stamp=stamp)
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


def _bearer(found: Principal | None) -> Principal:
    """Raises TokenInvalid where the token counts no more."""
    if found is None:
        raise TokenInvalid(
            "Invalid JWT token: it was logged out, or its user is gone, disabled or has been changed. "
            "Log in again."
        )
    return found
