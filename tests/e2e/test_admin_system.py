"""Administering the system: what runs where, what was too late, what was noted."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from playwright.sync_api import Browser, expect
from tests.e2e.site import RUN, Site, Visitor


def test_workers_tell_what_runs_and_lead_there(admin: Visitor) -> None:
    page = admin.go("/admin/workers?q=waits_long")
    running = page.get_by_role("link", name="slow [")
    expect(running.first).to_be_visible()
    running.first.click()
    page.wait_for_url(f"**/dags/waits_long/runs/{RUN}/tasks/slow**")


def test_workers_show_what_begins_and_ends_while_one_looks(site: Site, admin: Visitor) -> None:
    run = "seen-by-workers"
    page = admin.go(f"/admin/workers?q={run}")
    expect(page.get_by_text("Nothing that runs fits")).to_be_visible()
    site.world.call("PATCH", "/dags/keeps_busy", is_paused=False).raise_for_status()
    site.world.call("POST", "/dags/keeps_busy/dagRuns", dag_run_id=run, logical_date=None).raise_for_status()
    expect(page.get_by_role("link", name="look", exact=True)).to_be_visible(timeout=20_000)
    site.world.call("PATCH", f"/dags/keeps_busy/dagRuns/{run}", state="success").raise_for_status()
    expect(page.get_by_role("link", name="look", exact=True)).to_have_count(0, timeout=20_000)


def test_jobs_are_healthy(admin: Visitor) -> None:
    page = admin.go("/admin/jobs?type=SchedulerJob&state=running")
    expect(page.get_by_role("heading", name="1 process", exact=True)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Scheduler").get_by_text("healthy")).to_be_visible()


def test_deadlines_that_were_missed_and_that_are_ahead(site: Site, admin: Visitor) -> None:
    page = admin.go("/admin/deadlines?q=waits_long")
    missed = page.get_by_role("group", name="Missed deadlines").get_by_role("row").filter(has_text=RUN)
    ahead = page.get_by_role("group", name="Deadlines still to come").get_by_role("row").filter(has_text=RUN)
    expect(missed).to_contain_text("at once", timeout=30_000)
    expect(missed).to_contain_text("page_somebody")
    expect(ahead).to_contain_text("this month")


def test_the_audit_log_tells_what_was_changed(site: Site, admin: Visitor) -> None:
    body = {"username": "ada", "password": "p", "roles": ["Viewer"]}
    site.ours("POST", "/users", **body).raise_for_status()
    site.ours("PATCH", "/users/ada", roles=["Op"]).raise_for_status()
    site.ours("DELETE", "/users/ada").raise_for_status()
    page = admin.go("/admin/audit?event=users_edit")
    page.get_by_role("button", name="Show users_edit").first.click()
    dialog = page.get_by_role("dialog")
    changed = dialog.get_by_role("row").filter(has_text="roles")
    expect(changed.get_by_role("cell").nth(0)).to_contain_text("Viewer")
    expect(changed.get_by_role("cell").nth(1)).to_contain_text("Op")
    expect(dialog.get_by_text("ada")).to_be_visible()


def test_the_audit_log_is_narrowed_by_what_is_typed(admin: Visitor) -> None:
    page = admin.go("/admin/audit")
    page.get_by_role("searchbox", name="DAG", exact=True).fill("other_te")
    page.wait_for_url("**/admin/audit?dag=other_te")
    rows = page.get_by_role("group", name="Audit log").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("other_team")
    expect(rows.filter(has_text="shop")).to_have_count(0)
    page.get_by_role("button", name="All entries").click()
    expect(rows.nth(1)).not_to_contain_text("other_team")


def test_the_audit_log_goes_into_a_file(site: Site, admin: Visitor, tmp_path: Path) -> None:
    page = admin.go("/admin/audit?who=admin&event=pool")
    found = site.world.call("GET", "/eventLogs?owner_pattern=%25admin%25&event_pattern=%25pool%25").json()
    texts = {}
    for kind in ("CSV", "JSON"):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=f"What fits, as {kind}").click()
        download.value.save_as(tmp_path / kind)
        texts[kind] = (tmp_path / kind).read_text("utf-8")
    wanted = [one["event_log_id"] for one in found["event_logs"]]
    assert wanted
    assert sorted(one["event_log_id"] for one in json.loads(texts["JSON"])) == sorted(wanted)
    rows = list(csv.DictReader(texts["CSV"].splitlines()))
    assert sorted(int(one["event_log_id"]) for one in rows) == sorted(wanted)
    assert all(json.loads(one["extra"])["address"] for one in rows)


def test_who_may_do_little_sees_what_they_may(site: Site, browser: Browser) -> None:
    with site.visit(browser, "shopkeeper") as visitor:
        page = visitor.go("/admin/workers")
        expect(page.get_by_role("link", name="Workers")).to_be_visible()
        for name in ("Jobs", "Audit log", "Users"):
            expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
        expect(visitor.go("/admin/jobs").get_by_text("You may not see this")).to_be_visible()
