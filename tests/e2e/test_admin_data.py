"""Variables, connections, pools, XComs; configuration, provider packages, plug-ins: looked at and changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, expect
from tests.e2e.site import RUN, SECRETS, Site, Visitor


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("row").filter(has_text=text)


def say(page: Page, text: str) -> None:
    """Wait for the word about what was done."""
    expect(page.locator("[data-kind=done]").filter(has_text=text)).to_be_visible()


def confirm(page: Page, verb: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=verb, exact=True).click()


# --- variables ---------------------------------------------------------------------------------------


def test_a_variable_is_made_found_changed_and_deleted(admin: Visitor, site: Site) -> None:
    page = admin.go("/admin/variables")
    page.get_by_role("button", name="New variable").click()
    key = page.get_by_role("textbox", name="Key", exact=True)
    expect(key).to_be_focused()
    key.fill("e2e/season")
    page.get_by_label("Value").fill('{"name": "spring"')
    expect(page.get_by_text("This is no valid JSON")).to_be_visible()
    page.get_by_label("Value").fill('{"name": "spring"}')
    confirm(page, "Create")
    say(page, "e2e/season was created")
    page.get_by_label("Search keys").fill("e2e/sea")
    page.wait_for_url("**/variables?q=e2e*")
    expect(page.get_by_role("heading", name="1 variable")).to_be_visible()
    expect(row(page, "e2e/season")).to_contain_text("spring")

    page.get_by_role("button", name="Change e2e/season").click()
    page.get_by_label("Description").fill("When it is warm")
    confirm(page, "Save")
    expect(row(page, "e2e/season")).to_contain_text("When it is warm")
    assert site.world.call("GET", "/variables/e2e/season").json()["value"] == '{"name": "spring"}'

    page.get_by_label("Pick e2e/season").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    confirm(page, "Delete")
    say(page, "1 variable was deleted")
    expect(page.get_by_text("No variable has that in its key")).to_be_visible()


def test_a_secret_goes_in_and_never_out(admin: Visitor, site: Site) -> None:
    page = admin.go("/admin/variables?edit=mail_password")
    expect(page.get_by_label("Value")).to_have_value("")
    page.get_by_label("Description").fill("Of the mailbox")
    confirm(page, "Save")
    expect(row(page, "mail_password")).to_contain_text("Of the mailbox")
    shown = site.world.run("variables", "get", "mail_password").stdout
    assert shown.strip() == "letters-of-nobody", "it was kept"


def test_variables_go_to_a_file_and_come_from_one(admin: Visitor, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    file.write_text(json.dumps({"e2e_a": {"value": [1], "description": "One"}, "region": "moon"}))
    page = admin.go("/admin/variables?import=true")
    page.get_by_label("File").set_input_files(file)
    expect(page.get_by_text("2 variables in the file")).to_be_visible()
    page.get_by_label("Variables that are there already").select_option(label="Import nothing then")
    confirm(page, "Import")
    expect(page.get_by_role("alert")).to_contain_text("There already: 'region'")
    page.get_by_label("Variables that are there already").select_option(label="Keep what is there")
    confirm(page, "Import")
    say(page, "1 variable was imported")
    expect(row(page, "region")).to_contain_text("eu-central")
    with page.expect_download() as got:
        page.get_by_role("button", name="Export").click()
    held = json.loads(Path(got.value.path()).read_text())
    assert held["e2e_a"] == {"value": [1], "description": "One"}
    assert "mail_password" not in held and "rates" not in held, "they hold secrets"
    site.world.call("DELETE", "/variables/e2e_a").raise_for_status()


# --- connections ---------------------------------------------------------------------------------------


def test_a_connection_is_made_by_its_type_changed_copied_and_deleted(admin: Visitor) -> None:
    page = admin.go("/admin/connections")
    page.get_by_role("button", name="New connection").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Connection id").fill("e2e_mail")
    dialog.get_by_label("Type").select_option(label="SMTP")
    expect(dialog.get_by_label("Schema")).to_have_count(0)
    dialog.get_by_label("Host").fill("mail.example.com")
    dialog.get_by_label("Password").fill("opens-letters")
    dialog.get_by_label("Sender").fill("shop@example.com")
    dialog.get_by_label("No STARTTLS").check()
    extra = dialog.get_by_label("Extra")
    assert json.loads(extra.input_value()) == {"from_email": "shop@example.com", "disable_tls": True}
    kept = extra.input_value()
    extra.fill("[1]")
    expect(dialog.get_by_text("This is JSON, but no object")).to_be_visible()
    expect(dialog.get_by_role("button", name="Create")).to_be_disabled()
    extra.fill(kept)
    confirm(page, "Create")
    expect(row(page, "e2e_mail")).to_contain_text("SMTP")

    page.get_by_role("button", name="Change e2e_mail").click()
    dialog.get_by_label("Port").fill("2525")
    confirm(page, "Save")
    expect(row(page, "e2e_mail")).to_contain_text("2525")
    page.get_by_role("button", name="Copy e2e_mail").click()
    expect(dialog.get_by_label("Connection id")).to_have_value("e2e_mail_copy")
    expect(dialog.get_by_label("Password")).to_have_value("")
    confirm(page, "Create")
    for name in ("e2e_mail", "e2e_mail_copy"):
        page.get_by_label(f"Pick {name}", exact=True).check()
    page.get_by_role("button", name="Delete", exact=True).click()
    confirm(page, "Delete")
    say(page, "2 connections were deleted")
    expect(row(page, "e2e_mail")).to_have_count(0)


def test_what_is_not_touched_of_a_connection_stays(admin: Visitor, site: Site) -> None:
    page = admin.go("/admin/connections?edit=shop_db")
    page.get_by_label("Database").fill("market")
    confirm(page, "Save")
    expect(row(page, "shop_db")).to_contain_text("market")
    shown = site.world.run("connections", "export", "-", "--file-format", "json").stdout
    assert "drawers-of-nobody" in shown and "tokens-of-nobody" in shown, shown


def test_a_worker_tries_a_connection_out(admin: Visitor) -> None:
    page = admin.go("/admin/connections")
    page.get_by_role("button", name="Test shop_files").click()
    expect(page.get_by_role("dialog")).to_contain_text("It works")
    expect(page.get_by_role("dialog")).to_contain_text("Path /tmp is there.")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="New connection").click()
    page.get_by_label("Connection id").fill("not_yet_kept")
    page.get_by_label("Type").select_option(label="File (path)")
    page.get_by_label("Path").fill("/no/such/place")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("It does not work")
    expect(page.get_by_role("dialog")).to_contain_text("Path /no/such/place does not exist.")


# --- pools ---------------------------------------------------------------------------------------------


def test_a_pool_is_made_changed_and_deleted(admin: Visitor) -> None:
    page = admin.go("/admin/pools")
    page.get_by_role("button", name="New pool").click()
    page.get_by_label("Name", exact=False).last.fill("e2e_till")
    page.get_by_label("Slots").fill("1.5")
    expect(page.get_by_text("A whole number from -1 on.")).to_be_visible()
    page.get_by_label("Slots").fill("3")
    confirm(page, "Create")
    card = page.get_by_role("region", name="e2e_till")
    expect(card.get_by_role("img", name="e2e_till: 3 open")).to_be_visible()
    card.get_by_role("button", name="Change e2e_till").click()
    page.get_by_label("Slots").fill("-1")
    page.get_by_label("Deferred tasks keep their slot").check()
    confirm(page, "Save")
    expect(card).to_contain_text("no limit")
    expect(card).to_contain_text("Deferred tasks keep their slot")
    card.get_by_role("button", name="Delete e2e_till").click()
    confirm(page, "Delete")
    expect(card).to_have_count(0)
    expect(page.get_by_role("button", name="Delete default_pool")).to_have_count(0)


def test_who_is_in_a_pool(admin: Visitor) -> None:
    page = admin.go("/admin/pools")
    card = page.get_by_role("region", name="narrow")
    expect(card.get_by_role("img", name="narrow: 1 running, 2 wait for a slot, 0 open")).to_be_visible()
    card.get_by_role("button", name="Who is in it").click()
    page.get_by_role("dialog").get_by_role("link", name="waits_long · slow [0]").click()
    page.wait_for_url("**/dags/waits_long/runs/*/tasks/slow*")


# --- XComs ---------------------------------------------------------------------------------------------


def test_xcoms_are_found_looked_into_and_deleted(admin: Visitor, site: Site) -> None:
    where = f"/dags/shop_night/dagRuns/{RUN}/taskInstances/price.total/xcomEntries"
    made = site.world.call("POST", where, key="e2e/list", value=[{"fruit": "plum", "count": 2}])
    made.raise_for_status()
    page = admin.go("/admin/xcoms?dag=shop&key=e2e")
    expect(page.get_by_role("heading", name="1 XCom")).to_be_visible()
    page.get_by_role("button", name="Show e2e/list of price.total").click()
    expect(page.get_by_role("dialog").get_by_role("cell", name="plum")).to_be_visible()
    page.reload()
    expect(page.get_by_role("dialog").get_by_role("cell", name="plum")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Delete e2e/list of price.total").click()
    confirm(page, "Delete")
    expect(page.get_by_text("No XCom fits what you asked for")).to_be_visible()


# --- configuration, packages, plug-ins -----------------------------------------------------------------


def test_options_are_found_with_where_they_come_from(admin: Visitor) -> None:
    page = admin.go("/admin/config")
    page.get_by_label("Search sections, options, values").fill("core test_connection")
    expect(page.get_by_text("1 option", exact=True)).to_be_visible()
    found = page.get_by_role("region", name="[core]")
    expect(found).to_contain_text("Enabled")
    expect(found).to_contain_text("AIRFLOW__CORE__TEST_CONNECTION")
    page.get_by_label("Search sections, options, values").fill("")
    page.get_by_role("button", name="environment").click()
    page.wait_for_url("**source=environment*")
    expect(page.get_by_text("parallelism", exact=True)).to_have_count(0)
    expect(page.get_by_role("navigation", name="Sections").get_by_role("link", name="api")).to_be_visible()


def test_packages_and_plugins_say_what_they_bring(admin: Visitor) -> None:
    page = admin.go("/admin/providers")
    package = page.get_by_role("region", name="acme-airflow-provider")
    for word in ("1.2.0", "ovens", "bake", "oven"):
        expect(package).to_contain_text(word)
    page = admin.go("/admin/plugins")
    expect(page.get_by_role("region", name="shop", exact=True)).to_contain_text("in_euros")
    expect(page.get_by_role("region", name="1 plug-in cannot be loaded")).to_contain_text("till cannot")


# --- rights --------------------------------------------------------------------------------------------

WORDS = ("New", "Import", "Change", "Delete", "Test")


@pytest.mark.parametrize("name", ["pools", "xcoms", "plugins", "providers"])
def test_a_viewer_is_offered_no_change(name: str, site: Site, browser: Browser) -> None:
    with site.visit(browser, "viewer") as visitor:
        page = visitor.go(f"/admin/{name}?new=true&edit=narrow")
        expect(page.locator("#content").get_by_role("link").first).to_be_visible()
        for word in WORDS:
            expect(page.locator("#content").get_by_role("button", name=word)).to_have_count(0)
        expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("name", ["variables", "connections", "pools", "config", "providers", "plugins"])
def test_who_may_not_read_it_is_told_so(name: str, site: Site, browser: Browser) -> None:
    with site.visit(browser, "shopkeeper") as visitor:
        page = visitor.go(f"/admin/{name}")
        expect(page.get_by_text("You may not see this")).to_be_visible()


@pytest.mark.parametrize("path", ["variables", "variables?edit=rates", "connections?edit=shop_db", "config"])
def test_no_secret_is_on_any_page(path: str, admin: Visitor) -> None:
    asked: list[Response] = []

    def note(answer: Response) -> None:
        asked.append(answer)

    admin.page.on("response", note)
    page = admin.go(f"/admin/{path}")
    admin.page.remove_listener("response", note)
    told = [got.text() for got in asked if "/api/" in got.url and not got.url.endswith("changes")]
    shown = page.content() + "".join(told)
    assert told and [word for word in SECRETS if word in shown] == []
