"""A provider's keys, some of which nobody here can use."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import RSAKey

from tradewind.auth import oidc

STRANGE: dict[str, Any] = {
    "unknown curve": {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA", "kid": "1"},
    "unknown kind": {"kty": "AKP", "kid": "2"},
    "malformed": {"kty": "RSA", "n": "!", "e": "A", "kid": "3"},
    "half of one": {"kty": "RSA", "kid": "4"},
    "no kind": {"kid": "5"},
    "no object": "key",
}


@pytest.mark.parametrize("strange", STRANGE)
def test_keys_that_cannot_be_used_are_passed_over(strange: str) -> None:
    good = RSAKey.generate_key(2048, auto_kid=True)
    found = oidc._key_set({"keys": [STRANGE[strange], good.as_dict(private=False)]})
    assert [key.kid for key in found.keys] == [good.kid]


@pytest.mark.parametrize("said", [{}, {"keys": None}, {"keys": {}}, {"keys": [STRANGE["unknown curve"]]}])
def test_without_any_key_each_token_has_an_unknown_one(said: dict[str, Any]) -> None:
    with pytest.raises(InvalidKeyIdError):
        oidc._key_set(said).get_by_kid("1")
