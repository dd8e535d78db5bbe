"""A running system with a story, and browsers that visit it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, StorageState
from tests.integration.system.world import World, until
from tests.packages import provider_package

HERE: Final = Path(__file__).parent
AXE: Final = HERE.parents[1] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
STILL: Final = """() => document.getAnimations().every(
    one => one.playState != "running" || one.effect.getComputedTiming().iterations == Infinity)"""
PASSWORD: Final = "correct-horse-battery-staple"
RUN: Final = "first"
STORY: Final = {
    "shop_night": "success",
    "shop_broken": None,
    "shop_lost": "failed",
    "ask_people": None,
    "waits_long": None,
    "other_team": "success",
    "names_assets": None,
}
"""DAGs that are run once, and how the run ends; None where it goes on or that is all the same."""
ON_ASSETS: Final = ("on_orders", "on_both", "on_forecast", "clicks_daily")
"""DAGs that assets start."""
ACTIVE: Final = (*STORY, *ON_ASSETS, "invoices", "slow_import")

VARIABLES: Final = (
    ("region", "eu-central", "Where the shop sells."),
    ("rates", {"EUR": 1, "USD": 1.09, "api_key": "rates-of-nobody"}, None),
    ("mail_password", "letters-of-nobody", "Of the shop's mailbox."),
)
"""Key, value, description."""
CONNECTIONS: Final[tuple[dict[str, Any], ...]] = (
    {"connection_id": "shop_db", "conn_type": "postgres", "host": "db.example.com", "port": 5432,
     "schema": "shop", "login": "clerk", "password": "drawers-of-nobody", "description": "Orders and prices.",
     "extra": '{"sslmode": "require", "private_token": "tokens-of-nobody"}'},
    {"connection_id": "shop_files", "conn_type": "fs", "extra": '{"path": "/tmp"}'},
    {"connection_id": "suppliers", "conn_type": "http", "host": "https://suppliers.example.com"},
)  # fmt: skip
SECRETS: Final = ("rates-of-nobody", "letters-of-nobody", "drawers-of-nobody", "tokens-of-nobody")
"""What no page may show to anybody."""


class Site:
    """The system, and who may visit it: ``admin``, ``viewer`` (reads all), ``shopkeeper`` (two DAGs),
    ``mender`` (reads all, acts on one).
    """

    def __init__(self, home: Path, dags: Path | None = None) -> None:
        """``dags``: instead of the story's DAGs, plug-ins and packages."""
        settings = {"AIRFLOW__WORKERS__TASKS_PER_PROCESS": "50"}
        if dags is None:
            settings |= {
                "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
                "AIRFLOW__API__EXPOSE_CONFIG": "non-sensitive-only",
                "PYTHONPATH": str(provider_package(home.parent / "packages")),
            }
            shutil.copytree(HERE / "plugins", home / "plugins")
        self.world = World(home, **settings)
        files = (dags or HERE / "dags").glob("[!_]*.py")
        self.world.dags(**{path.stem: path.read_text() for path in files})
        self._logged_in: dict[str, StorageState] = {}
        self._tabs: dict[str, Visitor] = {}
        self.address = f"http://127.0.0.1:{self.world.port}"

    def open(self) -> None:
        """Start everything, tell the story, make the people."""
        self.world.standalone()
        self.world.wait_for_dags(*ACTIVE, "prices_eu", "prices_us", "counts_stock")
        self._things()
        self.world.call("POST", "/pools", name="narrow", slots=1).raise_for_status()
        for dag_id in ACTIVE:
            self.world.call("PATCH", f"/dags/{dag_id}", is_paused=False).raise_for_status()
        for dag_id in STORY:
            self.world.trigger(dag_id, RUN)
        for day in ("2026-01-01", "2026-01-02"):
            clicks = {"asset_id": self.asset("clicks"), "partition_key": day, "extra": {"rows": 3}}
            self.world.call("POST", "/assets/events", **clicks).raise_for_status()
        self._people()
        for dag_id, end in STORY.items():
            if end:
                until(lambda dag_id=dag_id: self.state(dag_id) in {"success", "failed"}, f"{dag_id} ends")
                assert self.state(dag_id) == end, dag_id

    def _things(self) -> None:
        """What pages of administration show."""
        for key, value, about in VARIABLES:
            body = {"key": key, "value": value, "description": about}
            self.world.call("POST", "/variables", **body).raise_for_status()
        for connection in CONNECTIONS:
            self.world.call("POST", "/connections", **connection).raise_for_status()

    def state(self, dag_id: str) -> str:
        """How the story's run of a DAG stands."""
        answer = self.world.call("GET", f"/dags/{dag_id}/dagRuns/{RUN}")
        return str(answer.json()["state"])

    def asset(self, name: str) -> int:
        """The number of an asset."""
        found = self.world.call("GET", f"/assets?name_pattern={name}").json()["assets"]
        return next(int(one["id"]) for one in found if one["name"] == name)

    def ours(self, method: str, path: str, **body: Any) -> httpx.Response:
        """One request as admin to what Airflow has no REST API for."""
        return self.world.call(method, f"/api/tradewind{path}", **body)

    def _people(self) -> None:
        reads = ("DAG Runs", "Task Instances", "Task Logs", "XComs", "DAG Code", "DAG Versions")
        may = [{"action": "can_read", "resource": what} for what in reads]
        may += [{"action": action, "resource": "DAG Runs"} for action in ("can_create", "can_edit")]
        may += [{"action": "can_edit", "resource": "Task Instances"}]
        may += [
            {"action": action, "resource": f"DAG:{dag_id}"}
            for dag_id in ("shop_night", "shop_broken")
            for action in ("can_read", "can_edit")
        ]
        self.own("POST", "/roles", name="Shop", permissions=may)
        self.own("POST", "/roles", name="Broken", permissions=[p for p in may if not _is_of(p, "shop_night")])
        people = {"viewer": ["Viewer"], "shopkeeper": ["Shop"], "mender": ["Viewer", "Broken"]}
        for name, held in people.items():
            self.own("POST", "/users", username=name, password=PASSWORD, roles=held, first_name=name)

    def own(self, method: str, path: str, **body: Any) -> None:
        """One request to what is Tradewind's own of the API, as admin."""
        self.world.call(method, f"/api/tradewind{path}", **body).raise_for_status()

    def password(self, name: str) -> str:
        """Of one of the people."""
        if name != "admin":
            return PASSWORD
        kept = self.world.home / "simple_auth_manager_passwords.json.generated"
        return str(json.loads(kept.read_text())["admin"])

    @contextmanager
    def visit(self, browser: Browser, name: str, **how: Any) -> Iterator[Visitor]:
        """Somebody who has logged in, in a tab that the next visit of the same kind finds. Fails where a page
        complained.
        """
        tab = f"{name} {how}"
        # A visit that failed leaves its tab behind: nobody knows how it stands.
        visitor = self._tabs.pop(tab, None) or self._open(browser, name, how)
        yield visitor
        visitor.leave()
        complaints, visitor.complaints, visitor.expected = visitor.complaints, [], ()
        self._tabs[tab] = visitor
        assert not complaints, "\n".join(complaints)

    def close_tabs(self) -> None:
        """Before the browser goes."""
        for visitor in self._tabs.values():
            visitor.page.context.close()
        self._tabs.clear()

    def _open(self, browser: Browser, name: str, how: dict[str, Any]) -> Visitor:
        if name not in self._logged_in:
            self._logged_in[name] = self._log_in(browser, name)
        return Visitor(browser.new_context(base_url=self.address, storage_state=self._logged_in[name], **how))

    def _log_in(self, browser: Browser, name: str) -> StorageState:
        """By the log-in page."""
        with browser.new_context(base_url=self.address) as context:
            page = context.new_page()
            page.goto("/login?next=/dags")
            page.fill("#username", name)
            page.fill("#password", self.password(name))
            page.click("button[type=submit]")
            page.wait_for_selector("#content h1")
            return {"cookies": context.storage_state()["cookies"]}


