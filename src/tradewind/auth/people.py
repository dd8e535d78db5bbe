"""Who logs in, and what the bearer of a token may do now.

People come from two places. Users in our tables (``airflow users create``) have roles there; their tokens
carry no rights, so that a role that is taken away, a new password or a user who is disabled counts within
``REMEMBERED`` seconds. Users of the simple auth manager come from the configuration; their tokens end when
it says something else of them. Where a name is in both, the tables decide. A token that somebody logged out
with ends within the same seconds.
"""

from __future__ import annotations

import hmac
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from tradewind.auth import managing, passwords, permissions, roles, service_accounts
from tradewind.auth.outside import LoginRefused, Outsider, Rules
from tradewind.auth.permissions import Principal, Rights
from tradewind.auth.tokens import Claims, TokenInvalid
from tradewind.domain import principals
from tradewind.domain.access import Access
from tradewind.domain.errors import Conflict, InvalidValue, NotFound
from tradewind.store.queries import audit, sessions
from tradewind.store.queries import roles as role_queries
from tradewind.store.queries import service_accounts as programs
from tradewind.store.queries import users as queries

if TYPE_CHECKING:
    from tradewind.auth.users import Directory, User
    from tradewind.runtime.clock import Clock
    from tradewind.store.database import Database, Tx

REMEMBERED: Final = 0.9
"""Seconds that what the bearer of a token may do is not asked for again."""
Credential = Claims | str | Outsider
"""What a token of a person says, the digest of a service account's token, or whom a proxy vouches for."""
_MOST: Final = 4096
_SLACK: Final = timedelta(hours=1)
"""More than clocks may differ ([api_auth] jwt_leeway)."""


log = logging.getLogger("tradewind.auth")


class Elsewhere(Protocol):
    """Something outside that knows names and passwords."""

    rules: Rules

    def authenticate(self, name: str, password: str) -> Outsider | None:
        """Who that is, or None. Blocks."""
        ...


