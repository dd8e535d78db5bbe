"""Secrets are hidden by value, however spelled, and by telling names."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.telemetry.masking import Masker

SECRET = "p@ss wörd/1'\"\n€"


ORDINARY = "abc airflow True 12345678 db_password Token"


def masker(*values: object) -> Masker:
    found = Masker()
    for value in values:
        found.add(value)
    return found


@pytest.mark.parametrize(
    "spell",
    [
        str,
        quote,
        quote_plus,
        lambda s: quote(s, safe=""),
        json.dumps,
        lambda s: json.dumps(s, ensure_ascii=False),
        repr,
    ],
)
def test_a_value_is_hidden_in_every_spelling(spell) -> None:
    text = f"before {spell(SECRET)} after"
    masked = masker(SECRET).mask(text)
    assert spell(SECRET).strip("'\"") not in masked
    assert masked.startswith("before ") and masked.endswith(" after") and "***" in masked


@given(st.binary(max_size=12), st.text(min_size=9, max_size=40), st.binary(max_size=12))
def test_a_value_inside_base64_is_hidden(before: bytes, secret: str, after: bytes) -> None:
    found = masker(secret)
    coded = base64.b64encode(before + secret.encode("utf-8", "surrogateescape") + after).decode()
    assert "***" in found.mask(coded) or not found.mask(secret).startswith("***")


def test_nothing_is_touched_without_secrets() -> None:
    text = "x" * 100
    assert Masker().mask(text) is text


@pytest.mark.parametrize("value", ["abc", "", None, "airflow", "True", 12345678, "password", "Token"])
def test_short_and_ordinary_values_stay(value: object) -> None:
    assert masker(value).mask(ORDINARY) == ORDINARY


def test_longer_secrets_go_first() -> None:
    assert masker("hunter", "hunter-longer").mask("hunter-longer hunter") == "*** ***"


def test_telling_names_hide_whatever_they_name() -> None:
    found = Masker().redact(
        {"Password": "a", "db": {"api_key": ["x", "y"], "host": "h"}, "n": [1, ("token", "t")]}
    )
    assert found == {
        "Password": "***",
        "db": {"api_key": ["***", "***"], "host": "h"},
        "n": [1, ("token", "t")],
    }


def test_a_mapping_added_under_an_ordinary_name_hides_its_telling_parts_only() -> None:
    found = Masker()
    found.add({"host": "database.example", "password": "hunter22"}, "extra")
    assert found.mask("database.example hunter22") == "database.example ***"


def test_nested_values_are_masked_by_value() -> None:
    found = masker("hunter22")
    assert found.redact({"a": ["x hunter22"], "b": ("hunter22",), "c": {"hunter22"}, "d": b"hunter22!"}) == {
        "a": ["x ***"], "b": ("***",), "c": {"***"}, "d": b"***!",
    }  # fmt: skip


def test_names_stay() -> None:
    found = masker("hunter22", "password")
    assert found.redact({"password": "password", "hunter22": {"x": "hunter22"}}) == {
        "password": "***", "hunter22": {"x": "***"},
    }  # fmt: skip


def test_each_line_of_a_key_is_hidden() -> None:
    key = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA\nQIDAQABAoIBAQDx\n-----END KEY-----"
    assert masker(key).mask("got QIDAQABAoIBAQDx") == "got ***"


def test_more_names_may_be_configured() -> None:
    found = Masker(names=["pin "])
    assert found.redact({"my_pin": 1}) == {"my_pin": "***"}
    assert Masker(by_name=False).redact({"password": "x"}) == {"password": "x"}


def test_a_cycle_ends() -> None:
    loop: dict[str, object] = {}
    loop["self"] = loop
    Masker().redact(loop)
    masker(loop)
