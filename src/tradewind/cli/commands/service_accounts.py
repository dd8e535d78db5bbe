"""``service-accounts`` and ``tokens``: programs that use the API. A token is printed once and never again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tradewind.auth import service_accounts
from tradewind.cli import acting, output
from tradewind.cli.arguments import OUTPUT, Args, arg, arguments
from tradewind.store.queries import service_accounts as queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

NAME = arg("name", help="the service account's name")


@arguments(NAME, arg("--description", default="", help="what it is for"))
def create(args: Args, app: App) -> int:
    """Make a service account: a name under which a program uses the API."""
    with app.database.write() as tx:
        queries.create(tx, args.name, args.description, app.clock.now())
        acting.note(tx, app, "service_accounts_create", extra={"name": args.name})
    print(
        f"Service account {args.name!r} created. 'tokens create {args.name} --scope Viewer' gives it a token."
    )
    return 0


@arguments(OUTPUT)
def list_accounts(args: Args, app: App) -> int:
    """List service accounts."""
    with app.database.read() as tx:
        found, tokens = queries.list_accounts(tx), queries.list_tokens(tx)
    rows: list[dict[str, Any]] = [
        {
            "name": one.name, "description": one.description, "created_on": one.created_on,
            "tokens": sum(token.account == one.name for token in tokens),
        }
        for one in found
    ]  # fmt: skip
    output.show(rows, args.output, columns=("name", "description", "created_on", "tokens"))
    return 0


@arguments(NAME)
def delete(args: Args, app: App) -> int:
    """Delete a service account; its tokens end."""
    with app.database.write() as tx:
        queries.delete(tx, args.name)
        acting.note(tx, app, "service_accounts_delete", extra={"name": args.name})
    print(f"Service account {args.name!r} deleted")
    return 0


@arguments(
    NAME,
    arg("--expires", default="30d", metavar="TIME", help="how long it is good: 30d, 12h, … at most 366d"),
    arg(
        "--scope", action="append", required=True, metavar="ROLE|ACTION:RESOURCE",
        help="what it may do: a role, or such as can_read:DAGs, can_create:DAG Run:etl; may be repeated",
    ),
)  # fmt: skip
def create_token(args: Args, app: App) -> int:
    """Make a token for a service account, and print it: this once."""
    with app.database.write() as tx:
        made = service_accounts.issue(
            tx, args.name, scopes=args.scope, lifetime=args.expires, now=app.clock.now()
        )
        extra = {"name": args.name, "id": made.id, "scopes": made.scopes, "expires_on": made.expires_on}
        acting.note(tx, app, "tokens_create", extra=extra)
    print(made.token)
    print(
        f"This is token {made.id} of {args.name!r}, good until {made.expires_on:%Y-%m-%d %H:%M} UTC. "
        "It is not shown again.",
        file=sys.stderr,
    )
    return 0


@arguments(arg("name", nargs="?", help="only those of this service account"), OUTPUT)
def list_tokens(args: Args, app: App) -> int:
    """List tokens: whose, what they may do, until when, when they were used last."""
    with app.database.read() as tx:
        if args.name is not None:
            queries.account(tx, args.name)
        found = queries.list_tokens(tx, args.name)
    columns = ("id", "account", "scopes", "created_on", "expires_on", "last_used_on")
    rows = [
        {**{name: getattr(one, name) for name in columns}, "scopes": ", ".join(one.scopes)} for one in found
    ]
    output.show(rows, args.output, columns=columns)
    return 0


@arguments(arg("id", type=int, help="the token's number, as 'tokens list' shows it"))
def revoke_token(args: Args, app: App) -> int:
    """End a token now."""
    with app.database.write() as tx:
        found = queries.delete_token(tx, args.id)
        acting.note(tx, app, "tokens_revoke", extra={"name": found.account, "id": found.id})
    print(f"Token {found.id} of {found.account!r} revoked")
    return 0
