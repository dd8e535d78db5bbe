"""Every page shows what it is about, complains of nothing, and can be used by everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from tests.e2e.pages import NOTHING, PAGES
from tests.e2e.site import Site, Visitor


@pytest.mark.parametrize("name", PAGES)
def test_a_page(name: str, admin: Visitor) -> None:
    page = admin.go(PAGES[name])
    assert page.locator("#content").inner_text().strip()
    assert NOTHING not in page.locator("#content").inner_text()
    assert page.locator("#content [role=alert]").count() == 0, page.locator(
        "#content [role=alert]"
    ).inner_text()
    assert not (found := admin.violations()), "\n".join(found)


@pytest.mark.parametrize("name", ["home", "dags", "run", "task-log", "actions"])
def test_a_page_on_a_phone_in_chinese(name: str, site: Site, browser: Browser) -> None:
    with site.visit(
        browser, "admin", viewport={"width": 390, "height": 844}, has_touch=True, locale="zh-CN"
    ) as visitor:
        page = visitor.go(PAGES[name])
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, "it scrolls sideways"
        assert not (found := visitor.violations()), "\n".join(found)


def test_nothing_is_at_an_address_that_leads_nowhere(admin: Visitor) -> None:
    assert NOTHING in admin.go("/no/such/page").locator("#content").inner_text()


def test_a_page_wants_a_log_in_and_comes_back(site: Site, browser: Browser) -> None:
    context = browser.new_context(base_url=site.address)
    page = context.new_page()
    page.goto("/dags?q=shop")
    page.wait_for_url("**/login?next=*")
    page.fill("#username", "admin")
    page.fill("#password", site.password("admin"))
    page.click("button[type=submit]")
    page.wait_for_url("**/dags?q=shop")
    page.get_by_role("link", name="shop_night", exact=True).wait_for()
    context.close()
