"""An OpenID Connect provider that lies on demand: ``python provider.py PORT``. ``POST /mode`` says how.

It insists on PKCE and on the client's secret, which the mock from the index does not.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

SECRET = "client-secret-4711-of-the-tests-with-enough-bytes"


class State:
    """What it knows between requests."""

    def __init__(self, issuer: str) -> None:
        self.issuer, self.mode = issuer, ""
        self.key, self.other = (RSAKey.generate_key(2048, auto_kid=True) for _ in range(2))
        self.asked: dict[str, str] = {}

    def discovery(self) -> dict[str, Any]:
        at = {
            name: f"{self.issuer}/{name}"
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
        }
        issuer = "https://other.example" if self.mode == "another issuer" else self.issuer
        return {"issuer": issuer, "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"], **at}

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        expected = base64.b64encode(f"tests:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        good = authorization == f"Basic {expected}" and challenge == self.asked.get("code_challenge")
        if not good or form.get("code") != "code-1" or self.asked.get("code_challenge_method") != "S256":
            return 400, {"error": "invalid_grant"}
        self.asked["used"] = "yes"
        answer = {"access_token": "access", "token_type": "Bearer", "id_token": self.id_token()}
        if self.mode == "no ID token":
            del answer["id_token"]
        return 200, answer

    def id_token(self) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": "tests", "sub": "1", "iat": now, "exp": now + 300,
            "nonce": self.asked.get("nonce"), "preferred_username": "olga@example.org", "groups": ["ops"],
        }  # fmt: skip
        claims.update(
            {
                "iss in the token": {"iss": "https://other.example"}, "audience": {"aud": "others"},
                "nonce": {"nonce": "x" * 32}, "expired": {"exp": now - 120},
                "from the future": {"iat": now + 600},
                "skewed": {"iat": now + 30, "exp": now + 330}, "two audiences": {"aud": ["tests", "others"]},
                "azp": {"azp": "others"}, "a user of the configuration": {"preferred_username": "admin"},
                "a user with a password": {"preferred_username": "local"},
                "no name": {"preferred_username": ""},
                "an address": {"email": "ann@example.org"},
                "an unverified address": {"email": "ann@example.org", "email_verified": False},
                "a verified address": {"email": "ann@example.org", "email_verified": True},
                "a program": {"preferred_username": "service:ci"},
            }.get(self.mode, {})
        )  # fmt: skip
        if self.mode == "unsigned":
            parts = ({"alg": "none"}, claims)
            return (
                ".".join(
                    base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts
                )
                + "."
            )
        if self.mode == "signed with the client's secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])
        foreign = self.mode == "another key"
        kid = self.key.kid if foreign else None
        key = self.other if foreign else self.key
        return jwt.encode({"alg": "RS256", "kid": kid or key.kid}, claims, key)


class Handler(BaseHTTPRequestHandler):
    state: State

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: Any, **headers: str) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        state = self.state
        if parts.path == "/.well-known/openid-configuration":
            self.answer(200, state.discovery())
        elif parts.path == "/jwks_uri":
            strange = {"kty": "EC", "crv": "of tomorrow", "x": "AA", "y": "AA", "kid": "1"}
            self.answer(200, {"keys": [strange, state.key.as_dict(private=False)]})
        elif parts.path == "/authorization_endpoint":
            state.asked = {name: value[0] for name, value in parse_qs(parts.query).items()}
            back = {"code": "code-1", "state": state.asked["state"], "iss": state.issuer}
            to = f"{state.asked['redirect_uri']}?{urlencode(back)}"
            self.answer(302, {}, Location=to)
        else:
            self.answer(404, {})

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/mode":
            self.state.mode = text
            if text == "new keys":
                self.state.key = RSAKey.generate_key(2048, auto_kid=True)
            return self.answer(200, {})
        form = {name: value[0] for name, value in parse_qs(text).items()}
        return self.answer(*self.state.token(form, self.headers.get("Authorization", "")))


if __name__ == "__main__":
    port = int(sys.argv[1])
    Handler.state = State(f"http://127.0.0.1:{port}")
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
