"""``python -m tests.e2e.portraits [FOLDER]``: the pictures that the README shows, into ``docs/images``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import sync_playwright
from tests import programs
from tests.e2e.site import Site
from tests.integration.system.world import until

DAGS = ("warehouse_daily", "stock_hourly", "recommendations")
SIZE = {"viewport": {"width": 1280, "height": 760}}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        site = Site(Path(home) / "h", dags=Path(__file__).parent)
        browser = playwright.chromium.launch(executable_path=programs.chromium(), args=["--no-sandbox"])
        try:
            site.world.standalone()
            site.world.wait_for_dags(*DAGS)
            for dag_id in DAGS:
                site.world.call("PATCH", f"/dags/{dag_id}", is_paused=False).raise_for_status()
            until(lambda: _ended(site, 48), "the days of the warehouse have run", seconds=300)
            for look in ("light", "dark"):
                for name, path in _paths(site).items():
                    _picture(site, browser, path, folder / f"{name}-{look}.png", color_scheme=look)
                run = _paths(site)["run"]
                _picture(site, browser, run, folder / f"run-zh-{look}.png", color_scheme=look, locale="zh-CN")
        finally:
            browser.close()
            site.world.end()


def _ended(site: Site, many: int) -> bool:
    answer = site.world.call("GET", "/dags/warehouse_daily/dagRuns?state=success&state=failed&limit=1")
    return int(answer.json()["total_entries"]) >= many


def _paths(site: Site) -> dict[str, str]:
    """What is shown: of the runs a failed one, of its tasks the one that failed first."""
    failed = "/dags/warehouse_daily/dagRuns?state=failed&order_by=-run_after&limit=20"
    runs = [run["dag_run_id"] for run in site.world.call("GET", failed).json()["dag_runs"]]
    run = next(one for one in runs if _failed_task(site, one) == "check.totals")
    base, run = "/dags/warehouse_daily", quote(run, safe="")
    return {
        "home": "/",
        "grid": f"{base}/grid",
        "graph": f"{base}/graph?run={run}",
        "run": f"{base}/runs/{run}",
        "log": f"{base}/runs/{run}/tasks/extract.shop",
    }


def _failed_task(site: Site, run: str) -> str:
    path = f"/dags/warehouse_daily/dagRuns/{run}/taskInstances?state=failed&order_by=end_date"
    return str(site.world.call("GET", path).json()["task_instances"][0]["task_id"])


def _picture(site: Site, browser: Any, path: str, file: Path, **how: str) -> None:
    with site.visit(browser, "admin", **SIZE, **how) as visitor:
        page = visitor.go(path)
        page.mouse.move(0, 0)
        page.screenshot(path=file)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images"))
