"""What happens on the server is seen without asking again."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.e2e.site import Site, Visitor


def test_a_state_that_changes_is_seen(site: Site, admin: Visitor) -> None:
    run = "seen-live"
    site.world.call("POST", "/dags/waits_long/dagRuns", dag_run_id=run, logical_date=None).raise_for_status()
    page = admin.go(f"/dags/waits_long/runs/{run}")
    expect(page.locator("header").get_by_text("running", exact=True).first).to_be_visible()
    site.world.call("PATCH", f"/dags/waits_long/dagRuns/{run}", state="success").raise_for_status()
    expect(page.locator("header").get_by_text("success", exact=True).first).to_be_visible(timeout=5000)


def test_a_dag_that_is_paused_elsewhere_is_seen(site: Site, admin: Visitor) -> None:
    page = admin.go("/dags?q=on_orders")
    switch = page.get_by_role("switch", name="on_orders is active")
    expect(switch).to_be_checked()
    site.world.call("PATCH", "/dags/on_orders", is_paused=True).raise_for_status()
    expect(switch).not_to_be_checked(timeout=5000)
    site.world.call("PATCH", "/dags/on_orders", is_paused=False).raise_for_status()
    expect(switch).to_be_checked(timeout=5000)


def test_pausing_reaches_the_server(site: Site, admin: Visitor) -> None:
    page = admin.go("/dags?q=on_orders")
    switch = page.get_by_role("switch", name="on_orders is active")
    with page.expect_response("**/api/v2/dags/on_orders"):
        switch.click()
    assert site.world.call("GET", "/dags/on_orders").json()["is_paused"] is True
    with page.expect_response("**/api/v2/dags/on_orders"):
        switch.click()
    assert site.world.call("GET", "/dags/on_orders").json()["is_paused"] is False


def test_the_palette_goes_to_a_dag(admin: Visitor) -> None:
    page = admin.go("/")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("shop_nig")
    page.get_by_role("option", name="shop_night").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/dags/shop_night")
