"""The one screen that ``standalone`` prints: where everything is, and what to try."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind import __version__

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App


def places(app: App, address: str, password_file: object) -> str:
    """Address, user, password, folders."""
    config = app.config
    named = (
        "" if config.core.auth_manager.endswith("FabAuthManager") else config.core.simple_auth_manager_users
    )
    names = [entry.split(":")[0] for entry in named.split(",") if entry]
    rows = (
        ("Address", address),
        ("User", ", ".join(names)),
        ("Password", f"in {password_file}"),
        ("DAG files", str(config.core.dags_folder)),
        ("Logs", str(config.logging.base_log_folder)),
    )
    return "\n".join(
        [f"Tradewind {__version__} is running.", "", *(f"  {name:<10} {value}" for name, value in rows)]
    )


def next_steps(app: App, prog: str, *, seen: str | None = None, stays: bool = True) -> str:
    """What to type next, in another terminal. ``seen``: a DAG that has been watched already. ``stays``: the
    services go on.
    """
    lines = ["Try, in another terminal:" if stays else "Where to go next:"]
    lines += [f"  {line}" for line in _prepare(app, prog)]
    if not stays:
        lines.append(f"  {prog} standalone")
    lines.append(f"  {prog} dags list")
    example = seen or ("example_hello" if app.config.core.load_examples else "DAG_ID")
    begin = f"{prog} dags unpause {example} && " if seen is None else ""
    lines.append(f"  {begin}{prog} dags trigger {example}")
    lines.append(f"  {prog} dags list-runs {example}")
    lines.append(f"  {prog} tasks logs {example}")
    return "\n".join([*lines, "", "Ctrl-C stops everything."] if stays else lines)


def _prepare(app: App, prog: str) -> list[str]:
    """What that terminal lacks and this process has."""
    lines = []
    if "AIRFLOW_HOME" in app.environ:
        lines.append(f"export AIRFLOW_HOME={app.home}")
    if shutil.which(prog, path=app.environ.get("PATH", "")) is None:
        lines.append(f'export PATH="{Path(sys.executable).parent}:$PATH"')
    return lines
