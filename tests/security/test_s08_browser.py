"""S8 in a real browser: what people write is shown, and none of it runs."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from tests import programs
from tests.integration.api.world import World
from tests.security.asking import story

CHROMIUM = programs.chromium()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="pages are looked at by chromium: apt-get install chromium"
)
RUNS = "document.documentElement.dataset.ran=1"
"""What would be seen in the page afterwards, whatever the page may load."""
PAYLOAD = f"</pre></style></title>\"'><script>{RUNS}</script><img src=x onerror={RUNS}><svg/onload={RUNS}>"


class Outside(BaseHTTPRequestHandler):
    """Another site: it shows the payload as it is, or sends the browser on with somebody's cookie (which
    belongs to the host, whatever the port).
    """

    token = ""

    def do_GET(self) -> None:
        wanted = parse_qs(urlsplit(self.path).query).get("to")
        self.send_response(302 if wanted else 200)
        self.send_header("Content-Type", "text/html")
        if wanted:
            self.send_header("Set-Cookie", f"_token={self.token}; Path=/")
            self.send_header("Location", wanted[0])
        self.end_headers()
        if not wanted:
            self.wfile.write(PAYLOAD.encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def outside(admin: httpx.Client) -> Iterator[str]:
    Outside.token = admin.headers["Authorization"].removeprefix("Bearer ")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Outside)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def page(url: str, profile: Path) -> str:
    """The page as the browser has it once everything has loaded."""
    assert CHROMIUM is not None
    words = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        f"--user-data-dir={profile}", "--virtual-time-budget=2000", "--dump-dom", url,
    ]  # fmt: skip
    return subprocess.run(words, capture_output=True, text=True, timeout=90, check=True).stdout


def ran(shown: str) -> bool:
    return re.search(r"<html[^>]*\bdata-ran=", shown) is not None


def test_the_browser_runs_what_nobody_guards(outside: str, tmp_path: Path) -> None:
    assert ran(page(outside, tmp_path)), "this browser would not notice anything"


@pytest.fixture(scope="module")
def ids(world: World) -> dict:
    made = story(world, "markup")
    world.sql("UPDATE dag SET description = ?, dag_display_name = ?", PAYLOAD, PAYLOAD)
    world.sql("UPDATE dag_code SET source_code = ?", PAYLOAD)
    world.sql("UPDATE import_error SET stacktrace = ?", PAYLOAD)
    world.sql("UPDATE dag_run_note SET content = ?", PAYLOAD)
    world.write_log(made["dag_id"], made["task_id"], f"{PAYLOAD}\n", run_id=made["dag_run_id"])
    return made


RUN = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/dags/{dag_id}/details",
        RUN,
        RUN + "/taskInstances/{task_id}/logs/1",
        "/api/v2/dagSources/{dag_id}",
        "/api/v2/importErrors/{import_error_id}",
        "/api/v2/dags/{payload}",
        "/login?next={payload}",
        "/docs?{payload}",
        "/{payload}",
    ],
)
def test_it_is_shown_and_does_not_run(
    world: World, outside: str, ids: dict, tmp_path: Path, path: str
) -> None:
    url = world.url + path.format(**ids, payload=quote(PAYLOAD, safe=""))
    shown = page(f"{outside}?to={quote(url, safe='')}", tmp_path)
    assert not ran(shown), shown
    assert "Not authenticated" not in shown
    if "payload" not in path:
        assert "&lt;script&gt;" in shown, f"the markup is not on the page: {shown[:2000]}"
