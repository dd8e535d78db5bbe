"""``audit``: who did what, for those who keep it elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.cli import acting
from tradewind.cli.arguments import END, START, Args, arg, arguments
from tradewind.cli.files import FileUnusable
from tradewind.domain.access import SYSTEM
from tradewind.store.queries import audit as queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

FILTERS = ("dag_id", "owner", "event")


@arguments(
    arg("file", metavar="FILEPATH", help="JSON lines; - is standard output"),
    START, END,
    arg("--dag-id", help="only what concerns this DAG"),
    arg("--owner", help="only what this person did"),
    arg("--event", help="only this, such as trigger_dag_run"),
)  # fmt: skip
def export_file(args: Args, app: App) -> int:
    """Write the audit log to a file: a line of JSON for each entry, the oldest first."""
    lines = (msgspec.json.encode(entry) + b"\n" for entry in _entries(args, app))
    if args.file == "-":
        for line in lines:
            sys.stdout.write(line.decode())
        return 0
    count, target = 0, Path(args.file)
    try:
        target.touch(mode=0o600)
        with target.open("wb") as stream:
            for line in lines:
                stream.write(line)
                count += 1
    except OSError as error:
        raise FileUnusable(args.file, error.strerror or str(error)) from error
    print(f"{count} entries successfully exported to {args.file}")
    return 0


def _entries(args: Args, app: App) -> Iterator[dict[str, Any]]:
    """Page by page, so that a long log neither fills the memory nor holds a transaction."""
    since, until = acting.dates(args, app)
    like = {name: value for name in FILTERS if (value := getattr(args, name)) is not None}
    last = 0
    while True:
        with app.database.read() as tx:
            found = queries.entries(tx, access=SYSTEM, after=last, since=since, until=until, like=like)
        for entry in found:
            yield {**msgspec.structs.asdict(entry), "extra": _extra(entry.extra)}
        if not found:
            return
        last = found[-1].id


def _extra(text: str | None) -> Any:
    """As an object; what is no JSON, as the text that it is."""
    try:
        return None if text is None else msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
