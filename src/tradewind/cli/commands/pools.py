"""``pools``: limits that several tasks share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradewind.cli import acting, files, output
from tradewind.cli.arguments import OUTPUT, Args, WrongUsage, arg, arguments, flag, hidden
from tradewind.domain.errors import PoolNotFound
from tradewind.store.queries import pools as queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.records import PoolRecord

NAME = arg("pool", metavar="name", help="the pool's name")
FILE = arg("file", help="JSON file; - is standard output")


def _row(pool: PoolRecord) -> dict[str, Any]:
    return {
        "pool": pool.name,
        "slots": pool.slots,
        "description": pool.description,
        "include_deferred": pool.include_deferred,
    }


@arguments(OUTPUT)
def list_pools(args: Args, app: App) -> int:
    """List pools."""
    with app.database.read() as tx:
        output.show([_row(pool) for pool in queries.list_pools(tx)], args.output)
    return 0


@arguments(NAME, OUTPUT)
def get(args: Args, app: App) -> int:
    """Show a pool."""
    with app.database.read() as tx:
        found = queries.get(tx, args.pool)
    if found is None:
        raise PoolNotFound(args.pool)
    output.show([_row(found)], args.output)
    return 0


@arguments(
    NAME,
    arg("slots", type=int, help="how many task instances at once; -1 for no limit"),
    arg("description", nargs="?", default="", help="what it is for"),
    flag("--include-deferred", help="deferred task instances keep their slot"),
    hidden("--team-name", value=True),
    OUTPUT,
)
def set_pool(args: Args, app: App) -> int:
    """Make or change a pool."""
    with app.database.write() as tx:
        found = queries.set_pool(
            tx, args.pool, args.slots, args.description, include_deferred=args.include_deferred
        )
        acting.note(tx, app, "pool_set", extra={"pool": args.pool, "slots": args.slots})
    app.wake("pools")
    output.show([_row(found)], args.output)
    return 0


@arguments(NAME, OUTPUT)
def delete(args: Args, app: App) -> int:
    """Delete a pool."""
    with app.database.write() as tx:
        queries.delete(tx, args.pool)
        acting.note(tx, app, "pool_delete", extra={"pool": args.pool})
    app.wake("pools")
    print(f"Deleted pool {args.pool}.")
    return 0


@arguments(FILE)
def import_file(args: Args, app: App) -> int:
    """Read pools from a JSON file."""
    found = files.read_json(args.file)
    with app.database.write() as tx:
        for name, fields in found.items():
            if not isinstance(fields, dict) or "slots" not in fields:
                raise WrongUsage(f"pool {name!r} in {args.file} needs a number of slots.")
            queries.set_pool(
                tx, name, fields["slots"], fields.get("description", ""),
                include_deferred=bool(fields.get("include_deferred", False)),
            )  # fmt: skip
        acting.note(tx, app, "pool_import", extra={"pools": sorted(found)})
    app.wake("pools")
    print(f"Read {len(found)} pools.")
    return 0


@arguments(FILE)
def export_file(args: Args, app: App) -> int:
    """Write all pools to a JSON file."""
    with app.database.read() as tx:
        rows = [_row(pool) for pool in queries.list_pools(tx)]
    files.write(args.file, files.to_json({row.pop("pool"): row for row in rows}))
    if args.file != "-":
        print(f"Wrote {len(rows)} pools to {args.file}.")
    return 0
