"""S7: no GET changes anything, and a page of another site cannot act with our cookie."""

from __future__ import annotations

import sqlite3

import httpx
from tests.integration.api.world import World
from tests.security.asking import operations, reads, story


def rows(world: World) -> list[str]:
    with sqlite3.connect(world.home / "airflow.db") as connection:
        found = list(connection.iterdump())
    connection.close()
    return found


def test_no_get_changes_a_row(world: World, admin: httpx.Client) -> None:
    ids = story(world, "unchanged")
    before = rows(world)
    answers = [(operation.name, answer.status_code) for operation, answer in reads(admin, ids)]
    assert len(answers) > 80 and sum(status == 200 for _, status in answers) > 60
    assert rows(world) == before


def test_a_foreign_page_cannot_change_anything(world: World, admin: httpx.Client) -> None:
    token = admin.headers["authorization"].removeprefix("Bearer ")
    before = rows(world)
    with httpx.Client(base_url=world.url, cookies={"_token": token}) as browser:
        for operation in operations():
            if operation.method != "GET" and operation.resource is not None:
                for origin in ("https://evil.example", "null", f"{world.url}.evil.example"):
                    answer = browser.request(
                        operation.method, operation.route.replace(":path", "").format_map(_Ghost()),
                        json={}, headers={"origin": origin},
                    )  # fmt: skip
                    assert answer.status_code in {401, 403}, (operation.name, origin, answer.text)
    assert rows(world) == before


class _Ghost(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "1"
