"""What can be done to a run."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.e2e import deeds
from tests.e2e.site import Site, Visitor
from tests.integration.system.world import until


@pytest.mark.parametrize("state", ["failed", "success"])
def test_marking(state: str, site: Site, admin: Visitor) -> None:
    other, run = {"failed": "success", "success": "failed"}[state], f"marked-{state}"
    path = deeds.make_run(site, "invoices", run)
    if other == "failed":
        site.world.call("PATCH", f"/dags/invoices/dagRuns/{run}", state=other).raise_for_status()
    page = admin.go(path)
    deeds.choose(page, "More actions", f"Mark {state}")
    deeds.confirm(page, f"Mark {state}")
    deeds.wait_for_run(site, "invoices", run, state)
    expect(page.locator("header").get_by_text(state, exact=True).first).to_be_visible()


def test_stopping(site: Site, admin: Visitor) -> None:
    page = admin.go(deeds.make_run(site, "slow_import", "to-stop", end=None))
    deeds.wait_for_task(site, "slow_import", "to-stop", "rows", state="running")
    page.get_by_role("button", name="Stop").click()
    expect(deeds.asked(page).get_by_text("1 task instance").first).to_be_visible()
    deeds.confirm(page, "Stop the run")
    deeds.wait_for_run(site, "slow_import", "to-stop", "failed")
    deeds.wait_for_task(site, "slow_import", "to-stop", "rows", state="failed")


def test_clearing_what_the_preview_shows(site: Site, admin: Visitor) -> None:
    page = admin.go(deeds.make_run(site, "invoices", "to-clear"))
    page.get_by_role("button", name="Clear").click()
    dialog = deeds.asked(page)
    expect(dialog.get_by_text("3 task instances")).to_be_visible()
    dialog.get_by_label("Only what failed").check()
    expect(dialog.get_by_text("Nothing fits these choices.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Clear and run again")).to_be_disabled()
    dialog.get_by_label("Only what failed").uncheck()
    expect(dialog.get_by_text("3 task instances")).to_be_visible()
    deeds.confirm(page, "Clear and run again")
    for task_id in ("collect", "send", "archive"):
        deeds.wait_for_task(site, "invoices", "to-clear", task_id, try_number=2, state="success")


def test_a_note(site: Site, admin: Visitor) -> None:
    page = admin.go(deeds.make_run(site, "invoices", "noted", end=None))
    page.get_by_role("button", name="Write a note").click()
    page.get_by_label("Note, in Markdown").fill("**late**, as the bank was")
    deeds.confirm(page, "Save")
    expect(page.locator("strong", has_text="late")).to_be_visible()
    assert deeds.run_of(site, "invoices", "noted")["note"] == "**late**, as the bank was"


def test_deleting(site: Site, admin: Visitor) -> None:
    page = admin.go(deeds.make_run(site, "invoices", "to-delete"))
    deeds.choose(page, "More actions", "Delete")
    admin.expected = (404,)  # of what is asked of it in the same moment
    deeds.confirm(page, "Delete the run")
    page.wait_for_url("**/dags/invoices/runs")
    assert site.world.call("GET", "/dags/invoices/dagRuns/to-delete").status_code == 404


def test_several_at_once(site: Site, admin: Visitor) -> None:
    runs = ("several-1", "several-2")
    for run in runs:
        deeds.make_run(site, "invoices", run)

    def pick(deed: str) -> None:
        for run in runs:
            page.get_by_label(f"Pick {run}").check()
        expect(page.get_by_text("2 picked")).to_be_visible()
        deeds.choose(page, "With these…", deed)
        deeds.confirm(page, deed)

    page = admin.go("/dags/invoices/runs?q=several")
    pick("Mark failed")
    for run in runs:
        deeds.wait_for_run(site, "invoices", run, "failed")
    pick("Clear")
    for run in runs:
        deeds.wait_for_task(site, "invoices", run, "archive", try_number=2, state="success")
    pick("Delete")
    expect(page.get_by_text("No run fits what you asked for.")).to_be_visible()
    for run in runs:
        until(lambda run=run: site.world.call("GET", f"/dags/invoices/dagRuns/{run}").status_code == 404, run)


def test_comparing(site: Site, admin: Visitor) -> None:
    path = deeds.make_run(site, "invoices", "compared-1")
    deeds.make_run(site, "invoices", "compared-2")
    task = "/dags/invoices/dagRuns/compared-2/taskInstances/archive"
    site.world.call("PATCH", task, new_state="failed").raise_for_status()
    page = admin.go(f"{path}/compare")
    page.get_by_label("Choose a run").select_option("compared-2")
    expect(page.get_by_role("heading", name="1 task ended otherwise")).to_be_visible()
    expect(page.get_by_role("cell", name="archive", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name="collect", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Only differences").click()
    expect(page.get_by_role("cell", name="collect", exact=True)).to_be_visible()
