"""S14: what is secret goes in and never out: no answer of any reading operation holds it, in any encoding."""

from __future__ import annotations

import base64
import json
import urllib.parse

import httpx
from tests.integration.api.world import World
from tests.security.asking import reads, story

SECRETS = {
    name: f"canary-{name}-pä$$ wörd/{number}"
    for number, name in enumerate(("password", "extra", "variable", "url"))
}


def forms(secret: str) -> list[str]:
    """As somebody might find it again."""
    raw = secret.encode()
    return [
        secret, json.dumps(secret)[1:-1], urllib.parse.quote(secret), urllib.parse.quote_plus(secret),
        base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(), secret[::-1],
    ]  # fmt: skip


def test_no_answer_holds_a_secret(world: World, admin: httpx.Client) -> None:
    ids = story(world, "canaries")
    connection = {
        "connection_id": "canary", "conn_type": "http", "password": SECRETS["password"], "login": "me",
        "host": f"https://u:{urllib.parse.quote(SECRETS['url'], safe='')}@h",
        "extra": json.dumps({"deep": [{"very": {"api_key": SECRETS["extra"]}}], "long": "x" * 5000}),
    }  # fmt: skip
    assert admin.post("/api/v2/connections", json=connection).status_code == 201
    variable = {"key": "canary_password", "value": SECRETS["variable"]}
    assert admin.post("/api/v2/variables", json=variable).status_code == 201
    changed = {**connection, "description": "again"}
    assert admin.patch("/api/v2/connections/canary", json=changed).status_code == 200
    admin.post("/api/v2/connections", json=connection)  # refused: the refusal names what is there
    named = {**ids, "connection_id": "canary", "variable_key": "canary_password"}
    texts = {operation.name: answer.text for operation, answer in reads(admin, named)}
    assert "canary" in texts["get_connection"] and "canary_password" in texts["get_variable"]
    for name, text in texts.items():
        assert not [form for secret in SECRETS.values() for form in forms(secret) if form in text], name


def test_a_refusal_does_not_repeat_a_password(admin: httpx.Client) -> None:
    wrong = {"connection_id": "refused", "conn_type": 1, "password": "canary-refused"}
    for body in (wrong, {**wrong, "conn_type": "x", "port": "canary-refused"}, {**wrong, "no_such": 1}):
        assert admin.post("/api/v2/connections", json=body).status_code == 422
    assert "canary-refused" not in admin.post("/api/v2/connections", json=wrong).text
