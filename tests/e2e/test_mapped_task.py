"""A mapped task has instances, and nothing of its own to show a log of."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.e2e.pages import MAPPED
from tests.e2e.site import Visitor


def test_a_mapped_task_leads_to_its_instances(admin: Visitor) -> None:
    page = admin.go(f"{MAPPED}/xcom")
    expect(page.get_by_text("Choose an instance")).to_be_visible()
    page.get_by_role("link", name="3 · order 3").click()
    page.wait_for_url("**/xcom?map_index=3")
    expect(page.locator("#content").get_by_text("return_value")).to_be_visible()
    page.get_by_role("link", name="price.price", exact=True).click()
    page.wait_for_url("**/mapped?map_index=-1")


def test_the_instances_are_counted_by_state_and_narrowed(admin: Visitor) -> None:
    page = admin.go(f"{MAPPED}/mapped")
    expect(page.get_by_role("heading", name="8 instances")).to_be_visible()
    page.get_by_role("button", name="8 success").click()
    page.wait_for_url("**state=*")
    current = page.get_by_role("navigation", name="Views of this task instance").locator("[aria-current]")
    expect(current).to_have_text("Mapped instances")
    expect(page.get_by_role("heading", name="8 instances")).to_be_visible()
