"""Assets: who makes and uses them, what happened to them, and what people do to them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.site import RUN, Site, Visitor
from tests.integration.system.world import until


def test_an_asset_is_found_by_its_group_and_leads_to_its_makers(site: Site, admin: Visitor) -> None:
    page = admin.go("/assets")
    page.get_by_role("searchbox", name="Search by name, URI or group").fill("catalog")
    page.wait_for_url("**/assets?q=catalog")
    expect(page.get_by_role("heading", name="1 asset")).to_be_visible()
    page.get_by_role("link", name="prices", exact=True).click()
    page.wait_for_url(f"**/assets/{site.asset('prices')}")
    content = page.locator("#content")
    for name in ("prices_eu", "prices_us", "compare"):
        expect(content.get_by_role("link", name=name, exact=True).first).to_be_visible()
    expect(content.get_by_text("newest price list")).to_be_visible()


def test_the_graph_leads_on(site: Site, admin: Visitor) -> None:
    page = admin.go("/assets")
    page.get_by_role("link", name="Graph").click()
    page.wait_for_url("**/assets?view=graph")
    tabs = page.get_by_role("navigation", name="Views of assets").locator("[aria-current]")
    expect(tabs).to_have_text("Graph")
    page.get_by_role("searchbox").fill("s3://shop/prices")
    expect(page.get_by_role("link", name="on_both DAG")).to_be_visible()
    expect(page.get_by_role("link", name="clicks_daily DAG")).to_have_count(0)
    page.get_by_role("link", name="prices s3://shop/prices").click()
    page.wait_for_url(f"**/assets/{site.asset('prices')}")


def test_events_say_what_made_them_and_what_they_started(site: Site, admin: Visitor) -> None:
    page = admin.go(f"/assets/{site.asset('orders')}")
    events = page.get_by_role("group", name="Events")
    expect(events.get_by_role("link", name=f"shop_night · {RUN}")).to_be_visible()
    expect(events.get_by_role("link", name="on_orders").first).to_be_visible()
    events.get_by_role("link", name="read", exact=True).first.click()
    page.wait_for_url("**/dags/shop_night/runs/*/tasks/read?map_index=-1")


def test_an_event_by_hand_makes_a_partition_and_its_run(site: Site, admin: Visitor) -> None:
    page = admin.go(f"/assets/{site.asset('clicks')}")
    page.get_by_role("button", name="Create event").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Extra").fill("[1]")
    expect(dialog.get_by_text("This must be a JSON object")).to_be_visible()
    expect(dialog.get_by_role("button", name="Create event")).to_be_disabled()
    dialog.get_by_label("Extra").fill('{"rows": 9}')
    dialog.get_by_label("Partition key").fill("2026-02-01")
    dialog.get_by_role("button", name="Create event").click()
    expect(page.get_by_text("The event is recorded")).to_be_visible()
    expect(page.get_by_role("group", name="Events").get_by_text("2026-02-01")).to_be_visible()
    page.get_by_role("link", name="Partitions").click()
    row = page.get_by_role("row", name="2026-02-01")
    expect(row.get_by_role("link", name="clicks_daily")).to_be_visible()
    expect(row.get_by_text("success")).to_be_visible()


def test_an_asset_is_materialized_by_its_dag(site: Site, admin: Visitor) -> None:
    page = admin.go(f"/assets/{site.asset('stock')}")
    page.get_by_role("button", name="Materialize").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("for the auditors")
    dialog.get_by_role("button", name="Materialize").click()
    expect(page.get_by_text("A run of counts_stock is queued")).to_be_visible()
    (run,) = site.world.call("GET", "/dags/counts_stock/dagRuns").json()["dag_runs"]
    assert (run["run_type"], run["note"]) == ("asset_materialization", "for the auditors")


def test_of_several_makers_one_is_chosen(site: Site, admin: Visitor) -> None:
    admin.expected = (409,)
    page = admin.go(f"/assets/{site.asset('prices')}")
    page.get_by_role("button", name="Materialize").click()
    page.get_by_role("dialog").get_by_role("button", name="Materialize").click()
    expect(page.get_by_role("alert")).to_contain_text("is updated by several DAGs (prices_eu, prices_us)")
    page.get_by_role("link", name="Trigger prices_us").click()
    page.wait_for_url("**/dags/prices_us?trigger=true")


def test_a_dag_forgets_what_it_has_not_run_for(site: Site, admin: Visitor) -> None:
    path = f"/assets/{site.asset('report')}/queuedEvents"
    until(lambda: site.world.call("GET", path).json()["total_entries"], "on_forecast waits")
    page = admin.go(f"/assets/{site.asset('report')}")
    page.get_by_role("button", name="Let on_forecast forget this update").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("h2", has_text="Waiting for more")).to_have_count(0)
    assert site.world.call("GET", path).json()["total_entries"] == 0


def test_who_may_only_look_is_offered_nothing_else(site: Site, browser: Browser) -> None:
    with site.visit(browser, "viewer") as visitor:
        page = visitor.go(f"/assets/{site.asset('orders')}")
        expect(page.get_by_role("heading", name="Who makes it")).to_be_visible()
        for word in ("Create event", "Materialize"):
            expect(page.get_by_role("button", name=word)).to_have_count(0)


@pytest.mark.parametrize("path", ["/assets", "/assets?view=graph", "/assets/1"])
def test_who_may_not_see_assets_is_told(path: str, site: Site, browser: Browser) -> None:
    with site.visit(browser, "shopkeeper") as visitor:
        page = visitor.go(path)
        expect(page.get_by_text("You may not see assets")).to_be_visible()
