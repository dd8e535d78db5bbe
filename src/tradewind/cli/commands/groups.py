"""``groups``: people in the tables who have roles together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.auth import managing
from tradewind.cli import acting, output, people
from tradewind.cli.arguments import OUTPUT, Args, WrongUsage, arg, arguments
from tradewind.store.queries import roles as queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradewind.cli.bootstrap import App
    from tradewind.store.database import Tx

GROUP = arg("group", help="the group's name")
ROLES = arg("-r", "--role", nargs="+", required=True, metavar="ROLE", help="the roles' names")
USER = (
    arg("-u", "--username", help="the user's name"),
    arg("-e", "--email", help="the user's mail address"),
)


@arguments(GROUP, arg("-r", "--role", nargs="+", default=[], metavar="ROLE", help="roles that it has"))
def create(args: Args, app: App) -> int:
    """Make a group that nobody is in yet."""
    with app.database.write() as tx:
        roles = managing.make_group(tx, args.group, args.role)
        acting.note(tx, app, "groups_create", extra={"group": args.group, "roles": roles})
    print(f'Group "{args.group}" created')
    return 0


@arguments(OUTPUT)
def list_groups(args: Args, app: App) -> int:
    """List groups, with their roles and who is in them."""
    with app.database.read() as tx:
        found = queries.list_groups(tx)
    rows = [{"name": one.name, "roles": ", ".join(one.roles), "users": ", ".join(one.users)} for one in found]
    output.show(rows, args.output, columns=("name", "roles", "users"))
    return 0


@arguments(GROUP)
def delete(args: Args, app: App) -> int:
    """Delete a group; its users stay."""
    with people.changing(app) as tx:
        queries.delete_group(tx, args.group)
        acting.note(tx, app, "groups_delete", extra={"group": args.group})
    print(f'Group "{args.group}" deleted')
    return 0


@arguments(GROUP, *USER)
def add_user(args: Args, app: App) -> int:
    """Put a user into a group."""
    with app.database.write() as tx:
        user = people.user(tx, args)
        queries.add_to_group(tx, args.group, user.id)
        acting.note(tx, app, "groups_add_user", extra={"group": args.group, "username": user.username})
    print(f'User "{user.username}" added to group "{args.group}"')
    return 0


@arguments(GROUP, *USER)
def remove_user(args: Args, app: App) -> int:
    """Take a user out of a group."""
    with people.changing(app) as tx:
        user = people.user(tx, args)
        if not queries.remove_from_group(tx, args.group, user.id):
            raise WrongUsage(f'User "{user.username}" is not in group "{args.group}"')
        acting.note(tx, app, "groups_remove_user", extra={"group": args.group, "username": user.username})
    print(f'User "{user.username}" removed from group "{args.group}"')
    return 0


@arguments(GROUP, ROLES)
def add_role(args: Args, app: App) -> int:
    """Give roles to everybody in a group."""
    with app.database.write() as tx:
        new, had = managing.check_roles(tx, args.role), queries.group_roles(tx, args.group)
        _set_roles(tx, app, args.group, had, [*had, *new])
    print(f'Group "{args.group}" has the roles {", ".join(sorted({*had, *new}))}')
    return 0


@arguments(GROUP, ROLES)
def remove_role(args: Args, app: App) -> int:
    """Take roles from everybody who has them by a group."""
    with people.changing(app) as tx:
        had = queries.group_roles(tx, args.group)
        for role in args.role:
            if role not in had:
                raise WrongUsage(f'Group "{args.group}" does not have the role "{role}"')
        left = [role for role in had if role not in args.role]
        _set_roles(tx, app, args.group, had, left)
    print(f'Group "{args.group}" has the roles {", ".join(left) or "(none)"}')
    return 0


def _set_roles(tx: Tx, app: App, group: str, had: Sequence[str], roles: Sequence[str]) -> None:
    queries.set_group_roles(tx, group, roles)
    extra = {"group": group, "before": had, "after": sorted(set(roles))}
    acting.note(tx, app, "groups_set_roles", extra=extra)
