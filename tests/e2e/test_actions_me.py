"""What everybody can do wherever they are."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect
from tests.e2e.site import RUN, Site, Visitor


def settings(page: Page, label: str, value: str) -> None:
    """Choose one of the settings."""
    page.get_by_role("button", name="admin").click()
    page.get_by_label(label, exact=True).select_option(value)
    page.keyboard.press("Escape")


def test_the_palette_goes_to_a_page(admin: Visitor) -> None:
    page = admin.go("/dags")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("required")
    page.get_by_role("option", name="Required actions").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/actions")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("no such thing")
    expect(page.get_by_text("Nothing of that name.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_have_count(0)


def test_a_theme_is_kept(admin: Visitor) -> None:
    page = admin.go("/dags")
    settings(page, "Theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page = admin.go("/actions")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_language_is_kept(admin: Visitor) -> None:
    page = admin.go("/actions")
    settings(page, "Language", "zh-CN")
    expect(page.get_by_role("heading", level=1, name="待处理操作")).to_be_visible()
    page = admin.go("/actions")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_a_time_zone(site: Site, admin: Visitor) -> None:
    page = admin.go(f"/dags/shop_night/runs/{RUN}/details")
    due = site.world.call("GET", f"/dags/shop_night/dagRuns/{RUN}").json()["run_after"]
    settings(page, "Time zone", "Pacific/Kiritimati")  # 14 hours ahead
    there = page.evaluate(
        "at => new Intl.DateTimeFormat('sv-SE', {timeZone: 'Pacific/Kiritimati', dateStyle: 'short',"
        " timeStyle: 'medium'}).format(new Date(at))",
        due,
    )
    expect(page.get_by_text(there).first).to_be_visible()


def test_logging_out(site: Site, browser: Browser) -> None:
    context = browser.new_context(base_url=site.address)  # a log-in of its own, which ends here
    page = context.new_page()
    page.goto("/login?next=/dags")
    page.fill("#username", "admin")
    page.fill("#password", site.password("admin"))
    page.click("button[type=submit]")
    page.get_by_role("button", name="admin").click()
    page.get_by_role("link", name="Log out").click()
    page.wait_for_selector("#password")
    assert page.request.get("/api/v2/dags").status == 401
    context.close()
