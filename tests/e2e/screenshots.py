"""``python -m tests.e2e.screenshots FOLDER``: every page, light and dark, some on a phone."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests import programs
from tests.e2e.pages import PAGES
from tests.e2e.site import Site

ON_THE_PHONE = ("home", "dags", "run-failed", "task-log", "actions")
LOOKS = {
    "light": ({"color_scheme": "light", "viewport": {"width": 1440, "height": 900}}, tuple(PAGES)),
    "dark": ({"color_scheme": "dark", "viewport": {"width": 1440, "height": 900}}, tuple(PAGES)),
    "phone": ({"viewport": {"width": 390, "height": 844}, "has_touch": True}, ON_THE_PHONE),
    "chinese": ({"locale": "zh-CN", "viewport": {"width": 1440, "height": 900}}, ON_THE_PHONE),
}


def main(folder: Path) -> None:
    """Take them all; says how many."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        site = Site(Path(home) / "h")
        browser = playwright.chromium.launch(executable_path=programs.chromium(), args=["--no-sandbox"])
        try:
            site.open()
            for look, (how, names) in LOOKS.items():
                with site.visit(browser, "admin", **how) as visitor:
                    for name in names:
                        visitor.go(PAGES[name]).screenshot(path=folder / f"{name}-{look}.png")
        finally:
            browser.close()
            site.world.end()
    print(f"{len(list(folder.glob('*.png')))} screenshots in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
