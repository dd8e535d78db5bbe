"""How fast the web UI is in a real Chromium on a large database (see ``large`` and ``ui``), and a 100 MB log.

``BENCH_LARGE`` may hold the address of such a database that is there already. Times are taken inside the
page: from the click, or from before the address is asked for, until what the view is about can be seen and
nothing of it is on its way any more.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench import large, ui
from bench.figures import Figure
from bench.server import Server, server, until
from tradewind.store.database import Database

WIDE, MAPPED = f"/dags/{ui.GRID}", f"/dags/{ui.MAPPED}/runs/{large.FIRST}"
LOG_DAG = Path(__file__).with_name("dags") / "bench_long_log.py"
LOG = "/dags/bench_long_log/runs/log/tasks/talk"
TABS = {
    # Tab of the DAG with 5,000 tasks and 100 runs: what can be seen then.
    "Grid": "[role=rowheader]",
    "Graph": ".react-flow__node",
    "Gantt": "#content [role=region] li",
    "Calendar": "#content [role=group] section",
    "Trends": "#content svg path",
    "Runs": "#content tbody tr",
    "Tasks": "#content tbody tr",
    "Details": "#content dl, #content table",
    "Events": "#content [role=group] table",
}
PAGES = {
    "start page": ("/", "#content h2"),
    "10,000 DAGs": ("/dags", "#content tbody tr"),
    "DAG of 5,000 tasks × 100 runs: grid": (f"{WIDE}/grid", "[role=rowheader]"),
    "its graph": (f"{WIDE}/graph", ".react-flow__node"),
    "run of 5,000 tasks": (f"{WIDE}/runs/{large.FIRST}", "#content h1"),
    "10,000 mapped instances": (f"{MAPPED}/tasks/many/mapped", "#content tbody tr"),
    "log of 100 MB": (LOG, "#content [data-level]"),
}
SEEN = """async ({selector, link}) => {
  const visible = () => [...document.querySelectorAll(selector)].some((one) => one.getClientRects().length);
  const busy = () => document.querySelector("#content [role=status][aria-label], #content [aria-busy=true]");
  const begin = performance.now(), there = link && document.querySelector(link);
  if (there) there.click();
  const away = () => there && location.pathname !== new URL(there.href).pathname;
  while (away() || !visible() || busy()) {
    await new Promise(requestAnimationFrame);
    if (performance.now() - begin > 30000) throw new Error('not seen: ' + selector);
  }
  await new Promise(requestAnimationFrame);
  return performance.now() - (link ? begin : 0);
}"""
FRAMES = """() => {
  window.frames_ = []; let last = performance.now();
  const next = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""
CHANGED = """(word) => { window.seen_ = new Promise((done) => {
  const said = () => document.querySelector('#content header').innerText.includes(word);
  const look = () => said() ? done(Date.now()) : requestAnimationFrame(look);
  look(); }); }"""


def measure(times: int) -> list[Figure]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("bench web needs Chromium: apt-get install chromium")
    with (
        _database() as url,
        server([LOG_DAG], {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url}) as made,
        sync_playwright() as playwright,
    ):
        _talk(made)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            return [*_first_page(made, browser, times), *_views(made, browser, times)]
        finally:
            browser.close()


@contextmanager
def _database() -> Iterator[str]:
    if "BENCH_LARGE" in os.environ:
        yield _filled(os.environ["BENCH_LARGE"])
        return
    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
        url = f"sqlite:///{folder}/airflow.db"
        subprocess.run([sys.executable, "-m", "bench.large", url], check=True)
        yield _filled(url)


def _filled(url: str) -> str:
    database = Database(url)
    ui.fill(database)
    database.close()
    return url


def _talk(made: Server) -> None:
    """Have a task write its 100 MB."""
    made.known("bench_long_log")
    with suppress(OSError):  # it is there from an earlier bench
        made.call("DELETE", "/dags/bench_long_log/dagRuns/log")
    made.trigger("bench_long_log", "log")
    assert made.finished("bench_long_log", "log", 300) == "success"


def _visit(made: Server, browser: Browser) -> BrowserContext:
    """A browser that knows nothing of us but the log-in."""
    base = f"http://127.0.0.1:{made.port}"
    context = browser.new_context(base_url=base, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "_token", "value": made.token, "url": base}])
    return context