def _is_of(permission: dict[str, str], dag_id: str) -> bool:
    return permission["resource"] == f"DAG:{dag_id}"


class Visitor:
    """A browser's tab, and all that it complained of."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.expected: tuple[int, ...] = ()
        """Status codes that a test is about."""
        context.set_default_timeout(15_000)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", lambda said: self._console(said.type, said.text))
        self.page.on("response", lambda got: self._response(got.status, got.request.method, got.url))

    def _console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not text.startswith("Failed to load resource"):
            self.complaints.append(f"{kind}: {text[:500]}")

    def _response(self, status: int, method: str, url: str) -> None:
        if status >= 400 and status not in self.expected:
            self.complaints.append(f"{status} {method} {url}")

    def go(self, path: str) -> Page:
        """Open an address of the app and wait until it shows what it is about."""
        self.page.goto(path)
        self.page.wait_for_selector("#content h1")
        self.settle()
        return self.page

    def leave(self) -> None:
        """Close what is open, and forget what was chosen there."""
        self.page.evaluate("try { localStorage.clear() } catch {}")  # an empty page has none
        self.page.goto("about:blank")

    def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        self.page.wait_for_function(
            "() => !document.querySelector('#content [role=status][aria-label], #content [aria-busy=true]')"
        )

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA on this page, in the light and in the dark."""
        self.page.evaluate(AXE.read_text("utf-8") + "; undefined")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = self._axe({"type": "tag", "values": tags})
        self.page.emulate_media(color_scheme="dark")
        self.page.wait_for_selector("html[data-theme=dark]")
        found += [
            f"in the dark: {what}" for what in self._axe({"type": "rule", "values": ["color-contrast"]})
        ]
        self.page.emulate_media(color_scheme="light")
        return found

    def _axe(self, only: dict[str, object]) -> list[str]:
        self.page.wait_for_function(STILL)
        found = self.page.evaluate(
            "only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only
        )
        return [
            f"{rule['id']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
            for rule in found["violations"]
            for node in rule["nodes"][:3]
        ]
