"""People see what they may see, and are offered what they may do."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.pages import PAGES
from tests.e2e.site import RUN, Site

OTHERS = ("other_team", "marker-of-others", "secret-of-others")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_of_others_is_on_any_page(name: str, site: Site, browser: Browser) -> None:
    with site.visit(browser, "shopkeeper") as visitor:
        visitor.expected = (403, 404)
        shown = visitor.go(PAGES[name]).content()
        assert [word for word in OTHERS if word in shown] == []


def test_who_has_rights_on_two_dags_sees_two(site: Site, browser: Browser) -> None:
    with site.visit(browser, "shopkeeper") as visitor:
        page = visitor.go("/dags")
        expect(page.get_by_role("link", name="shop_night", exact=True)).to_be_visible()
        expect(page.get_by_role("heading", name="2 DAGs")).to_be_visible()


def test_who_may_only_look_is_offered_nothing_else(site: Site, browser: Browser) -> None:
    with site.visit(browser, "viewer") as visitor:
        page = visitor.go("/dags")
        expect(page.get_by_role("switch", name="shop_night is active")).to_be_disabled()
        for path in ("/dags/shop_night", f"/dags/shop_night/runs/{RUN}"):
            page = visitor.go(path)
            for word in ("Trigger", "Clear", "Delete"):
                expect(page.get_by_role("button", name=word)).to_have_count(0)
