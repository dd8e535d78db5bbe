"""The built web UI: its page on every path of its own, its files, what browsers may keep and run."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.integration.api.world import World

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
INDEX = (
    '<!doctype html><html><head><title>UI</title><link rel="stylesheet" href="./assets/index-a1.css">'
    '<script type="module" src="/assets/index-b2.js"></script></head>'
    '<body><a href="//example.org/">there</a></body></html>'
)
SCRIPT = b"console.log('one');" * 50


def build(folder: Path) -> Path:
    """What a build of the app leaves."""
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "assets" / "index-b2.js").write_bytes(SCRIPT)
    (folder / "assets" / "index-b2.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "assets" / "index-b2.js.br").write_bytes(b"brotli, for all that is asked here")
    (folder / "assets" / "index-a1.css").write_text("body{}")
    (folder / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder.parent / "secret.txt").write_text("not of the app")
    return folder


def serving(home: Path, **settings: str) -> Iterator[httpx.Client]:
    world = World(home / "home")
    world.start(web=str(build(home / "web")), **settings)
    with world.client(None) as client:
        yield client
    world.close()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    yield from serving(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def prefixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    yield from serving(tmp_path_factory.mktemp("prefixed"), base_url="http://localhost:8080/flow")


@pytest.mark.parametrize("path", ["/", "/dags/a.b/grid", "/admin/pools", "/assets", "/assets/5", "/dags/%2E"])
def test_its_page_is_on_every_path_of_its_own(built: httpx.Client, path: str) -> None:
    answer = built.get(path, headers=HTML)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    assert 'src="/assets/index-b2.js"' in answer.text and 'href="/assets/index-a1.css"' in answer.text
    assert '<meta name="tradewind-prefix" content=""></head>' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "default-src 'none'" in policy and "unsafe" not in policy


@pytest.mark.parametrize("path", ["/api/v2/nothing", "/api/nothing", "/auth/nothing", "/docs/nothing"])
def test_paths_of_the_api_are_never_pages(built: httpx.Client, path: str) -> None:
    answer = built.get(path, headers=HTML)
    assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json"


def test_who_asks_for_no_page_gets_none(built: httpx.Client) -> None:
    assert built.get("/dags/a").status_code == 404
    assert built.post("/dags/a", headers=HTML).status_code == 404
    assert built.post("/api/v2/version", headers=HTML).status_code == 405
    assert built.get("/assets/index-gone.js").status_code == 404
    assert built.head("/dags/a", headers=HTML).status_code == 200


def test_files_with_hashed_names_are_kept_for_good(built: httpx.Client) -> None:
    plain = built.get("/assets/index-b2.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == SCRIPT and "immutable" in plain.headers["cache-control"]
    assert plain.headers["content-type"].startswith("text/javascript")
    packed = built.get("/assets/index-b2.js", headers={"Accept-Encoding": "gzip, br;q=0"})
    assert packed.headers["content-encoding"] == "gzip" and packed.content == SCRIPT
    assert packed.headers["content-type"].startswith("text/javascript")
    assert packed.headers["vary"] == "Accept-Encoding"
    with built.stream("GET", "/assets/index-b2.js", headers={"Accept-Encoding": "gzip, br"}) as small:
        assert small.headers["content-encoding"] == "br"
    icon = built.get("/icon.svg", headers=HTML)
    assert icon.headers["content-type"] == "image/svg+xml" and icon.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/assets/..%2f..%2fsecret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/%00",
     "/assets/index-b2.js.gz", "/assets/../../secret.txt", "/assets/", "/.hidden"],
)  # fmt: skip
def test_nothing_else_is_served(built: httpx.Client, path: str) -> None:
    answer = built.get(path)
    assert answer.status_code == 404 and "not of the app" not in answer.text


@pytest.mark.parametrize("path", ["/flow/", "/flow/dags/a", "/"])
def test_below_a_prefix_it_names_what_it_loads_by_it(prefixed: httpx.Client, path: str) -> None:
    answer = prefixed.get(path, headers=HTML)
    assert (
        'src="/flow/assets/index-b2.js"' in answer.text and 'href="/flow/assets/index-a1.css"' in answer.text
    )
    assert '<meta name="tradewind-prefix" content="/flow"></head>' in answer.text
    assert 'href="//example.org/"' in answer.text
    assert prefixed.get("/flow/assets/index-b2.js").content == SCRIPT


def test_without_a_built_app_there_is_the_plain_page(world: World, anonymous: httpx.Client) -> None:
    assert "a workflow orchestrator" in anonymous.get("/", headers=HTML).text
    assert anonymous.get("/dags/a", headers=HTML).status_code == 404


def test_a_worker_of_the_app_may_ask_this_server(built: httpx.Client) -> None:
    policy = built.get("/assets/index-b2.js").headers["content-security-policy"]
    assert "connect-src 'self'" in policy and "default-src 'none'" in policy
