"""Logging in at an OpenID Connect provider: authorization code flow with PKCE, state and nonce.

Authlib speaks OAuth 2 and joserfc reads what the provider signed; both come with the extra ``oidc`` and load
at the first log-in. What a browser carries from the beginning to the end of the flow (``Begun``) is sealed by
the caller in a cookie, so that no server remembers anything. Believed is only an ID token that the provider's
own keys signed, with this issuer, this audience, this nonce, and a time that is now.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from tradewind.auth.outside import OIDC, LoginRefused, Outsider, Rules
from tradewind.domain.errors import AirflowConfigException

if TYPE_CHECKING:
    from tradewind.runtime.clock import Clock

log = logging.getLogger("tradewind.auth")
CALLBACK: Final = "/login/oidc/callback"
"""Where the provider sends browsers back to, below ``[api] base_url``."""
LEEWAY: Final = 60
"""Seconds by which clocks may differ."""
_KEPT: Final = 3600.0
"""Seconds that what the provider says of itself, and its keys, are kept."""
_AGAIN: Final = 30.0
"""Keys are asked for anew, for a token with an unknown one, at most so often."""
_TIMEOUT: Final = 10.0
_ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
"""Signatures with a public key only: none with the client's secret, and not ``none``."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_EMAIL: Final = "email"
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """Who we are to the provider, and what its words mean."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    scope: str = "openid profile email"
    username_claim: str = "preferred_username"
    groups_claim: str = "groups"
    cacert: str = ""
    name: str = "OpenID Connect"
    """What people call it."""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A flow that was begun: what must come back, and where to send the person afterwards."""

    state: str
    nonce: str
    verifier: str
    next: str