class People:
    """Both kinds of users. For several threads.

    ``own_dags_only``: everybody but admins reaches only the DAGs that name them as owner. ``teams`` maps a
    team to its bundles; ``shared_bundles`` are of no team. ``all_admins``: whoever asks is an admin without a
    password. ``ldap`` is asked about names that are neither in the configuration nor users with a password
    here; ``proxy_rules`` gives roles to those whom a proxy vouches for.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        directory: Directory | None,
        own_dags_only: bool = False,
        teams: Mapping[str, Sequence[str]] | None = None,
        shared_bundles: Iterable[str] = (),
        all_admins: bool = False,
        ldap: Elsewhere | None = None,
        proxy_rules: Rules | None = None,
    ) -> None:
        self._database, self._clock, self._directory = database, clock, directory
        self._proxy_rules = proxy_rules or Rules()
        self._ldap, self._shared = ldap, frozenset(shared_bundles)
        self._own_dags_only, self._teams, self._all_admins = own_dags_only, teams or {}, all_admins
        self._verifier = passwords.Verifier()
        self._known: OrderedDict[Credential, tuple[float, Principal | None]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def admin_elsewhere(self) -> bool:
        """Is somebody of the configuration an admin?"""
        return self._directory is not None and self._directory.has_admin

    @property
    def configured(self) -> Mapping[str, User]:
        """Of whom the configuration tells, by name."""
        return {} if self._directory is None else self._directory.users

    # --- logging in ------------------------------------------------------------------------------

    def log_in(self, name: str, password: str) -> Principal | None:
        """Who that is, or None; neither the answer nor its time tells what was wrong. Blocks: it hashes."""
        with self._database.read() as tx:
            found = queries.get(tx, name)
        if found is not None and not found.source:
            return self._log_in(found, password)
        user = self._directory.authenticate(name, password) if self._directory is not None else None
        if user is not None and found is None:
            return self._configured(user)
        if self._ldap is None or name in self.configured:
            passwords.spend_time(password)
            return None
        try:
            outsider = self._ldap.authenticate(name, password)
            if outsider is None:
                return None
            return msgspec.structs.replace(self.enter(outsider, self._ldap.rules), elsewhere=True)
        except LoginRefused as error:
            log.warning("A log-in was refused: %s.", error)
            return None

    def enter(self, who: Outsider, rules: Rules) -> Principal:
        """Let somebody in whom the outside vouches for. Blocks. Raises LoginRefused where their name is that
        of somebody else, an administrator disabled them, or a role of theirs is gone.
        """
        granted = rules.roles(who)
        try:
            try:
                return self._enter(who, granted, settled=rules.settled)
            except Conflict:  # another request of theirs entered them, or set their roles, at the same time
                return self._enter(who, granted, settled=rules.settled)
        except (Conflict, InvalidValue, NotFound) as error:
            raise LoginRefused(str(error)) from error

    def _enter(self, who: Outsider, granted: Sequence[str], *, settled: bool) -> Principal:
        now = self._clock.now()
        about = {
            "email": _text(who.email), "first_name": _text(who.first_name), "last_name": _text(who.last_name),
        }  # fmt: skip
        if who.name in self.configured:
            raise LoginRefused(f"{who.name!r} is a user of the configuration")
        with self._database.write() as tx:
            managing.check_roles(tx, granted)
            found = queries.get(tx, who.name)
            if found is None:
                found = managing.make_user(
                    tx, who.name, password_hash=None, roles=granted, source=who.source, now=now, **about
                )
                self._note(tx, "user_created", who, roles=found.roles)
            elif found.source != who.source:
                raise LoginRefused(f"{who.name!r} is a user who logs in by {found.source or 'a password'}")
            elif not found.active:
                raise LoginRefused(f"{who.name!r} is disabled")
            else:
                queries.change(tx, who.name, now=now, **about)
                if settled and set(granted) != set(found.roles):
                    queries.set_roles(tx, found, granted)
                    self._note(tx, "user_roles_set", who, before=found.roles, after=sorted(set(granted)))
            queries.logged_in(tx, who.name, now, ok=True)
        return Principal(name=found.username, role="", epoch=found.token_epoch)

    def _note(self, tx: Tx, event: str, who: Outsider, **extra: Any) -> None:
        """Write down what somebody's own log-in changed here."""
        text = msgspec.json.encode({"username": who.name, "by": who.source, **extra}).decode()
        audit.add(tx, event, at=self._clock.now(), owner=who.name, extra=text)

    def anonymous(self) -> Principal | None:
        """An admin, where nobody needs a password; else None."""
        return Principal(name=principals.ANONYMOUS, role="admin") if self._all_admins else None

    def knows(self, name: str) -> bool:
        """Whether somebody has that name."""
        if name in self.configured:
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

    def remembered(self, credential: Credential) -> Principal | None:
        """Who bears that token, if it need not be looked up. Raises TokenInvalid."""
        with self._lock:
            until, found = self._known.get(credential, (0.0, None))
        return None if until <= self._clock.monotonic() else _bearer(found, credential)

    def look_up(self, credential: Credential) -> Principal:
        """Who bears that token, from the database. Blocks. Raises TokenInvalid."""
        found = self._find(credential)
        with self._lock:
            self._known[credential] = (self._clock.monotonic() + REMEMBERED, found)
            self._known.move_to_end(credential)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return _bearer(found, credential)

    def revoke(self, claims: Claims) -> bool:
        """Have a token end now; False where it had ended so before. Blocks."""
        now = self._clock.now()
        with self._database.write() as tx:
            sessions.prune(tx, now - _SLACK)
            ended = sessions.revoke(tx, claims.jti, datetime.fromtimestamp(claims.exp, UTC))
        with self._lock:
            self._known.pop(claims, None)
        return ended

    def _find(self, credential: Credential) -> Principal | None:
        match credential:
            case str():
                return self._service(credential)
            case Outsider():
                return self._vouched(credential)
        return self._person(credential)

    def _vouched(self, who: Outsider) -> Principal | None:
        """Somebody a proxy vouches for; entered, or given other roles, where that is due."""
        granted = set(self._proxy_rules.roles(who))
        with self._database.read() as tx:
            user = queries.get(tx, who.name)
            known = user is not None and user.source == who.source and user.active
            if user is not None and known and (set(user.roles) == granted or not self._proxy_rules.settled):
                return self._principal(tx, user)
        try:
            self.enter(who, self._proxy_rules)
        except LoginRefused as error:
            log.warning("A log-in by proxy was refused: %s.", error)
            return None
        with self._database.read() as tx:
            user = queries.get(tx, who.name)
            return None if user is None else self._principal(tx, user)

    def _service(self, digest: str) -> Principal | None:
        now = self._clock.now()
        with self._database.read() as tx:
            token = programs.by_digest(tx, digest)
            if token is None or token.expires_on <= now:
                return None
            held, pairs = service_accounts.split(token.scopes)
            rights = self._rights(tx, held, token.account, pairs)
        if token.last_used_on is None or token.last_used_on + programs.USED_AGAIN <= now:
            with self._database.write() as tx:
                programs.used(tx, token, now)
        name = f"{principals.SERVICE}{token.account}"
        return Principal(name=name, role=", ".join(token.scopes), rights=rights)

    def _person(self, claims: Claims) -> Principal | None:
        with self._database.read() as tx:
            return None if sessions.is_revoked(tx, claims.jti) else self._bearer_of(tx, claims)

    def _bearer_of(self, tx: Tx, claims: Claims) -> Principal | None:
        user = queries.get(tx, claims.sub)
        if claims.epoch is not None:
            good = user is not None and user.active and user.token_epoch == claims.epoch
            return self._principal(tx, user) if user is not None and good else None
        if user is not None:
            return None  # somebody of that name is in the tables since
        if claims.sub == principals.ANONYMOUS and self._all_admins:
            return self.anonymous()
        configured = self._directory.user(claims.sub) if self._directory is not None else None
        who = None if configured is None else self._configured(configured)
        return who if who is not None and hmac.compare_digest(who.stamp, claims.stamp) else None

    def _configured(self, user: User) -> Principal:
        stamp = self._directory.stamp(user) if self._directory is not None else ""
        who = Principal(name=user.name, role=user.role, teams=user.teams, stamp=stamp)
        reached = self._reached(user)
        if reached.unconfined:
            return who
        return msgspec.structs.replace(who, rights=permissions.narrowed(who.role, reached))

    def _reached(self, user: User) -> Access:
        """The DAGs of their teams and of no team, as Airflow has it; admins reach all."""
        if user.role == "admin":
            return Access(every=True)
        owner = user.name if self._own_dags_only else None
        of_teams = {bundle for team, bundles in self._teams.items() for bundle in bundles}
        mine = {bundle for team in user.teams for bundle in self._teams.get(team, ())}
        if not of_teams - mine:
            return Access(every=True, owner=owner)
        return Access(bundles=self._shared | mine, owner=owner)

    def _principal(self, tx: Tx, user: queries.UserRecord) -> Principal:
        held = queries.roles_of(tx, user)
        return Principal(
            name=user.username,
            role=", ".join(held),
            rights=self._rights(tx, held, user.username),
            epoch=user.token_epoch,
        )

    def _rights(self, tx: Tx, held: Iterable[str], name: str, more: Iterable[roles.Pair] = ()) -> Rights:
        names = sorted(set(held))
        if roles.ADMIN in names:
            return roles.of_admin()
        granted = role_queries.permissions(tx, names)
        pairs = {pair for role in names for pair in (*roles.BUILT_IN.get(role, ()), *granted.get(role, ()))}
        return roles.rights(
            sorted({*pairs, *more}),
            owner=name if self._own_dags_only else None,
            bundles_of=lambda team: self._teams.get(team, ()),
        )


def _text(said: str) -> str:
    """What the outside says, without what a database cannot hold."""
    return said.encode(errors="replace").decode().replace("\0", "")


def _bearer(found: Principal | None, credential: Credential) -> Principal:
    """Raises TokenInvalid where the token, or what a proxy says, counts no more."""
    if found is None and isinstance(credential, Outsider):
        raise TokenInvalid(
            f"Forbidden: the proxy says that this is from {credential.name!r}, who may not come in that way: "
            "the name is that of somebody else, or is disabled. The API server's log says which."
        )
    if found is None:
        raise TokenInvalid(
            "Invalid JWT token: it was logged out, or its user is gone, disabled or has been changed. "
            "Log in again."
        )
    return found
