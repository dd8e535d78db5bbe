"""What tests of actions ask REST, before and after."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page
from tests.e2e.site import Site
from tests.integration.system.world import until

DONE = {"success", "failed"}


def make_run(site: Site, dag_id: str, run_id: str, *, end: str | None = "success", **body: Any) -> str:
    """A run, waited for until it ended so; its address in the app."""
    made = site.world.call("POST", f"/dags/{dag_id}/dagRuns", dag_run_id=run_id, logical_date=None, **body)
    made.raise_for_status()
    if end:
        wait_for_run(site, dag_id, run_id, end)
    return f"/dags/{dag_id}/runs/{run_id}"


def run_of(site: Site, dag_id: str, run_id: str) -> dict[str, Any]:
    """The run as REST shows it."""
    found: dict[str, Any] = site.world.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}").json()
    return found


def wait_for_run(site: Site, dag_id: str, run_id: str, state: str) -> None:
    """Until the run is in this state."""
    until(lambda: run_of(site, dag_id, run_id)["state"] == state, f"{dag_id} {run_id} is {state}")


def task_of(site: Site, dag_id: str, run_id: str, task_id: str) -> dict[str, Any]:
    """The task instance as REST shows it."""
    path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
    found: dict[str, Any] = site.world.call("GET", path).json()
    return found


def wait_for_task(site: Site, dag_id: str, run_id: str, task_id: str, **like: Any) -> None:
    """Until the task instance is so."""

    def is_so() -> bool:
        found = task_of(site, dag_id, run_id, task_id)
        return all(found[name] == value for name, value in like.items())

    until(is_so, lambda: f"{task_of(site, dag_id, run_id, task_id)} is {like}")


def choose(page: Page, menu: str, item: str) -> None:
    """One of the things to do behind a button."""
    page.get_by_role("button", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=re.compile(f"^{item}…?$")).click()


def asked(page: Page) -> Locator:
    """The dialog that is open: messages have its role too."""
    return page.locator("[role=dialog]:not([data-type])")


def confirm(page: Page, verb: str) -> None:
    """Say yes in the dialog, and wait until it is gone."""
    dialog = asked(page)
    dialog.get_by_role("button", name=verb, exact=True).click()
    dialog.wait_for(state="detached")
