"""What can be done to a task instance."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.e2e import deeds
from tests.e2e.site import Site, Visitor
from tests.integration.system.world import until


def test_running_again_from_here(site: Site, admin: Visitor) -> None:
    path = deeds.make_run(site, "invoices", "from-here")
    page = admin.go(f"{path}/tasks/send")
    page.get_by_role("button", name="Clear").click()
    dialog = deeds.asked(page)
    expect(dialog.get_by_text("2 task instances")).to_be_visible()  # it and what comes after it
    deeds.confirm(page, "Clear 2")
    for task_id, tries in (("send", 2), ("archive", 2), ("collect", 1)):
        deeds.wait_for_task(site, "invoices", "from-here", task_id, try_number=tries, state="success")


def test_marking(site: Site, admin: Visitor) -> None:
    path = deeds.make_run(site, "invoices", "marked-task")
    page = admin.go(f"{path}/tasks/archive")
    for state in ("failed", "success"):
        deeds.choose(page, "More", f"Mark as {state}")
        deeds.confirm(page, f"Mark as {state}")
        deeds.wait_for_task(site, "invoices", "marked-task", "archive", state=state)
        expect(page.locator("header").get_by_text(state, exact=True).first).to_be_visible()


def test_running_now(site: Site, admin: Visitor) -> None:
    path = deeds.make_run(site, "invoices", "now")
    task = "/dags/invoices/dagRuns/now/taskInstances/collect"
    site.world.call("PATCH", task, new_state="failed").raise_for_status()
    page = admin.go(f"{path}/tasks/archive")
    deeds.choose(page, "More", "Run now, ignoring dependencies")
    deeds.confirm(page, "Run now")
    deeds.wait_for_task(site, "invoices", "now", "archive", try_number=2, state="success")
    assert deeds.task_of(site, "invoices", "now", "send")["try_number"] == 1


def test_a_note(site: Site, admin: Visitor) -> None:
    path = deeds.make_run(site, "invoices", "noted-task")
    page = admin.go(f"{path}/tasks/send")
    deeds.choose(page, "More", "Note")
    deeds.asked(page).get_by_label("Note").fill("sent by hand")
    deeds.confirm(page, "Save")
    expect(page.get_by_text("sent by hand")).to_be_visible()
    assert deeds.task_of(site, "invoices", "noted-task", "send")["note"] == "sent by hand"


def test_several_at_once(site: Site, admin: Visitor) -> None:
    path = deeds.make_run(site, "invoices", "several-tasks")
    page = admin.go(f"{path}/tasks")
    for task_id in ("send", "archive"):
        page.get_by_label(f"Select {task_id}").check()
    page.get_by_role("button", name="Mark failed").click()
    deeds.confirm(page, "Mark")
    for task_id in ("send", "archive"):
        deeds.wait_for_task(site, "invoices", "several-tasks", task_id, state="failed")
    assert deeds.task_of(site, "invoices", "several-tasks", "collect")["state"] == "success"


def test_an_answer_and_one_that_comes_too_late(site: Site, admin: Visitor) -> None:
    deeds.make_run(site, "ask_people", "answered", end=None)
    deeds.wait_for_task(site, "ask_people", "answered", "approve", state="awaiting_input")
    page = admin.go("/actions")
    card = page.locator("section", has=page.get_by_role("link", name="ask_people · approve")).last
    answer = "/dags/ask_people/dagRuns/answered/taskInstances/approve/-1/hitlDetails"
    card.get_by_role("button", name="Approve").click()
    site.world.call("PATCH", answer, chosen_options=["Reject"], params_input={}).raise_for_status()
    admin.expected = (409,)
    deeds.confirm(page, "Send this answer")
    expect(page.get_by_role("alert").get_by_text("Your answer came too late")).to_be_attached()
    assert site.world.call("GET", answer).json()["chosen_options"] == ["Reject"]


def test_an_answer(site: Site, admin: Visitor) -> None:
    deeds.make_run(site, "ask_people", "approved", end=None)
    deeds.wait_for_task(site, "ask_people", "approved", "approve", state="awaiting_input")
    page = admin.go("/actions")
    card = page.locator("section", has=page.get_by_role("link", name="ask_people · approve")).last
    card.get_by_role("button", name="Approve").click()
    deeds.confirm(page, "Send this answer")
    expect(page.get_by_text("Answered").first).to_be_visible()
    deeds.wait_for_run(site, "ask_people", "approved", "success")


def test_a_log(site: Site, admin: Visitor) -> None:
    path = deeds.make_run(site, "slow_import", "log", end=None)
    deeds.wait_for_task(site, "slow_import", "log", "rows", state="running")
    page = admin.go(f"{path}/tasks/rows")
    lines = page.get_by_role("region", name="Lines of the log")
    expect(page.get_by_text("Live")).to_be_visible()
    lines.get_by_text("row 5 is read").wait_for()
    lines.get_by_text("row 15 is read").wait_for()  # as it is written
    page.get_by_role("group", name="Levels").get_by_role("button", name="error").click()
    expect(lines.get_by_text("row 7 is broken")).to_be_visible()
    expect(lines.get_by_text("is read")).to_have_count(0)
    page.wait_for_url("**level=*")
    page.get_by_role("group", name="Levels").get_by_role("button", name="error").click()
    page.get_by_label("Find in the log").fill("no header")
    expect(page.get_by_role("status").filter(has_text="1")).to_be_visible()
    page.keyboard.press("Enter")
    expect(lines.locator("mark").first).to_have_text("no header")
    broken = lines.get_by_text("row 7 is broken")
    low = broken.bounding_box()
    page.get_by_role("button", name="Break long lines").click()
    page.wait_for_url("**wrap=true*")
    until(lambda: (broken.bounding_box() or {}) != low, "the long line is broken")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert "the file has no header" in download.value.path().read_text()
    site.world.call("PATCH", "/dags/slow_import/dagRuns/log", state="failed").raise_for_status()
    expect(page.get_by_text("Live")).to_have_count(0)
