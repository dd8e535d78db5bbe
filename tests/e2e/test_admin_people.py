"""Administering who may do what: users, groups, roles, tokens, webhooks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.e2e.site import PASSWORD, Site, Visitor

OURS = "/api/tradewind"
PEOPLE = ("users", "groups", "roles", "tokens", "webhooks", "audit")


@pytest.fixture
def dialog(admin: Visitor) -> Locator:
    return admin.page.locator("[role=dialog]:not([data-kind])")  # a toast is one too


@pytest.fixture
def pia(site: Site) -> Iterator[str]:
    """A user whom nobody else is about."""
    body = {"username": "pia", "password": PASSWORD, "roles": ["Viewer"], "email": "pia@example.com"}
    site.ours("POST", "/users", **body).raise_for_status()
    yield "pia"
    site.ours("DELETE", "/users/pia")


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_text(name, exact=True))


def may_log_in(site: Site, browser: Browser, name: str, password: str = PASSWORD) -> bool:
    with browser.new_context(base_url=site.address) as context:
        page = context.new_page()
        page.goto("/login?next=/dags")
        page.fill("#username", name)
        page.fill("#password", password)
        with page.expect_response(lambda got: got.request.method == "POST" and "/login" in got.url) as answer:
            page.click("button[type=submit]")
        return answer.value.ok or answer.value.status in {302, 303}


def test_a_user_is_made_and_logs_in(site: Site, browser: Browser, admin: Visitor, dialog: Locator) -> None:
    page = admin.go("/admin/users")
    page.get_by_role("button", name="New user").click()
    dialog.get_by_label("User name").fill("zoe")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_label("First name").fill("Zoë")
    dialog.get_by_role("button", name="Op", exact=True).click()
    dialog.get_by_role("button", name="Create").click()
    expect(row(page, "zoe").get_by_text("Op", exact=True)).to_be_visible()
    assert may_log_in(site, browser, "zoe")
    row(page, "zoe").get_by_role("button", name="Delete zoe").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(row(page, "zoe")).to_have_count(0)
    assert not may_log_in(site, browser, "zoe")


def test_a_user_who_is_deactivated_cannot_log_in(
    site: Site, browser: Browser, admin: Visitor, dialog: Locator, pia: str
) -> None:
    page = admin.go("/admin/users")
    switch = page.get_by_role("switch", name=f"{pia} is active")
    switch.click()
    dialog.get_by_role("button", name="Deactivate").click()
    expect(switch).not_to_be_checked()
    assert not may_log_in(site, browser, pia)
    switch.click()
    expect(switch).to_be_checked()
    assert may_log_in(site, browser, pia)


def test_a_user_gets_another_password_and_role(
    site: Site, browser: Browser, admin: Visitor, dialog: Locator, pia: str
) -> None:
    page = admin.go("/admin/users?q=PIA@example")
    expect(page.get_by_role("heading", name="1 user", exact=True)).to_be_visible()
    page.get_by_role("button", name=f"Edit {pia}").click()
    dialog.get_by_role("button", name="Op", exact=True).click()
    dialog.get_by_role("button", name="Save").click()
    expect(row(page, pia).get_by_text("Op", exact=True)).to_be_visible()
    page.get_by_role("button", name=f"Reset the password of {pia}").click()
    dialog.get_by_label("New password").fill("something else")
    dialog.get_by_label("Once more").fill("something")
    expect(dialog.get_by_role("button", name="Set the password")).to_be_disabled()
    dialog.get_by_label("Once more").fill("something else")
    dialog.get_by_role("button", name="Set the password").click()
    expect(dialog).to_have_count(0)
    assert (may_log_in(site, browser, pia), may_log_in(site, browser, pia, "something else")) == (False, True)


def test_a_name_that_is_taken_is_refused_in_the_form(admin: Visitor, dialog: Locator) -> None:
    admin.expected = (409,)
    page = admin.go("/admin/users")
    page.get_by_role("button", name="New user").click()
    dialog.get_by_label("User name").fill("Viewer")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_role("alert")).to_contain_text("exists already")


def test_a_group_gives_its_users_a_role(site: Site, admin: Visitor, dialog: Locator, pia: str) -> None:
    page = admin.go("/admin/groups")
    page.get_by_role("button", name="New group").click()
    dialog.get_by_role("textbox", name="Name", exact=True).fill("night-shift")
    dialog.get_by_role("button", name="User", exact=True).click()
    dialog.get_by_label("Find users to put in").fill(pia)
    dialog.get_by_role("checkbox", name=pia).check()
    dialog.get_by_role("button", name="Create").click()
    expect(row(page, "night-shift").get_by_text(pia, exact=True)).to_be_visible()
    made = site.ours("GET", "/groups/night-shift").json()
    assert made == {"name": "night-shift", "roles": ["User"], "users": [pia]}
    page.get_by_role("button", name="Edit night-shift").click()
    dialog.get_by_role("button", name=f"Take out {pia}").click()
    dialog.get_by_role("button", name="Save").click()
    expect(row(page, "night-shift").get_by_text(pia, exact=True)).to_have_count(0)
    page.get_by_role("button", name="Delete night-shift").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(row(page, "night-shift")).to_have_count(0)


@pytest.mark.parametrize("who", ["viewer", "shopkeeper"])
def test_who_may_not_manage_people_is_told_so(who: str, site: Site, browser: Browser) -> None:
    with site.visit(browser, who) as visitor:
        for name in PEOPLE:
            page = visitor.go(f"/admin/{name}")
            expect(page.get_by_text("You may not see this")).to_be_visible()
            expect(page.get_by_role("link", name="Users")).to_have_count(0)


def test_who_may_only_look_at_people_is_offered_no_change(site: Site, browser: Browser, pia: str) -> None:
    reads = [{"action": "can_read", "resource": what} for what in ("Users", "Roles", "DAGs")]
    site.ours("POST", "/roles", name="Watcher", permissions=reads).raise_for_status()
    site.ours("PATCH", f"/users/{pia}", roles=["Watcher"]).raise_for_status()
    with site.visit(browser, pia) as visitor:
        for name in PEOPLE[:-1]:
            page = visitor.go(f"/admin/{name}")
            view = page.locator("#content")
            expect(view.get_by_role("heading", level=2, name=re.compile(r"^\d+ ")).first).to_be_visible()
            expect(view.get_by_role("switch")).to_have_count(0)
            for word in ("New", "Edit", "Delete", "Reset", "Revoke"):
                expect(view.get_by_role("button", name=re.compile(f"^{word}"))).to_have_count(0)
    site.ours("PATCH", f"/users/{pia}", roles=["Viewer"]).raise_for_status()
    site.ours("DELETE", "/roles/Watcher").raise_for_status()


def test_a_role_is_made_from_another_and_changed(site: Site, admin: Visitor, dialog: Locator) -> None:
    page = admin.go("/admin/roles")
    page.get_by_role("button", name="New role").click()
    dialog.get_by_role("textbox", name="Role").fill("Night")
    dialog.get_by_label("Begin with the rights of").select_option("Viewer")
    expect(dialog.get_by_role("checkbox", name="Read DAGs", exact=True)).to_be_checked()
    dialog.get_by_role("checkbox", name="Read DAGs", exact=True).uncheck()
    dialog.get_by_role("textbox", name="Name").fill("shop_night")
    dialog.get_by_role("button", name="Add").click()
    dialog.get_by_role("checkbox", name="Edit DAG:shop_night").check()
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("button", name="Rights of Night")).to_be_visible()

    def rights(name: str) -> set[tuple[str, str]]:
        permissions = site.ours("GET", f"/roles/{name}").json()["permissions"]
        return {(one["action"], one["resource"]) for one in permissions}

    wanted = rights("Viewer") - {("can_read", "DAGs")} | {("can_edit", "DAG:shop_night")}
    assert rights("Night") == wanted
    page.get_by_role("button", name="Edit Night").click()
    dialog.get_by_role("checkbox", name="Create Pools").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    assert rights("Night") == wanted | {("can_create", "Pools")}
    page.get_by_role("button", name="Delete Night").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("button", name="Rights of Night")).to_have_count(0)


def test_what_is_built_in_is_only_shown(admin: Visitor, dialog: Locator) -> None:
    page = admin.go("/admin/roles?role=Op")
    expect(dialog.get_by_role("img", name="Edit Pools")).to_be_visible()
    expect(dialog.get_by_role("img", name="Edit Users")).to_have_count(0)
    expect(dialog.get_by_role("checkbox")).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()
    expect(page).to_have_url(re.compile("/admin/roles$"))
    expect(page.get_by_role("button", name="Edit Op")).to_have_count(0)


def test_a_token_is_shown_once_works_and_stops(site: Site, admin: Visitor, dialog: Locator) -> None:
    page = admin.go("/admin/tokens")
    page.get_by_role("button", name="New service account").click()
    dialog.get_by_role("textbox", name="Name").fill("deployer")
    dialog.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="New token").click()
    dialog.get_by_label("To what").fill("Pools")
    dialog.get_by_role("button", name="Add").click()
    dialog.get_by_role("button", name="Create").click()
    token = dialog.get_by_text("twsa_").first.inner_text().strip()
    headers = {"authorization": f"Bearer {token}"}

    def answer(path: str) -> int:
        return httpx.get(f"{site.address}/api/v2{path}", headers=headers).status_code

    assert (answer("/pools"), answer("/variables")) == (200, 403)
    dialog.get_by_role("button", name="I have kept it").click()
    assert token not in admin.go("/admin/tokens").content()
    page.get_by_role("button", name=re.compile("Revoke the token .* of deployer")).click()
    dialog.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_role("heading", name="0 tokens")).to_be_visible()
    assert answer("/pools") in {401, 403}
    page.get_by_role("button", name="Delete deployer").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("No service accounts")).to_be_visible()


def test_a_webhook_starts_a_dag_and_tells_what_came(site: Site, admin: Visitor, dialog: Locator) -> None:
    page = admin.go("/admin/webhooks")
    page.get_by_role("button", name="New webhook").click()
    dialog.get_by_role("textbox", name="Name").fill("till")
    dialog.get_by_role("combobox", name="DAG", exact=True).fill("on_orders")
    dialog.get_by_label("Proof of the sender").select_option("signature or secret")
    dialog.get_by_label("Param", exact=True).fill("order")
    dialog.get_by_label("JSON pointer").fill("/items/0/id")
    dialog.get_by_role("button", name="Create").click()
    secret = dialog.get_by_text("whsec_").inner_text().strip()
    address = dialog.get_by_text("http://").inner_text().strip()
    sent = httpx.post(
        address, json={"items": [{"id": 7}]}, headers={"authorization": f"Bearer {secret}"}
    ).json()
    dialog.get_by_role("button", name="I have kept it").click()
    expect(row(page, "till").get_by_role("link", name="on_orders")).to_be_visible()
    page.get_by_role("button", name="Recent deliveries to till").click()
    expect(dialog.get_by_role("link", name=sent["dag_run_id"])).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    run = site.world.call("GET", f"/dags/on_orders/dagRuns/{sent['dag_run_id']}").json()
    assert run["conf"] == {"order": 7}
    page.get_by_role("button", name="Delete till").click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("No webhooks")).to_be_visible()


def test_a_webhook_gets_another_secret(site: Site, admin: Visitor, dialog: Locator) -> None:
    body = {"name": "scales", "dag_id": "on_orders", "secret": "0123456789abcdef"}
    site.ours("POST", "/webhooks", **body).raise_for_status()
    page = admin.go("/admin/webhooks")
    page.get_by_role("button", name="Another secret for scales").click()
    dialog.get_by_role("button", name="Change the secret").click()
    secret = dialog.get_by_text("whsec_").inner_text().strip()
    dialog.get_by_role("button", name="I have kept it").click()
    statuses = [
        httpx.post(
            f"{site.address}/api/v2/webhooks/scales",
            json={},
            headers={"authorization": f"Bearer {one}", "x-github-event": "ping"},
        ).status_code
        for one in (body["secret"], secret)
    ]
    site.ours("DELETE", "/webhooks/scales")
    assert statuses == [401, 200]
