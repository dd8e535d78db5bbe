"""``users``: the people in the tables who may log in. Passwords never go into the audit log."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.auth import managing, passwords
from tradewind.cli import acting, files, output, people
from tradewind.cli.arguments import OUTPUT, Args, WrongUsage, arg, arguments, flag
from tradewind.store.queries import users as queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.database import Tx

USERNAME = arg("-u", "--username", help="the user's name")
EMAIL = arg("-e", "--email", help="the user's mail address")
ROLE = arg("-r", "--role", required=True, help="the role's name: Admin, User, Op, Viewer, Public or your own")
PASSWORD = arg("-p", "--password", help="the password; asked for if it is not given")
RANDOM = flag("--use-random-password", help="a password that nobody knows")
FILE = arg("file", metavar="FILEPATH", help="JSON file; - is standard output")


def _row(user: queries.UserRecord) -> dict[str, Any]:
    return {
        "id": user.id, "username": user.username, "email": user.email, "first_name": user.first_name,
        "last_name": user.last_name, "roles": list(user.roles),
    }  # fmt: skip


@arguments(OUTPUT)
def list_users(args: Args, app: App) -> int:
    """List users."""
    with app.database.read() as tx:
        rows = [_row(user) for user in queries.list_users(tx)]
    output.show(rows, args.output, columns=("id", "username", "email", "first_name", "last_name", "roles"))
    return 0


@arguments(
    arg("-u", "--username", required=True, help="the user's name"),
    arg("-e", "--email", required=True, help="the user's mail address"),
    arg("-f", "--firstname", required=True, help="the first name"),
    arg("-l", "--lastname", required=True, help="the last name"),
    ROLE, PASSWORD, RANDOM,
)  # fmt: skip
def create(args: Args, app: App) -> int:
    """Make a user; one that is there stays as they are."""
    with app.database.read() as tx:
        managing.check_roles(tx, [args.role])
        if queries.get(tx, args.username) is not None:
            print(f"{args.username} already exist in the db")
            return 0
    hashed = passwords.hash_password(_password(args))
    with app.database.write() as tx:
        managing.make_user(
            tx, args.username, password_hash=hashed, roles=managing.check_roles(tx, [args.role]),
            email=args.email, first_name=args.firstname, last_name=args.lastname, now=app.clock.now(),
        )  # fmt: skip
        acting.note(tx, app, "users_create", extra={"username": args.username, "role": args.role})
    print(f'User "{args.username}" created with role "{args.role}"')
    return 0


def _password(args: Args) -> str:
    """What was given, or made, or is typed twice. Raises WrongUsage."""
    if args.use_random_password:
        return passwords.generate(32)
    if args.password is not None:
        typed = again = str(args.password)
    else:
        try:
            typed, again = getpass.getpass("Password:"), getpass.getpass("Repeat for confirmation:")
        except EOFError:
            raise WrongUsage("Give --password, or --use-random-password: nobody types one here.") from None
    if typed != again:
        raise WrongUsage("Passwords did not match")
    if not typed:
        raise WrongUsage("The password must not be empty.")
    return typed


@arguments(USERNAME, EMAIL, PASSWORD, RANDOM)
def reset_password(args: Args, app: App) -> int:
    """Give a user another password; whoever is logged in by the old one is logged out."""
    with app.database.read() as tx:
        user = people.user(tx, args)
    managing.check_password_is_here(user)
    hashed = passwords.hash_password(_password(args))
    with app.database.write() as tx:
        managing.change_user(tx, people.user(tx, args), password_hash=hashed, now=app.clock.now())
        acting.note(tx, app, "users_reset_password", extra={"username": user.username})
    print(f'User "{user.username}" password reset successfully')
    return 0


@arguments(USERNAME, EMAIL)
def delete(args: Args, app: App) -> int:
    """Delete a user."""
    with people.changing(app) as tx:
        user = people.user(tx, args)
        queries.delete(tx, user.username)
        acting.note(tx, app, "users_delete", extra={"username": user.username, "roles": user.roles})
    print(f'User "{user.username}" deleted')
    if user.source:
        print(
            f"They logged in by {user.source}, and are made anew when they do again. "
            "'airflow users deactivate' keeps somebody out."
        )
    return 0


@arguments(USERNAME, EMAIL)
def activate(args: Args, app: App) -> int:
    """Let a user log in again."""
    return _set_active(args, app, active=True)


@arguments(USERNAME, EMAIL)
def deactivate(args: Args, app: App) -> int:
    """Keep a user out; whoever is logged in as them is logged out."""
    return _set_active(args, app, active=False)


def _set_active(args: Args, app: App, *, active: bool) -> int:
    word = "activate" if active else "deactivate"
    with people.changing(app) as tx:
        user = people.user(tx, args)
        if user.active is active:
            print(f'User "{user.username}" is {word}d already')
            return 0
        managing.change_user(tx, user, active=active, now=app.clock.now())
        acting.note(tx, app, f"users_{word}", extra={"username": user.username})
    print(f'User "{user.username}" {word}d')
    return 0


@arguments(USERNAME, EMAIL, ROLE)
def add_role(args: Args, app: App) -> int:
    """Give a user a role."""
    with people.changing(app) as tx:
        user = people.user(tx, args)
        if args.role in user.roles:
            raise WrongUsage(f'User "{user.username}" is already a member of role "{args.role}"')
        _set_roles(tx, app, user, [*user.roles, args.role])
    print(f'User "{user.username}" added to role "{args.role}"')
    return 0


@arguments(USERNAME, EMAIL, ROLE)
def remove_role(args: Args, app: App) -> int:
    """Take a role from a user."""
    with people.changing(app) as tx:
        user = people.user(tx, args)
        if args.role not in user.roles:
            raise WrongUsage(f'User "{user.username}" is not a member of role "{args.role}"')
        _set_roles(tx, app, user, [role for role in user.roles if role != args.role])
    print(f'User "{user.username}" removed from role "{args.role}"')
    return 0


class _Imported(msgspec.Struct, kw_only=True):
    """A user in a file, as Airflow's ``users export`` writes them."""

    username: str
    email: str
    firstname: str
    lastname: str
    roles: list[str] = []
    id: int | None = None


