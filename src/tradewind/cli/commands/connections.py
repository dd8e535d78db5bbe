"""``connections``: how DAGs reach other systems."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewind.cli import acting, files, output
from tradewind.cli.arguments import OUTPUT, Args, WrongUsage, arg, arguments, flag, hidden
from tradewind.domain.errors import BadRequest, ConnectionNotFound, InvalidValue, NotFound
from tradewind.secrets.connection import Connection
from tradewind.secrets.default_connections import default_connections
from tradewind.store.queries import connections as queries
from tradewind.store.queries import variables as variable_queries
from tradewind.store.queries import webhooks
from tradewind.store.transitions import triggers
from tradewind.telemetry.masking import MASKER

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

CONN_ID = arg("conn_id", help="the connection's id")
FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
COLUMNS = (
    "conn_id",
    "conn_type",
    "description",
    "host",
    "schema",
    "login",
    "password",
    "port",
    "extra_dejson",
    "get_uri",
)
SAFE_COLUMNS = ("conn_id", "conn_type", "description", "host", "schema", "login", "port")


def _row(found: Connection, *, hide: bool = False) -> dict[str, Any]:
    row = {**found.as_dict(), "extra_dejson": found.extra_dejson, "get_uri": found.get_uri()}
    return {key: MASKER.redact(value, key) for key, value in row.items()} if hide else row


@arguments(
    flag("--show-values", help="passwords too"),
    flag("--hide-sensitive", help="with the sensitive parts masked"),
    arg("--conn-id", help="only this one"),
    OUTPUT,
)
def list_connections(args: Args, app: App) -> int:
    """List connections."""
    with app.database.read() as tx:
        found = queries.list_connections(tx, cipher=app.cipher)
    rows = [_row(one, hide=args.hide_sensitive) for one in found if args.conn_id in (None, one.conn_id)]
    output.show(rows, args.output, columns=COLUMNS if args.show_values else SAFE_COLUMNS)
    return 0


@arguments(CONN_ID, OUTPUT, hidden("--color", value=True))
def get(args: Args, app: App) -> int:
    """Show a connection."""
    found = app.chain.get_connection(args.conn_id)
    if found is None:
        raise ConnectionNotFound(args.conn_id)
    output.show([_row(found)], args.output, columns=COLUMNS)
    return 0


@arguments(
    CONN_ID,
    arg("--conn-uri", metavar="URI", help="everything in one URI"),
    arg("--conn-json", metavar="JSON", help="everything in one JSON object"),
    *(arg(f"--conn-{name}", metavar=name.upper(), help=f"its {name}") for name in ("type", *FIELDS[1:])),
)
def add(args: Args, app: App) -> int:
    """Add a connection."""
    found = _described(args)
    with app.database.write() as tx:
        queries.set_connection(tx, found, cipher=app.cipher, overwrite=False)
        acting.note(tx, app, "connections_add", extra={"conn_id": args.conn_id})
    print(f"Successfully added `conn_id`={args.conn_id} : {MASKER.mask(found.get_uri())}")
    return 0


def _described(args: Args) -> Connection:
    found = _from_options(args)
    if args.conn_extra:
        try:
            is_object = isinstance(json.loads(args.conn_extra), dict)
        except ValueError:
            is_object = False
        if not is_object:
            raise WrongUsage(
                """--conn-extra must be a JSON object, such as '{"timeout": 30}' (with the quotes)."""
            )
    return found


def _from_options(args: Args) -> Connection:
    fields = {"conn_type": args.conn_type} | {name: getattr(args, f"conn_{name}") for name in FIELDS[1:]}
    given = [
        name for name, value in fields.items() if value is not None and name not in {"description", "extra"}
    ]
    if (args.conn_uri and args.conn_json) or (given and (args.conn_uri or args.conn_json)):
        raise WrongUsage(
            "give one of --conn-uri, --conn-json, or the single fields (--conn-type, --conn-host, …)."
        )
    if args.conn_uri:
        found = Connection(args.conn_id, description=args.conn_description, uri=args.conn_uri)
        if args.conn_extra is not None:
            found.set_extra(args.conn_extra)
        return found
    if args.conn_json:
        return Connection.from_json(args.conn_json, args.conn_id)
    if not args.conn_type:
        raise WrongUsage("give --conn-uri, --conn-json, or at least --conn-type.")
    return Connection(args.conn_id, **fields)


@arguments(CONN_ID)
def test(args: Args, app: App) -> int:
    """Try a connection out, in a process of its own."""
    if app.config.core.test_connection != "Enabled":
        raise BadRequest(
            "Testing connections is disabled in Airflow configuration. Contact your deployment admin to "
            "enable it: [core] test_connection = Enabled."
        )
    found = app.chain.get_connection(args.conn_id)
    if found is None:
        raise ConnectionNotFound(args.conn_id)
    print(f"Retrieving connection: '{args.conn_id}'\nTesting...")
    works, message = _try_out(found)
    print(f"\nConnection {'success' if works else 'failed'}!\n{MASKER.mask(message)}")
    return 0 if works else 1


def _try_out(found: Connection) -> tuple[bool, str]:
    """What the hook says of it, and whether it works. The process has the way to no database of ours."""
    import subprocess  # only for this command

    hidden_ones = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN")
    told = subprocess.run(
        [sys.executable, "-m", "tradewind.worker.connection_test"],
        input=json.dumps(found.as_dict()), text=True, capture_output=True, check=False,
        env={name: value for name, value in os.environ.items() if name not in hidden_ones},
    )  # fmt: skip
    if told.returncode != 0 or not told.stdout.strip():
        return False, f"The process that tried it out ended with {told.returncode}. {told.stderr[-2_000:]}"
    works, message = json.loads(told.stdout.strip().splitlines()[-1])
    return bool(works), str(message)


@arguments(CONN_ID, hidden("--color", value=True))
def delete(args: Args, app: App) -> int:
    """Delete a connection."""
    with app.database.write() as tx:
        if not queries.delete(tx, args.conn_id):
            raise NotFound(
                f"Connection {args.conn_id!r} is not in the database. 'airflow connections list' shows them."
            )
        acting.note(tx, app, "connections_delete", extra={"conn_id": args.conn_id})
    print(f"Successfully deleted connection with `conn_id`={args.conn_id}")
    return 0


@arguments(arg("file", help="JSON, YAML or .env file"), flag("--overwrite", help="replace those that exist"))
def import_file(args: Args, app: App) -> int:
    """Read connections from a file: all of them, or none."""
    from tradewind.secrets.local_file import load_connections

    found = load_connections(args.file)
    with app.database.write() as tx:
        existing = {one.conn_id for one in queries.list_connections(tx, cipher=app.cipher)}
        for conn_id, one in found.items():
            if conn_id in existing and not args.overwrite:
                print(f"Could not import connection {conn_id}: connection already exists. Add --overwrite.")
                continue
            one.conn_type = one.conn_type or "generic"
            queries.set_connection(tx, one, cipher=app.cipher)
            print(f"Imported connection {conn_id}")
        acting.note(tx, app, "connections_import", extra={"conn_ids": sorted(found)})
    return 0


@arguments(
    arg("file", help="the file; - is standard output"),
    arg(
        "--file-format",
        "--format",
        choices=("json", "yaml", "env", ".json", ".yaml", ".env"),
        help="by default as the file's name says",
    ),
    arg("--serialization-format", choices=("uri", "json"), default="uri", help="how .env lines are written"),
)
def export_file(args: Args, app: App) -> int:
    """Write all connections to a file."""
    kind = (args.file_format or Path(args.file).suffix or "json").lstrip(".").lower()
    writer = _EXPORT.get(kind)
    if writer is None:
        raise InvalidValue(
            "the file's name", args.file, "end with .json, .yaml or .env, or --file-format be given"
        )
    with app.database.read() as tx:
        found = queries.list_connections(tx, cipher=app.cipher)
    files.write(args.file, writer(found, args))
    if args.file != "-":
        print(f"Connections successfully exported to {args.file}.")
    return 0


def _fields(one: Connection) -> dict[str, Any]:
    row = one.as_dict()
    row.pop("conn_id")
    return row


def _as_json(found: list[Connection], _: Args) -> str:
    return files.to_json({str(one.conn_id): _fields(one) for one in found})


def _as_yaml(found: list[Connection], _: Args) -> str:
    import yaml  # only for who asks for it

    text: str = yaml.safe_dump(
        {one.conn_id: _fields(one) for one in found}, sort_keys=False, allow_unicode=True
    )
    return text


def _as_env(found: list[Connection], args: Args) -> str:
    def text(one: Connection) -> str:
        return one.get_uri() if args.serialization_format == "uri" else one.as_json()

    return "".join(f"{one.conn_id}={text(one)}\n" for one in found)


_EXPORT = {"json": _as_json, "yaml": _as_yaml, "yml": _as_yaml, "env": _as_env}


@arguments()
def create_defaults(args: Args, app: App) -> int:
    """Add the connections that a new Airflow comes with; those that are there stay as they are."""
    with app.database.write() as tx:
        made = queries.add_missing(tx, default_connections(), cipher=app.cipher)
        acting.note(tx, app, "create_default_connections")
    print(f"Added {len(made)} connections.")
    return 0


@arguments()
def rotate_key(args: Args, app: App) -> int:
    """Encrypt connections, variables and secrets of webhooks with the newest key."""
    if not app.cipher.encrypts:
        raise WrongUsage("[core] fernet_key is empty: there is nothing to encrypt with.")
    with app.database.write() as tx:
        count = sum(noun.rotate(tx, cipher=app.cipher) for noun in (queries, variable_queries, webhooks))
        triggers.rotate(tx)
        acting.note(tx, app, "rotate_fernet_key")
    print(f"Encrypted {count} connections, variables and webhooks with the newest key.")
    return 0
