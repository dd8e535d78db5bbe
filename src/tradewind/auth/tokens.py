"""The tokens (JWT) that people's requests carry.

Signed with one key, HS512 by default. The key is the configured one (``[api_auth] jwt_secret``), else one
that is made at first use and kept in the metadata database, so that all API servers of a deployment
accept each other's tokens.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta

import jwt
import msgspec

from tradewind.auth.permissions import Principal
from tradewind.domain.errors import AirflowConfigException, TradewindError

LIFETIME = timedelta(hours=24)
CLI_LIFETIME = timedelta(hours=1)
AUDIENCE = "urn:airflow.apache.org:api"
_SEALED = "sealed:"
"""Before the purpose of a sealed value, where tokens have their audience: neither passes for the other."""
SHORTEST = 16
"""Bytes of a key."""
KEY_SETTING = "jwt_secret"
_HMAC = {"HS256": 32, "HS384": 48, "HS512": 64}


class TokenExpired(TradewindError):
    """The token was good once."""


class TokenInvalid(TradewindError):
    """The token was not made by this deployment, or not for this purpose."""


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says. Times are seconds since the epoch."""

    sub: str
    exp: int
    iat: int
    jti: str
    role: str = ""
    teams: tuple[str, ...] = ()
    epoch: int | None = None
    """Of a user in our tables: their ``token_epoch`` when it was issued. Their rights are looked up, not
    carried.
    """
    stamp: str = ""
    """Of a user of the configuration: what it said of them when the token was issued."""


def make_key() -> str:
    """A new random signing key, as text."""
    return base64.b64encode(secrets.token_bytes(64)).decode()


class Signer:
    """Issues and reads tokens. ``issuer`` None: tokens name none, and any is accepted."""

    def __init__(
        self,
        key: str,
        *,
        algorithm: str = "HS512",
        issuer: str | None = None,
        audience: str = AUDIENCE,
        leeway: float = 10,
    ) -> None:
        if algorithm not in _HMAC:
            raise AirflowConfigException(
                f"[api_auth] jwt_algorithm must be one of {', '.join(_HMAC)}, got {algorithm!r}."
            )
        if len(key.encode()) < SHORTEST:
            raise AirflowConfigException(
                f"[api_auth] jwt_secret has {len(key.encode())} bytes: whoever guesses it is everybody. It "
                f"must have at least {SHORTEST}. Make one with 'openssl rand -base64 48', or leave it out: "
                "then a key is made and kept in the database."
            )
        # HMAC fills short keys up with zeros itself; doing it here changes no signature and keeps PyJWT from
        # warning about the short keys that Airflow's own config template makes.
        self._key = key.encode().ljust(_HMAC[algorithm], b"\0")
        self._algorithm, self._issuer, self._audience, self._leeway = algorithm, issuer, audience, leeway
        self._checked: OrderedDict[str, Claims] = OrderedDict()

    def issue(self, who: Principal, *, now: datetime, lifetime: timedelta = LIFETIME) -> str:
        """A token that says the bearer is ``who``, good from ``now`` for ``lifetime``."""
        issued = int(now.timestamp())
        payload = {
            "sub": who.name, "role": who.role, "teams": list(who.teams), "aud": self._audience, "iat": issued,
            "nbf": issued, "exp": issued + int(lifetime.total_seconds()), "jti": secrets.token_hex(16),
        }  # fmt: skip
        if who.epoch is not None:
            payload["epoch"] = who.epoch
        if who.stamp:
            payload["stamp"] = who.stamp
        if self._issuer:
            payload["iss"] = self._issuer
        return jwt.encode(payload, self._key, algorithm=self._algorithm)

    def seal(self, value: Mapping[str, str], *, purpose: str) -> str:
        """The value as text that is safe in URLs, everybody can read and nobody else can make."""
        return jwt.encode({**value, "aud": _SEALED + purpose}, self._key, algorithm=self._algorithm)

    def unseal(self, text: str, *, purpose: str) -> dict[str, str]:
        """What ``seal`` got, for the same purpose. Raises TokenInvalid."""
        try:
            found = jwt.decode(text, self._key, algorithms=[self._algorithm], audience=_SEALED + purpose)
        except jwt.PyJWTError as error:
            raise TokenInvalid(f"It was not made here: {error}") from error
        return {name: str(value) for name, value in found.items() if name != "aud"}

    def stamp(self, *said: str) -> str:
        """A short digest of these words, that only who has the key can make or compare."""
        text = "\0".join(said).encode()
        return hmac.digest(self._key, b"stamp\0" + text, hashlib.sha256).hex()[:32]

    def read(self, token: str, *, now: datetime) -> Claims:
        """What the token says. Raises TokenExpired or TokenInvalid."""
        claims = self._checked.get(token) or self._decode(token)
        moment = now.timestamp()
        if claims.exp + self._leeway < moment:
            raise TokenExpired("Token Expired")
        if claims.iat - self._leeway > moment:
            raise TokenInvalid("Invalid JWT token: it was issued in the future")
        return claims

    def _decode(self, token: str) -> Claims:
        try:
            payload = jwt.decode(
                token,
                self._key,
                algorithms=[self._algorithm],
                audience=self._audience,
                issuer=self._issuer,
                options={
                    "require": ["exp", "iat", "sub"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            unnamed = hashlib.sha256(token.encode()).hexdigest()  # so that each token can be revoked
            claims = msgspec.convert({"jti": unnamed, **payload}, Claims)
        except (jwt.PyJWTError, msgspec.ValidationError) as error:
            raise TokenInvalid(f"Invalid JWT token: {error}") from error
        self._checked[token] = claims  # a signature checked once stays right; times are checked at each use
        while len(self._checked) > 1024:
            self._checked.popitem(last=False)
        return claims