@arguments(FILE)
def import_file(args: Args, app: App) -> int:
    """Read users from a JSON file: make those that are not there (with a password that nobody knows), change
    others.
    """
    found = files.read_list(args.file, _Imported)
    hashed = {user.username: passwords.hash_password(passwords.generate(32)) for user in found}
    made, changed = [], []
    with people.changing(app) as tx:
        for user in found:
            known = queries.get(tx, user.username)
            about = {"email": user.email, "first_name": user.firstname, "last_name": user.lastname}
            if known is None:
                managing.make_user(
                    tx, user.username, password_hash=hashed[user.username], now=app.clock.now(),
                    roles=managing.check_roles(tx, user.roles), **about,
                )  # fmt: skip
                made.append(user.username)
                continue
            managing.change_user(tx, known, held=user.roles, now=app.clock.now(), **about)
            changed.append(user.username)
        acting.note(tx, app, "users_import", extra={"created": made, "updated": changed})
    for title, names in (("Created", made), ("Updated", changed)):
        if names:
            print(f"{title} the following users:\n\t" + "\n\t".join(names))
    return 0


@arguments(FILE)
def export_file(args: Args, app: App) -> int:
    """Write all users, without their passwords, to a JSON file."""
    with app.database.read() as tx:
        found = queries.list_users(tx)
    rows = [
        {
            "id": user.id, "username": user.username, "email": user.email, "firstname": user.first_name,
            "lastname": user.last_name, "roles": list(user.roles),
        }
        for user in found
    ]  # fmt: skip
    files.write(args.file, files.to_json(rows))
    if args.file != "-":
        print(f"{len(rows)} users successfully exported to {args.file}")
    return 0


def _set_roles(tx: Tx, app: App, user: queries.UserRecord, names: list[str]) -> None:
    changed = managing.change_user(tx, user, held=names, now=app.clock.now())
    extra = {"username": user.username, "before": user.roles, "after": changed.roles}
    acting.note(tx, app, "users_set_roles", extra=extra)
