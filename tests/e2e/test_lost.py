"""When something goes wrong: an odd address, a stream that is refused, a part that is not there."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect
from tests.e2e.site import Site, Visitor


def test_one_tag_in_the_address_is_a_list_of_one(admin: Visitor) -> None:
    page = admin.go("/dags?tag=acts&owner=7&q=12&paused=maybe")
    expect(page.get_by_role("button", name="acts", exact=False).first).to_be_visible()
    page = admin.go("/dags/on_orders/runs?from=yesterday&state=odd")
    expect(page.get_by_role("searchbox", name="Search run ids")).to_be_visible()


def test_a_stream_that_was_refused_is_taken_up_again(site: Site, admin: Visitor) -> None:
    admin.expected = (503,)
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=503, body="busy")

    admin.page.route("**/ui/changes", refuse)
    page = admin.go("/dags?q=on_orders")
    lost = page.get_by_text("Connection lost")
    expect(lost).to_be_visible()
    switch = page.get_by_role("switch", name="on_orders is active")
    expect(switch).to_be_checked()  # what was read stays
    page.unroute("**/ui/changes")
    expect(lost).to_be_hidden(timeout=12_000)
    assert refused
    site.world.call("PATCH", "/dags/on_orders", is_paused=True).raise_for_status()
    expect(switch).not_to_be_checked(timeout=5000)
    site.world.call("PATCH", "/dags/on_orders", is_paused=False).raise_for_status()
    expect(switch).to_be_checked(timeout=5000)


def test_a_part_that_is_not_there_is_loaded_anew_once(admin: Visitor) -> None:
    admin.expected = (404,)
    page = admin.go("/")
    page.route("**/assets/actions-*.js", lambda route: route.fulfill(status=404, body=""))
    loads: list[str] = []
    page.on("load", lambda: loads.append(page.url))
    page.goto("/actions")
    expect(page.get_by_role("alert")).to_contain_text("Load the page again")
    assert len(loads) <= 3
    page.unroute("**/assets/actions-*.js")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("#content h1")
    admin.complaints.clear()  # that is what this is about


def test_a_log_says_when_it_cannot_be_followed(site: Site, admin: Visitor) -> None:
    admin.expected = (503,)
    run = "log-lost"
    site.world.call("POST", "/dags/keeps_busy/dagRuns", dag_run_id=run, logical_date=None).raise_for_status()
    followed = re.compile(r"/log/1\?.*follow=true")
    admin.page.route(followed, lambda route: route.fulfill(status=503, body="busy"))
    page = admin.go(f"/dags/keeps_busy/runs/{run}/tasks/look")
    lost = page.get_by_text("Connection lost")
    expect(lost).to_be_visible()
    page.unroute(followed)
    expect(lost).to_be_hidden()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    site.world.call("PATCH", f"/dags/keeps_busy/dagRuns/{run}", state="success").raise_for_status()