class Provider:
    """One provider, seen from the API server's event loop. Raises AirflowConfigException for bad settings."""

    def __init__(self, client: Client, clock: Clock, rules: Rules) -> None:
        _check(client)
        self._client, self._clock = client, clock
        self.name, self.rules = client.name, rules
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, dict[str, Any]] | None = None

    async def begin(self, next_path: str) -> tuple[str, Begun]:
        """Where to send the browser, and what to remember. Raises LoginRefused."""
        metadata = await self._discover()
        begun = Begun(
            state=secrets.token_urlsafe(24), nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48), next=next_path,
        )  # fmt: skip
        async with self._oauth() as oauth:
            url, _ = oauth.create_authorization_url(
                metadata["authorization_endpoint"],
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
            )
        return str(url), begun

    async def finish(self, begun: Begun, answer: Mapping[str, str]) -> Outsider:
        """Who that is, from what the browser brought back. Raises LoginRefused."""
        metadata = await self._discover()
        if not hmac.compare_digest(begun.state.encode(), answer.get("state", "").encode()):
            raise LoginRefused("the answer's state is not that of the question")
        if "error" in answer:
            raise LoginRefused(f"the provider said {answer['error'][:200]!r}")
        if answer.get("iss", self._client.issuer) != self._client.issuer:
            raise LoginRefused("the answer is of another issuer")
        token = await self._redeem(metadata, answer.get("code", ""), begun.verifier)
        claims = await self._claims(metadata, str(token.get("id_token", "")), begun.nonce)
        return self._outsider(await self._completed(metadata, claims, str(token.get("access_token", ""))))

    # --- the provider -----------------------------------------------------------------------------

    async def _discover(self) -> dict[str, Any]:
        if self._metadata is None or self._metadata[0] < self._clock.monotonic():
            found = await self._get(f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self._client.issuer:
                raise LoginRefused(
                    f"the provider calls itself {found.get('issuer')!r}, not {self._client.issuer!r}"
                )
            for name in _ENDPOINTS:
                if not _is_safe(str(found.get(name, ""))):
                    raise LoginRefused(f"the provider's {name} is not an https address")
            self._metadata = (self._clock.monotonic() + _KEPT, found)
        return self._metadata[1]

    async def _key_set(self, metadata: dict[str, Any], *, anew: bool) -> dict[str, Any]:
        now = self._clock.monotonic()
        stale = self._keys is None or self._keys[0] < now
        if stale or (anew and self._keys is not None and self._keys[0] < now + _KEPT - _AGAIN):
            self._keys = (now + _KEPT, await self._get(metadata["jwks_uri"]))
        return self._keys[1] if self._keys is not None else {}

    async def _get(self, url: str, token: str = "") -> dict[str, Any]:
        import httpx  # of the extra; and heavy

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with httpx.AsyncClient(verify=self._verify(), timeout=_TIMEOUT) as client:
                answer = (await client.get(url, headers=headers)).raise_for_status()
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            raise LoginRefused(f"{url} does not answer as a provider does: {error}") from error

    async def _redeem(self, metadata: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
        import httpx
        from authlib.integrations.base_client import OAuthError

        try:
            async with self._oauth() as oauth:
                return dict(
                    await oauth.fetch_token(metadata["token_endpoint"], code=code, code_verifier=verifier)
                )
        except (OAuthError, httpx.HTTPError, ValueError) as error:
            raise LoginRefused(f"the provider gave no token for the code: {error}") from error

    def _oauth(self) -> Any:
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        return AsyncOAuth2Client(
            self._client.client_id, self._client.client_secret or None, scope=self._client.scope,
            redirect_uri=self._client.redirect_uri, code_challenge_method="S256", verify=self._verify(),
            token_endpoint_auth_method="client_secret_basic" if self._client.client_secret else "none",
            timeout=_TIMEOUT,
        )  # fmt: skip

    def _verify(self) -> Any:
        """Certificates are always verified: by the machine's authorities, or those of ``cacert``."""
        import ssl

        return ssl.create_default_context(cafile=self._client.cacert or None)

    # --- what it says -----------------------------------------------------------------------------

    async def _claims(self, metadata: dict[str, Any], id_token: str, nonce: str) -> dict[str, Any]:
        from joserfc.errors import InvalidKeyIdError, JoseError

        try:
            try:
                claims = _decode(id_token, await self._key_set(metadata, anew=False))
            except InvalidKeyIdError:
                claims = _decode(id_token, await self._key_set(metadata, anew=True))
            _validate(claims, self._client, nonce, int(self._clock.now().timestamp()))
        except (JoseError, ValueError) as error:
            raise LoginRefused(f"the ID token is not good: {error}") from error
        return claims

    async def _completed(
        self, metadata: dict[str, Any], claims: dict[str, Any], token: str
    ) -> dict[str, Any]:
        """The claims, with those that the provider gives only at its user-info endpoint."""
        wanted = {self._client.username_claim, self._client.groups_claim} - claims.keys()
        endpoint = str(metadata.get("userinfo_endpoint", ""))
        if not wanted or not token or not _is_safe(endpoint):
            return claims
        more = await self._get(endpoint, token)
        if more.get("sub") != claims["sub"]:
            raise LoginRefused("the user-info endpoint speaks of somebody else")
        return {**more, **claims}

    def _outsider(self, claims: dict[str, Any]) -> Outsider:
        name = claims.get(self._client.username_claim)
        if not isinstance(name, str) or not name:
            raise LoginRefused(
                f"there is no claim {self._client.username_claim!r} to take the user name from"
            )
        if self._client.username_claim == _EMAIL and claims.get("email_verified") is not True:
            raise LoginRefused(f"the provider did not verify the address {name!r} (claim email_verified)")
        given = claims.get(self._client.groups_claim) or ()
        groups = (given,) if isinstance(given, str) else given
        return Outsider(
            source=OIDC, name=name, email=str(claims.get(_EMAIL) or "")[:512],
            first_name=str(claims.get("given_name") or "")[:256],
            last_name=str(claims.get("family_name") or "")[:256],
            groups=tuple(str(one) for one in groups),
        )  # fmt: skip


def _decode(id_token: str, keys: dict[str, Any]) -> dict[str, Any]:
    from joserfc import jwt

    return dict(jwt.decode(id_token, _key_set(keys), algorithms=list(_ALGORITHMS)).claims)


def _key_set(said: dict[str, Any]) -> Any:
    """The keys that we can use; others are passed over, as RFC 7517 (section 5) has it."""
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry, KeySet

    found = []
    given = said.get("keys")
    for one in given if isinstance(given, list) else ():
        try:
            key = JWKRegistry.import_key(one)
            key.ensure_kid()
            found.append(key)
        except (JoseError, LookupError, TypeError, ValueError, AttributeError) as error:
            log.info("A key of the provider is not used: %r", error)
    return KeySet(found)


def _validate(claims: dict[str, Any], client: Client, nonce: str, now: int) -> None:
    """Raises JoseError, ValueError."""
    from joserfc.jwt import JWTClaimsRegistry

    JWTClaimsRegistry(
        now=now, leeway=LEEWAY, iss={"essential": True, "value": client.issuer},
        aud={"essential": True, "value": client.client_id}, sub={"essential": True},
        exp={"essential": True}, iat={"essential": True}, nonce={"essential": True, "value": nonce},
    ).validate(claims)  # fmt: skip
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != client.client_id:
        raise ValueError("azp is not this client")


def _check(client: Client) -> None:
    for name in ("issuer", "redirect_uri"):
        value = getattr(client, name)
        if not _is_safe(value):
            where = "[oidc] issuer" if name == "issuer" else "[api] base_url"
            raise AirflowConfigException(f"{where} must be an https address for OIDC, got {value!r}.")
    if not client.client_id:
        raise AirflowConfigException("[oidc] client_id must not be empty. The provider gives it.")


def _is_safe(url: str) -> bool:
    """It is https, or stays on this machine."""
    parts = urlsplit(url)
    return bool(parts.netloc) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
