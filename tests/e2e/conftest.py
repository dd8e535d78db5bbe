from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests import programs
from tests.e2e.site import AXE, Site, Visitor

CHROMIUM = programs.chromium()
WEB = AXE.parents[3] / "src" / "tradewind" / "web" / "index.html"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e/" not in str(item.path):
            continue
        if CHROMIUM is None:
            item.add_marker(
                pytest.mark.skip(reason="pages are looked at by chromium: apt-get install chromium")
            )


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One system for all visits of this worker."""
    assert WEB.is_file(), "The web UI is not built: make ui"
    made = Site(tmp_path_factory.mktemp("e2e") / "h")
    try:
        made.open()
        yield made
    finally:
        made.world.end()


@pytest.fixture(scope="package")
def browser(site: Site) -> Iterator[Browser]:
    """Gone before the tests of other folders run: beside it, ``asyncio.run`` would find a loop running."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield made
        site.close_tabs()
        made.close()


@pytest.fixture
def admin(site: Site, browser: Browser) -> Iterator[Visitor]:
    with site.visit(browser, "admin", viewport={"width": 1440, "height": 900}) as visitor:
        yield visitor
