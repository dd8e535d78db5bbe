"""S5: sessions and tokens: what was not made here, for this, and now, opens nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from tests.integration.api import serve
from tests.integration.api.world import World, now

from tradewind.auth import tokens
from tradewind.auth.permissions import Principal
from tradewind.domain.errors import AirflowConfigException

ADMIN = Principal(name="admin", role="admin")
KEY = serve.KEY.encode()


def claims(**changes: Any) -> dict[str, Any]:
    issued = int(now().timestamp())
    good = {
        "sub": "admin",
        "role": "admin",
        "teams": [],
        "aud": tokens.AUDIENCE,
        "iat": issued,
        "nbf": issued,
    }
    return {**good, "exp": issued + 3600, "jti": "j", **changes}


FORGED = {
    "no signature": lambda: jwt.encode(claims(), None, algorithm="none"),
    "another key": lambda: jwt.encode(claims(), b"x" * 64, algorithm="HS512"),
    "another algorithm": lambda: jwt.encode(claims(), KEY, algorithm="HS256"),
    "of a task": lambda: jwt.encode(claims(aud="urn:airflow.apache.org:task"), KEY, algorithm="HS512"),
    "no audience": lambda: jwt.encode(
        {name: value for name, value in claims().items() if name != "aud"}, KEY, algorithm="HS512"
    ),
    "no end": lambda: jwt.encode(
        {name: value for name, value in claims().items() if name != "exp"}, KEY, algorithm="HS512"
    ),
    "of tomorrow": lambda: jwt.encode(claims(iat=claims()["iat"] + 86400), KEY, algorithm="HS512"),
    "a sealed value": lambda: tokens.Signer(serve.KEY).seal({"sub": "admin"}, purpose="file"),
    "a number as name": lambda: jwt.encode(claims(sub=["admin"]), KEY, algorithm="HS512"),
    "endless": lambda: "." * 20_000,
    "not ASCII": lambda: "tök.en".encode().decode("latin-1"),
}


@pytest.mark.parametrize("made", FORGED.values(), ids=FORGED)
def test_what_was_not_made_here_for_this_is_refused(world: World, made: Any) -> None:
    answer = httpx.get(
        f"{world.url}/api/v2/dags", headers={"authorization": b"Bearer " + made().encode("latin-1")}
    )
    assert answer.status_code in {401, 403}
    assert "dags" not in answer.json()


def test_a_token_that_was_good_once_is_refused(world: World) -> None:
    old = tokens.Signer(serve.KEY).issue(ADMIN, now=now() - timedelta(days=2))
    assert (
        httpx.get(f"{world.url}/api/v2/dags", headers={"authorization": f"Bearer {old}"}).status_code == 401
    )


def test_of_two_credentials_the_bearer_counts(world: World) -> None:
    good = tokens.Signer(serve.KEY).issue(ADMIN, now=now())
    answer = httpx.get(
        f"{world.url}/api/v2/dags", headers={"authorization": "Bearer nonsense"}, cookies={"_token": good}
    )
    assert answer.status_code in {401, 403}


def test_there_is_no_empty_key() -> None:
    with pytest.raises(AirflowConfigException, match="jwt_secret"):
        tokens.Signer("")
