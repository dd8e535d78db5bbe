"""``db``: the metadata database."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tradewind.cli import output
from tradewind.cli.arguments import YES, Args, arg, arguments, flag, hidden
from tradewind.domain.errors import AirflowException, DatabaseError, SchemaOutdated

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.database import Database


@arguments(
    arg("-r", "--to-revision", metavar="REVISION", help="(only the newest is known)"),
    arg("-n", "--to-version", metavar="VERSION", help="(only this version is known)"),
    arg("--from-revision", metavar="REVISION", help="(see --show-sql-only)"),
    arg("--from-version", metavar="VERSION", help="(see --show-sql-only)"),
    flag("-s", "--show-sql-only", help="(not there yet)"),
    hidden("-m", "--use-migration-files"),
    hidden("--no-reserialize-dags"),
)
def migrate(args: Args, app: App) -> int:
    """Bring the database to this version; makes a new one."""
    from tradewind.store import migrations

    if args.show_sql_only or args.to_revision or args.to_version:
        raise AirflowException(
            "The database can only be brought to this version, and its SQL is not shown yet. Nothing was "
            "changed."
        )
    database = app.connect()
    was_new = migrations.current(database) is None
    moved = app.migrate(database)
    if not moved:
        print(f"{app.mask(database.where)} is up to date.")
    elif was_new:
        print(f"Made {app.mask(database.where)}.")
        print(f"Next: '{args.prog} standalone' starts everything.")
    else:
        print(f"Brought {app.mask(database.where)} to this version.")
    return 0


@arguments(YES, hidden("-s", "--skip-init"), hidden("-m", "--use-migration-files"))
def reset(args: Args, app: App) -> int:
    """Throw everything away and make the database anew."""
    from tradewind.store import migrations

    database = app.connect()
    if app.scheduler_runs():
        raise AirflowException("A scheduler works on this database. Stop it first.")
    if not output.confirm(f"This deletes everything in {app.mask(database.where)}. Go on?", args.yes):
        print("Nothing was changed.")
        return 1
    migrations.reset(database)
    if app.config.database.load_default_connections:
        app.add_default_connections(database)
    print(f"Made {app.mask(database.where)} anew.")
    return 0


@arguments(
    arg("--retry", type=int, default=0, help="try so often again"),
    arg("--retry-delay", type=float, default=1.0, help="seconds between tries"),
)
def check(args: Args, app: App) -> int:
    """Check that the database can be reached."""
    database = app.connect()
    for left in range(args.retry, -1, -1):
        try:
            _reach(database)
        except SchemaOutdated:
            print(f"{app.mask(database.where)} can be used; '{args.prog} db migrate' makes its tables.")
            return 0
        except DatabaseError:
            if not left:
                raise
            time.sleep(args.retry_delay)
        else:
            break
    print(f"{app.mask(database.where)} answers.")
    return 0


def _reach(database: Database) -> None:
    with database.read() as tx:
        tx.now()


@arguments(arg("-t", "--migration-wait-timeout", type=float, default=60.0, help="seconds to wait"))
def check_migrations(args: Args, app: App) -> int:
    """Wait until the database is at this version."""
    from tradewind.store import migrations

    database = app.connect()
    deadline = app.clock.monotonic() + args.migration_wait_timeout
    while True:
        try:
            migrations.check(database)
        except DatabaseError:
            if app.clock.monotonic() >= deadline:
                raise
            time.sleep(0.2)
        else:
            print("The database is at this version.")
            return 0


@arguments()
def shell(args: Args, app: App) -> int:
    """Open the database's own shell; this process becomes it."""
    url = urlsplit(app.config.database.sql_alchemy_conn)
    kind = url.scheme.split("+")[0]
    path = url.path.lstrip("/")
    if kind == "sqlite":
        return _become(["sqlite3", url.path[1:]])
    if kind == "postgresql":
        env = {"PGPASSWORD": unquote(url.password or "")}
        return _become(
            ["psql", "-h", url.hostname or "", "-p", str(url.port or 5432), "-U", url.username or "", path],
            env,
        )
    if kind in {"mysql", "mariadb"}:
        env = {"MYSQL_PWD": unquote(url.password or "")}
        return _become(
            ["mysql", "-h", url.hostname or "", "-P", str(url.port or 3306), "-u", url.username or "", path],
            env,
        )
    raise AirflowException(f"There is no shell known for {kind!r} databases.")


def _become(command: list[str], env: dict[str, str] | None = None) -> int:
    try:
        os.execvpe(command[0], command, {**os.environ, **(env or {})})  # noqa: S606 - the shell that was asked for
    except OSError as error:
        raise AirflowException(
            f"{command[0]} cannot be started: {error.strerror}. Install it first."
        ) from error
