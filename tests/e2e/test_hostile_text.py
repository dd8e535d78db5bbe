"""S8 on every page: whatever people write is shown as text, and none of it runs."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Browser
from tests.e2e.dags import hostile_texts
from tests.e2e.pages import ADMIN
from tests.e2e.site import RUN, Site
from tests.integration.system.world import until

DAG: Final = "/dags/hostile"
THERE: Final = f"{DAG}/runs/{RUN}"
PAGES: Final = (
    "/", "/dags", "/dags?q=hostile", DAG,
    *(f"{DAG}/{view}" for view in ("grid", "graph", "gantt", "calendar", "trends", "code", "runs", "tasks")),
    f"{DAG}/details",
    f"{DAG}/events", f"{DAG}/backfills", THERE,
    *(f"{THERE}/{view}" for view in ("tasks", "graph", "gantt", "compare", "details", "events")),
    *(f"{THERE}/tasks/group.says{view}" for view in ("", "/details", "/rendered", "/xcom", "/events")),
    f"{THERE}/tasks/group.fails/mapped", f"{THERE}/tasks/group.fails?map_index=0",
    "/assets", "/assets?view=graph&q=hostile", "/actions", *(f"/admin/{page}" for page in ADMIN),
)  # fmt: skip


@pytest.fixture(scope="session")  # a worker comes to this file more than once
def story(site: Site) -> str:
    """A run of the hostile DAG, and hostile words in all that REST lets people write."""
    html, text = hostile_texts.HTML, hostile_texts.TEXT
    call = site.world.call
    until(lambda: call("GET", "/dags/hostile").status_code == 200, "the hostile DAG is read")
    call("PATCH", "/dags/hostile", is_paused=False).raise_for_status()
    call(
        "POST", "/dags/hostile/dagRuns", dag_run_id=RUN, logical_date=None, conf={"p": html}, note=text
    ).raise_for_status()
    call("POST", "/variables", key="hostile", value=text, description=html).raise_for_status()
    call(
        "POST", "/connections", connection_id="hostile", conn_type="http", description=text, host=html,
        login=html, schema=html, extra=f'{{"note": "{RUN}"}}',
    ).raise_for_status()  # fmt: skip
    call("POST", "/pools", name="hostile", slots=1, description=text).raise_for_status()
    path = f"/dags/hostile/dagRuns/{RUN}/taskInstances/group.fails"
    until(lambda: call("GET", f"{path}/0").json().get("state") == "failed", "the hostile task has failed")
    call("PATCH", f"{path}/0", note=text).raise_for_status()
    return html


@pytest.mark.parametrize("path", PAGES)
def test_nothing_runs(path: str, story: str, site: Site, browser: Browser) -> None:
    _visited(path, site, browser)


def test_nothing_runs_on_the_pages_of_an_asset(story: str, site: Site, browser: Browser) -> None:
    asset = f"/assets/{site.asset(f'hostile {hostile_texts.RUNS}')}"
    until(
        lambda: site.world.call("GET", f"{asset}").json()["last_asset_event"], "the hostile asset is updated"
    )
    for view in ("", "?view=partitions", "?view=graph"):
        _visited(asset + view, site, browser)


def _visited(path: str, site: Site, browser: Browser) -> None:
    with site.visit(browser, "admin") as visitor:
        page = visitor.go(path)
        assert page.evaluate("document.documentElement.dataset.ran") is None
        assert page.locator("#content script, #content [onerror], #content [onload]").count() == 0
        bad = page.evaluate(
            "[...document.links].map(one => one.protocol).filter(one => !/^https?:$/.test(one))"
        )
        assert bad == []


def test_it_is_shown(story: str, site: Site, browser: Browser) -> None:
    with site.visit(browser, "admin") as visitor:
        page = visitor.go(f"{THERE}/tasks/group.says")
        page.get_by_text("<script>").first.wait_for()
