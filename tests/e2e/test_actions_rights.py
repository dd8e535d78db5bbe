"""Who has rights on two DAGs does there what an admin does; who may only look is offered nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e import deeds
from tests.e2e.site import RUN, Site

ACTIONS = ("Trigger", "Clear", "Stop", "More actions", "Write a note", "New backfill", "Approve", "More")
PLACES = (
    "/dags/shop_night", "/dags/shop_night/backfills", f"/dags/shop_night/runs/{RUN}",
    f"/dags/shop_night/runs/{RUN}/tasks/price.total", f"/dags/waits_long/runs/{RUN}", "/actions",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_who_may_only_look_is_offered_nothing(place: str, site: Site, browser: Browser) -> None:
    with site.visit(browser, "viewer") as visitor:
        page = visitor.go(place)
        for action in ACTIONS:
            expect(page.locator("#content").get_by_role("button", name=action, exact=True)).to_have_count(0)
        expect(page.locator("#content [role=switch]:not([data-disabled])")).to_have_count(0)


def test_who_may_only_look_picks_no_runs(site: Site, browser: Browser) -> None:
    with site.visit(browser, "viewer") as visitor:
        page = visitor.go("/dags/shop_night/runs")
        expect(page.get_by_role("link", name=RUN, exact=True)).to_be_visible()
        expect(page.get_by_label(f"Pick {RUN}")).to_have_count(0)
        expect(page.get_by_label(f"Run again with the values of {RUN}")).to_have_count(0)


def _pauses(page: Page) -> None:
    switch = page.get_by_role("switch", name="shop_broken is active")
    switch.click()
    expect(switch).not_to_be_checked()
    switch.click()
    expect(switch).to_be_checked()


def test_the_shopkeeper_does_it_on_their_dags(site: Site, browser: Browser) -> None:
    with site.visit(browser, "shopkeeper") as visitor:
        page = visitor.go("/dags/shop_broken")
        _pauses(page)
        page.get_by_role("button", name="Trigger").click()
        dialog = deeds.asked(page)
        dialog.get_by_text("Date, run id and note").click()
        dialog.get_by_label("Run id").fill("by-shopkeeper")
        dialog.get_by_role("button", name="Trigger").click()
        page.wait_for_url("**/runs/by-shopkeeper")
        deeds.wait_for_task(site, "shop_broken", "by-shopkeeper", "fetch", state="failed")
        page.get_by_role("button", name="Stop").click()
        deeds.confirm(page, "Stop the run")
        deeds.wait_for_run(site, "shop_broken", "by-shopkeeper", "failed")
        page = visitor.go("/dags/shop_broken/runs/by-shopkeeper/tasks/fetch")
        deeds.choose(page, "More", "Mark as success")
        deeds.confirm(page, "Mark as success")
        deeds.wait_for_task(site, "shop_broken", "by-shopkeeper", "fetch", state="success")
    who = deeds.run_of(site, "shop_broken", "by-shopkeeper")["triggering_user_name"]
    assert who == "shopkeeper"


def test_who_has_rights_on_one_dag_is_offered_to_act_on_that_one(site: Site, browser: Browser) -> None:
    with site.visit(browser, "mender") as visitor:
        page = visitor.go("/dags?q=shop")
        expect(page.get_by_role("switch", name="shop_broken is active")).to_be_enabled()
        expect(page.get_by_role("switch", name="shop_night is active")).to_be_disabled()
        expect(page.get_by_role("button", name="Trigger shop_broken")).to_be_visible()
        expect(page.get_by_role("button", name="Trigger shop_night")).to_have_count(0)
        for dag_id, offered in (("shop_broken", 1), ("shop_night", 0)):
            page = visitor.go(f"/dags/{dag_id}/runs/{RUN}")
            expect(page.get_by_role("button", name="Clear")).to_have_count(offered)
        page = visitor.go("/actions")
        expect(page.get_by_text("You may not answer this.").first).to_be_visible()
