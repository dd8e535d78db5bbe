"""``version``, ``info``, ``cheat-sheet``."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Any

from tradewind import __version__
from tradewind.cli import output, tree
from tradewind.cli.arguments import OUTPUT, Args, arguments, flag

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

CHEAT_SHEET = (
    ("standalone", "dags list", "dags unpause DAG_ID", "dags trigger DAG_ID", "run my_dag.py"),
    ("tasks list DAG_ID", "tasks test DAG_ID TASK_ID 2026-01-01", "tasks clear DAG_ID"),
    ("dags list-runs DAG_ID", "dags list-import-errors", "backfill create --dag-id DAG_ID"),
    ("variables set KEY VALUE", "connections add ID --conn-uri URI", "pools set NAME SLOTS DESCRIPTION"),
    ("db migrate", "config list", "info"),
)


def version(args: Args, app: App) -> int:
    """Show the version."""
    print(__version__)
    return 0


@arguments(
    flag("--anonymize", help="hide paths and names"), flag("--file-io", help="(not there yet)"), OUTPUT
)
def info(args: Args, app: App) -> int:
    """Show what runs here and where its files are."""
    facts = _facts(app)
    if args.anonymize:
        user = app.environ.get("HOME", "")
        facts = {key: value.replace(user, "${HOME}") if user else value for key, value in facts.items()}
    if args.output in {"json", "yaml"}:
        output.show([facts], args.output)
    else:
        output.show(({"what": key, "value": value} for key, value in facts.items()), args.output)
    return 0


def _facts(app: App) -> dict[str, str]:
    config = app.config
    return {
        "version": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "home": str(app.home),
        "config_file": f"{config.file}{'' if config.file.exists() else ' (not there)'}",
        "dags_folder": str(config.core.dags_folder),
        "plugins_folder": str(config.core.plugins_folder),
        "logs": str(config.logging.base_log_folder),
        "executor": ",".join(config.core.executor),
        "database": app.mask(_database(app)),
        "scheduler": "running" if config.file.exists() and app.scheduler_runs() else "not running",
        "notes": "; ".join(config.warnings),
    }


def _database(app: App) -> str:
    from urllib.parse import urlsplit

    text: str = app.config.database.sql_alchemy_conn
    parts: Any = urlsplit(text)
    return text.replace(f":{parts.password}@", ":***@") if parts.password else text


@arguments()
def cheat_sheet(args: Args, app: App) -> int:
    """Show the commands that are used most."""
    for block in CHEAT_SHEET:
        for line in block:
            leaf = tree.find(line.split()[:2]) or tree.find(line.split()[:1])
            print(f"  {args.prog} {line:<44} {leaf.text if leaf else ''}".rstrip())
        print()
    return 0
