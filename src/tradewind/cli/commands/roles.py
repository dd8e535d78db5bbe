"""``roles`` and ``sync-perm``: what the people in the tables may do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.auth import managing
from tradewind.auth import roles as words
from tradewind.cli import acting, files, output
from tradewind.cli.arguments import OUTPUT, Args, arg, arguments, flag, hidden
from tradewind.domain import codec
from tradewind.domain.access import SYSTEM
from tradewind.store.queries import dag_versions, dags
from tradewind.store.queries import roles as queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.database import Tx

NAMES = arg("role", nargs="+", help="the roles' names")
RESOURCES = arg(
    "-r", "--resource", nargs="+", required=True, metavar="NAME",
    help="what to do it to: DAGs, DAG:etl, Tag:finance, Connections …",
)  # fmt: skip
ACTIONS = arg(
    "-a", "--action", nargs="+", required=True, metavar="NAME",
    help="can_read, can_create, can_edit or can_delete",
)  # fmt: skip
FILE = arg("file", metavar="FILEPATH", help="JSON file; - is standard output")


def _permissions(tx: Tx) -> dict[str, set[queries.Pair]]:
    """What every role may, built in and granted."""
    granted = queries.permissions(tx)
    names = managing.role_names(tx)
    return {name: {*words.BUILT_IN.get(name, ()), *granted.get(name, ())} for name in names}


@arguments(flag("-p", "--permission", help="with what each may do"), OUTPUT)
def list_roles(args: Args, app: App) -> int:
    """List roles."""
    with app.database.read() as tx:
        found = _permissions(tx)
    rows: list[dict[str, Any]] = [{"name": name} for name in found]
    if args.permission:
        rows = [
            {"name": name, "resource": resource, "action": ",".join(actions)}
            for name, pairs in found.items()
            for resource, actions in _by_resource(pairs).items()
        ]
    columns = ("name", "resource", "action") if args.permission else ("name",)
    output.show(rows, args.output, columns=columns)
    return 0


def _by_resource(pairs: Iterable[queries.Pair]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for action, resource in sorted(pairs, key=lambda pair: (pair[1], pair[0])):
        found.setdefault(resource, []).append(action)
    return found


@arguments(NAMES)
def create(args: Args, app: App) -> int:
    """Make roles that may nothing yet."""
    with app.database.write() as tx:
        for name in args.role:
            managing.make_role(tx, name)
        acting.note(tx, app, "roles_create", extra={"roles": args.role})
    print(f"Added {len(args.role)} role(s)")
    return 0


@arguments(NAMES)
def delete(args: Args, app: App) -> int:
    """Delete roles that nobody has."""
    with app.database.write() as tx:
        managing.delete_roles(tx, args.role, now=app.clock.now())
        acting.note(tx, app, "roles_delete", extra={"roles": args.role})
    print(f"Deleted {len(args.role)} role(s)")
    return 0


@arguments(NAMES, RESOURCES, ACTIONS)
def add_perms(args: Args, app: App) -> int:
    """Let roles do something."""
    pairs = _pairs(args)
    with app.database.write() as tx:
        names = managing.check_roles(tx, args.role)
        new = {name: queries.grant(tx, name, pairs) for name in names}
        acting.note(tx, app, "roles_add_perms", extra={"added": new})
    print(f"Added {sum(map(len, new.values()))} permission(s)")
    return 0


@arguments(NAMES, RESOURCES, ACTIONS)
def del_perms(args: Args, app: App) -> int:
    """Take something from roles that was granted by add-perms."""
    pairs = _pairs(args)
    with app.database.write() as tx:
        names = managing.check_roles(tx, args.role)
        gone = sum(queries.revoke(tx, name, pairs) for name in names)
        acting.note(tx, app, "roles_del_perms", extra={"roles": names, "removed": pairs})
    print(f"Deleted {gone} permission(s)")
    return 0


def _pairs(args: Args) -> list[queries.Pair]:
    """Every action with every resource. Raises InvalidValue."""
    return [words.check_pair(action, resource) for resource in args.resource for action in args.action]


class _Imported(msgspec.Struct, kw_only=True):
    """A role in a file; with ``resource``, one thing that it may do (several actions by comma)."""

    name: str
    resource: str = ""
    action: str = ""


def _imported(found: object, file: str) -> _Imported:
    """An entry of such a file. Raises FileUnusable."""
    try:
        return msgspec.convert({"name": found} if isinstance(found, str) else found, _Imported)
    except msgspec.ValidationError as error:
        raise files.FileUnusable(file, f"{found!r} is not a role ({error})") from error


@arguments(FILE)
def import_file(args: Args, app: App) -> int:
    """Read roles from a JSON file: a list of names, or what ``roles export`` writes."""
    rows = [_imported(one, args.file) for one in files.read_list(args.file, object)]
    with app.database.write() as tx:
        known = set(managing.role_names(tx))
        made = sorted({row.name for row in rows} - known)
        for name in made:
            managing.make_role(tx, name)
        for row in rows:
            actions = [one.strip() for one in row.action.split(",") if one.strip()]
            queries.grant(tx, row.name, [words.check_pair(action, row.resource) for action in actions])
        acting.note(tx, app, "roles_import", extra={"created": made, "read": len(rows)})
    print(f"Imported {len({row.name for row in rows})} role(s), of which {len(made)} are new")
    return 0


@arguments(FILE, flag("-p", "--pretty", help="for people to read"))
def export_file(args: Args, app: App) -> int:
    """Write the roles that somebody made, with what they may do, to a JSON file."""
    with app.database.read() as tx:
        found = {name: pairs for name, pairs in _permissions(tx).items() if name not in words.BUILT_IN}
    rows = [
        {"name": name, "resource": resource, "action": ",".join(actions)}
        for name, pairs in found.items()
        for resource, actions in (_by_resource(pairs) or {"": []}).items()
    ]
    text = files.to_json(rows) if args.pretty else msgspec.json.encode(rows).decode() + "\n"
    files.write(args.file, text)
    if args.file != "-":
        print(f"{len(found)} roles successfully exported to {args.file}")
    return 0


@arguments(hidden("--include-dags"))
def sync_perm(args: Args, app: App) -> int:
    """Write down anew what DAG files grant (access_control), from the DAGs as they are stored."""
    changed = []
    with app.database.write() as tx:
        for dag_id in dags.ids(tx, access=SYSTEM):
            data = dag_versions.spec_bytes(tx, dag_id)
            if data is None:
                continue
            granted = words.from_dag(dag_id, codec.decode(data).access_control)
            if queries.set_of_dag(tx, dag_id, granted):
                changed.append(dag_id)
        acting.note(tx, app, "sync_perm", extra={"changed": changed})
    print(f"Updated what the files of {len(changed)} DAG(s) grant.")
    return 0
