"""What commands that manage people share: whom they mean, and that somebody stays an admin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tradewind.auth import managing
from tradewind.auth import users as configured
from tradewind.cli.arguments import Args, WrongUsage
from tradewind.domain.errors import NotFound
from tradewind.store.queries import users as queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.database import Tx


@contextmanager
def changing(app: App) -> Iterator[Tx]:
    """A transaction after which somebody is still an admin, if somebody was. Raises Conflict."""
    core = app.config.core
    people = configured.configured(core.simple_auth_manager_users, core.auth_manager)
    elsewhere = any(one.role == "admin" for one in people)
    with app.database.write() as tx, managing.admin_stays(tx, elsewhere=elsewhere):
        yield tx


def user(tx: Tx, args: Args) -> queries.UserRecord:
    """The user whose name or address was given. Raises WrongUsage, NotFound; Conflict where several
    have the address.
    """
    if bool(args.username) == bool(args.email):
        raise WrongUsage("Give one of --username and --email to say who is meant.")
    found = queries.get(tx, args.username) if args.username else queries.by_email(tx, args.email)
    if found is None:
        raise NotFound(f"There is no user {args.username or args.email!r}. 'airflow users list' shows all.")
    return found