def _first_page(made: Server, browser: Browser, times: int) -> list[Figure]:
    took, weight = [], []
    for _ in range(times + 1):
        with _visit(made, browser) as context:
            page = context.new_page()
            page.goto("/dags")
            took.append(page.evaluate(SEEN, {"selector": "#content tbody tr", "link": None}))
            weight.append(
                page.evaluate(
                    "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.js'))"
                    ".reduce((all, one) => all + one.encodedBodySize, 0) / 1000"
                )
            )
    return [
        Figure(name="first load, empty cache: 10,000 DAGs", unit="ms", values=tuple(took[1:]), reach="1000"),
        Figure(name="JavaScript of it, compressed", unit="kB", values=(weight[0],), reach="300"),
    ]


def _views(made: Server, browser: Browser, times: int) -> list[Figure]:
    with _visit(made, browser) as context:
        page = context.new_page()
        found = [_address(page, *one, times) for one in PAGES.items()]
        found += [_tab(page, *one, times) for one in TABS.items()]
        return [*found, _scrolled(page), _told(made, page, times)]


def _address(page: Page, name: str, what: tuple[str, str], times: int) -> Figure:
    """A deep link, with a browser that has been here before."""
    took = []
    for _ in range(times + 1):
        page.goto(what[0])
        took.append(page.evaluate(SEEN, {"selector": what[1], "link": None}))
    return Figure(name=f"address: {name}", unit="ms", values=tuple(took[1:]), reach="500")


def _tab(page: Page, name: str, selector: str, times: int) -> Figure:
    """A click on a tab; the server is asked anew each time."""
    took = []
    for _ in range(times + 1):
        page.goto(WIDE)
        page.evaluate(SEEN, {"selector": "#content h1", "link": None})
        link = f'#content nav a[href$="{WIDE}/{name.lower()}"]'
        took.append(page.evaluate(SEEN, {"selector": selector, "link": link}))
    return Figure(
        name=f"tab of the DAG of 5,000 × 100: {name}", unit="ms", values=tuple(took[1:]), reach="500"
    )


def _scrolled(page: Page) -> Figure:
    """The longest frame while the grid, unfolded, is scrolled down and sideways."""
    page.goto(f"{WIDE}/grid?runs=100")
    page.evaluate(SEEN, {"selector": "[role=rowheader]", "link": None})
    page.locator("[role=grid]").hover()
    page.evaluate(FRAMES)
    for _ in range(120):
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(16)
    for _ in range(40):
        page.mouse.wheel(-120, 0)
        page.wait_for_timeout(16)
    frames = page.evaluate("frames_.slice(1)")
    print(f"  frames while scrolling: {len(frames)}, over 50 ms: {sum(one > 50 for one in frames)}")
    return Figure(name="grid scrolled: longest frame", unit="ms", values=(max(frames),), reach="50")


def _told(made: Server, page: Page, times: int) -> Figure:
    """From the answer to whoever changed a run's state until the page shows it."""
    run, took = f"/dags/{ui.GRID}/dagRuns/{large.FIRST}", []
    page.goto(f"{WIDE}/runs/{large.FIRST}")
    page.evaluate(SEEN, {"selector": "#content h1", "link": None})
    page.wait_for_timeout(1000)  # its stream of changes is open
    for state in ["failed", "success"] * (times + 1):
        page.evaluate(CHANGED, state)
        made.hang_up()
        made.call("PATCH", run, {"state": state})
        at = time.time() * 1000
        took.append(page.evaluate("seen_") - at)
        until(lambda state=state: made.get(run)["state"] == state)
    return Figure(
        name="state changed in the database → on screen", unit="ms", values=tuple(took[2:]), reach="300"
    )
