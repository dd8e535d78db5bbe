"""What a pointer does on the graph of a DAG."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.e2e.pages import DAG
from tests.e2e.site import Visitor


def test_a_group_folds_and_a_task_is_chosen(admin: Visitor) -> None:
    page = admin.go(f"{DAG}/graph")
    page.get_by_role("button", name="price", expanded=True).first.click()
    page.wait_for_url("**fold=*")
    expect(page.get_by_role("button", name="total")).to_have_count(0)
    page.get_by_role("button", name="skip_report").click()
    expect(page.get_by_role("complementary", name="Task skip_report")).to_be_visible()
