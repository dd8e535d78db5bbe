"""Tokens: whose, how long, and by whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from tradewind.auth import tokens
from tradewind.auth.permissions import Principal
from tradewind.domain.errors import AirflowConfigException

KEY = "a key of enough bytes"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANN = Principal(name="ann", role="op", teams=("a", "b"))


def test_a_token_says_who_bears_it() -> None:
    signer = tokens.Signer(tokens.make_key())
    claims = signer.read(signer.issue(ANN, now=NOW), now=NOW)
    assert (claims.sub, claims.role, claims.teams) == ("ann", "op", ("a", "b"))


def test_it_ends_after_its_lifetime_also_when_it_was_seen_before() -> None:
    signer = tokens.Signer(tokens.make_key(), leeway=10)
    token = signer.issue(ANN, now=NOW, lifetime=timedelta(minutes=1))
    signer.read(token, now=NOW + timedelta(seconds=69))
    with pytest.raises(tokens.TokenExpired):
        signer.read(token, now=NOW + timedelta(seconds=71))


def test_it_does_not_count_before_it_was_issued() -> None:
    signer = tokens.Signer(tokens.make_key())
    token = signer.issue(ANN, now=NOW + timedelta(hours=1))
    with pytest.raises(tokens.TokenInvalid):
        signer.read(token, now=NOW)


@pytest.mark.parametrize(
    "other",
    [
        tokens.Signer("another key of enough bytes"),
        tokens.Signer(KEY, audience="urn:airflow.apache.org:task"),
        tokens.Signer(KEY, algorithm="HS256"),
    ],
)
def test_tokens_of_others_are_refused(other: tokens.Signer) -> None:
    with pytest.raises(tokens.TokenInvalid):
        tokens.Signer(KEY).read(other.issue(ANN, now=NOW), now=NOW)


def test_issuer_is_checked_where_one_is_configured() -> None:
    strict = tokens.Signer(KEY, issuer="us")
    assert strict.read(strict.issue(ANN, now=NOW), now=NOW).sub == "ann"
    with pytest.raises(tokens.TokenInvalid):
        strict.read(tokens.Signer(KEY, issuer="them").issue(ANN, now=NOW), now=NOW)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30."])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(tokens.TokenInvalid):
        tokens.Signer(KEY).read(token, now=NOW)


def test_an_unsigned_token_is_refused() -> None:
    times = {"iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 60}
    unsigned = jwt.encode(
        {"sub": "eve", "role": "admin", "aud": tokens.AUDIENCE, **times}, None, algorithm="none"
    )
    with pytest.raises(tokens.TokenInvalid):
        tokens.Signer(KEY).read(unsigned, now=NOW)


def test_filling_a_short_key_changes_no_signature() -> None:
    token = tokens.Signer("0123456789abcdef0123456789abcdef", algorithm="HS256").issue(ANN, now=NOW)
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    key = "0123456789abcdef0123456789abcdef"
    assert (
        jwt.decode(token, key, algorithms=["HS256"], audience=tokens.AUDIENCE, options=options)["sub"]
        == "ann"
    )


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [("", "HS512"), ("x", "HS512"), ("15 bytes, a few", "HS512"), (KEY, "none"), (KEY, "RS256")],
)
def test_settings_that_cannot_sign(key: str, algorithm: str) -> None:
    with pytest.raises(AirflowConfigException, match=r"\[api_auth\] jwt_"):
        tokens.Signer(key, algorithm=algorithm)
