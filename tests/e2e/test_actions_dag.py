"""What can be done to a DAG as a whole."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.e2e import deeds
from tests.e2e.site import Site, Visitor
from tests.integration.system.world import until

DAG = "/dags/invoices"
THROWN = 'from airflow.sdk import DAG\nwith DAG("{name}", schedule=None):\n    ...\n'
VERSION = """from airflow.sdk import DAG, task
with DAG("changes", schedule=None):
    @task
    def {name}(): ...
    {name}()
"""


def test_pausing(site: Site, admin: Visitor) -> None:
    page = admin.go("/dags/slow_import")
    switch = page.get_by_role("switch", name="slow_import is active")
    for paused in (True, False):
        switch.click()
        expect(switch).to_be_checked(checked=not paused)
        until(
            lambda paused=paused: site.world.call("GET", "/dags/slow_import").json()["is_paused"] is paused,
            f"paused: {paused}",
        )


def test_a_favourite(site: Site, admin: Visitor) -> None:
    def is_favourite() -> bool:
        return bool(site.world.call("GET", "/dags/slow_import/details").json()["is_favorite"])

    page = admin.go("/dags/slow_import")
    deeds.choose(page, "More to do", "Mark as a favourite")
    until(is_favourite, "it is a favourite")
    page = admin.go("/dags?favourite=true")
    expect(page.get_by_role("link", name="slow_import", exact=True)).to_be_visible()
    page = admin.go("/dags/slow_import")
    deeds.choose(page, "More to do", "No favourite any more")
    until(lambda: not is_favourite(), "it is none any more")


def test_triggering_by_the_form(site: Site, admin: Visitor) -> None:
    page = admin.go(DAG)
    page.get_by_role("button", name="Trigger").click()
    dialog = deeds.asked(page)
    copies = dialog.get_by_label("Copies")
    copies.fill("12")
    expect(dialog.get_by_text("This must be at most 9.")).to_be_visible()
    dialog.get_by_role("button", name="Trigger").click()
    expect(copies).to_be_focused()  # it is not sent
    copies.fill("3")
    dialog.get_by_text("Date, run id and note").click()
    dialog.get_by_label("Run id").fill("by-form")
    dialog.get_by_label("Note").fill("for the auditors")
    dialog.get_by_role("button", name="Trigger").click()
    page.wait_for_url(f"**{DAG}/runs/by-form")
    run = deeds.run_of(site, "invoices", "by-form")
    assert (run["conf"], run["note"], run["triggering_user_name"]) == (
        {"copies": 3},
        "for the auditors",
        "admin",
    )


def test_triggering_with_json_and_again_with_the_same(site: Site, admin: Visitor) -> None:
    page = admin.go(f"{DAG}?trigger=true")
    dialog = deeds.asked(page)
    dialog.get_by_role("button", name="JSON").click()
    text = dialog.get_by_label("Configuration (JSON)")
    text.fill('{"copies": ')
    expect(dialog.get_by_text("This must be a JSON object")).to_be_visible()
    text.fill('{"copies": 4, "more": [1, 2]}')
    dialog.get_by_text("Date, run id and note").click()
    dialog.get_by_label("Run id").fill("by-json")
    dialog.get_by_role("button", name="Trigger").click()
    page.wait_for_url(f"**{DAG}/runs/by-json")
    deeds.choose(page, "More actions", "Run again with this conf")
    deeds.confirm(page, "Run")
    page.wait_for_url(lambda url: "/runs/" in url and not url.endswith("/by-json"))
    conf = {"copies": 4, "more": [1, 2]}
    again = page.url.rsplit("/", 1)[1].replace("%3A", ":").replace("%2B", "+")
    for run_id in ("by-json", again):
        assert deeds.run_of(site, "invoices", run_id)["conf"] == conf


def test_deleting(site: Site, admin: Visitor) -> None:
    site.world.dags(thrown=THROWN.format(name="thrown_away"))
    site.world.wait_for_dags("thrown_away")
    (site.world.home / "dags" / "thrown.py").unlink()  # else it would come back
    page = admin.go("/dags/thrown_away")
    deeds.choose(page, "More to do", "Delete")
    dialog = deeds.asked(page)
    delete = dialog.get_by_role("button", name="Delete", exact=True)
    expect(delete).to_be_disabled()
    dialog.get_by_label("Type thrown_away to confirm").fill("thrown_away")
    admin.expected = (404,)  # of what is asked of it in the same moment
    delete.click()
    page.wait_for_url("**/dags")
    assert site.world.call("GET", "/dags/thrown_away").status_code == 404


def test_a_backfill(site: Site, admin: Visitor) -> None:
    def backfill() -> dict[str, object]:
        found = site.world.call("GET", "/backfills?dag_id=invoices&order_by=-id").json()["backfills"]
        return dict(found[0]) if found else {}

    page = admin.go(f"{DAG}/backfills")
    page.get_by_role("button", name="New backfill").click()
    dialog = deeds.asked(page)
    dialog.get_by_label("From").fill("2026-02-01T00:00")
    dialog.get_by_label("To", exact=True).fill("2026-01-01T00:00")
    expect(dialog.get_by_text("The end comes before the start.")).to_be_visible()
    dialog.get_by_label("To", exact=True).fill("2026-03-31T00:00")
    dialog.get_by_label("Runs at a time").fill("1")
    expect(dialog.get_by_text("59 runs would be made")).to_be_visible()
    dialog.get_by_role("button", name="Make 59 runs").click()
    dialog.wait_for(state="detached")
    made = backfill()
    number = made["id"]
    assert (made["from_date"], made["max_active_runs"]) == ("2026-02-01T00:00:00Z", 1)
    page.get_by_role("button", name=f"Pause backfill {number}").click()
    until(lambda: backfill()["is_paused"], "it is paused")
    page.get_by_role("button", name=f"Go on with backfill {number}").wait_for()
    page.get_by_role("button", name=f"Cancel backfill {number}").click()
    deeds.confirm(page, "Cancel the backfill")
    until(lambda: backfill()["completed_at"], "it is over")
    expect(page.get_by_text("completed").first).to_be_visible()


def test_what_changed_between_two_versions(site: Site, admin: Visitor) -> None:
    site.world.dags(changes=VERSION.format(name="before"))
    site.world.wait_for_dags("changes")
    site.world.call("PATCH", "/dags/changes", is_paused=False).raise_for_status()
    deeds.make_run(site, "changes", "first")  # a version that has run is kept
    site.world.dags(changes=VERSION.format(name="afterwards"))
    path = "/dags/changes/dagVersions"
    until(lambda: site.world.call("GET", path).json()["total_entries"] == 2, "there are two versions")
    page = admin.go("/dags/changes/code")
    page.get_by_label("Compare with").select_option("1")
    page.wait_for_url("**with=1*")
    expect(page.get_by_text("def before():")).to_be_visible()
    expect(page.get_by_text("def afterwards():")).to_be_visible()
    page.get_by_label("Columns").select_option("unified")
    page.wait_for_url("**view=unified*")
    expect(page.locator("[data-change=removed]", has_text="def before():")).to_be_visible()
    expect(page.locator("[data-change=added]", has_text="def afterwards():")).to_be_visible()
