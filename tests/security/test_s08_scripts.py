"""S8: what people write is never a script: JSON stays JSON, pages escape it and run no script of others."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from tests.integration.api.world import World
from tests.security.asking import reads, story

from tradewind.api import docs_page, home_page
from tradewind.api.settings import Settings

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</style><svg/onload=alert(1)>",
)


def test_what_is_planted_comes_back_as_json_only(world: World, admin: httpx.Client) -> None:
    ids = story(world, "scripts")
    everything = json.dumps(PAYLOADS)
    world.sql(
        "UPDATE dag SET description = ?, dag_display_name = ?, owners = ?", everything, everything, everything
    )
    world.sql("UPDATE dag_run_note SET content = ?", everything)
    world.sql("UPDATE import_error SET stacktrace = ?", everything)
    for operation, answer in reads(admin, ids):
        assert answer.headers["x-content-type-options"] == "nosniff", operation.name
        assert (
            "script-src" not in answer.headers["content-security-policy"]
            or "unsafe" not in re.findall(r"script-src[^;]*", answer.headers["content-security-policy"])[0]
        )
        if "<script>alert" in answer.text:
            assert answer.headers["content-type"].startswith(("application/", "text/plain")), operation.name


@pytest.mark.parametrize("payload", PAYLOADS)
def test_pages_escape_the_name_of_the_instance(payload: str) -> None:
    settings = Settings(instance_name=payload, base_url=payload)
    for page in (home_page.render(settings), docs_page._plain(docs_page.escape(payload), {"paths": {}})):
        assert "<script>alert" not in page and "<img" not in page and "<svg" not in page


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc"])
def test_pages_run_no_inline_script(anonymous: httpx.Client, path: str) -> None:
    answer = anonymous.get(path)
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200 and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert re.findall(r"script-src ([^;]*)", policy) in ([], ["'self'"])
    assert not re.search(
        r"<script(?![^>]*\bsrc=)|<[^>]*\son\w+=|https?://(?!127|localhost)[^\s\"'<]*\.(js|css)", answer.text
    )


def test_the_home_page_may_show_its_style(anonymous: httpx.Client) -> None:
    import base64
    import hashlib

    answer = anonymous.get("/")
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]
