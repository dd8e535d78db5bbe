"""``variables``: values that DAGs read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tradewind.cli import acting, files, output
from tradewind.cli.arguments import OUTPUT, Args, WrongUsage, arg, arguments, flag, hidden
from tradewind.domain.errors import VariableNotFound
from tradewind.store.queries import variables as queries
from tradewind.telemetry.masking import MASKER

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

KEY = arg("key", help="the variable's name")
FILE = arg("file", help="JSON, YAML or .env file; - is standard output")
AS_JSON = flag("-j", "--json", help="the value is JSON")


@arguments(
    flag("--show-values", help="values too"),
    flag("--hide-sensitive", help="with the sensitive ones masked"),
    OUTPUT,
)
def list_variables(args: Args, app: App) -> int:
    """List variables."""
    with app.database.read() as tx:
        if not args.show_values:
            output.show([{"key": key} for key in queries.list_keys(tx)], args.output)
            return 0
        found = queries.list_variables(tx, cipher=app.cipher)
    hide = MASKER.redact if args.hide_sensitive else lambda value, _: value
    rows = [
        {"key": row.key, "val": hide(row.value, row.key), "description": row.description} for row in found
    ]
    output.show(rows, args.output)
    return 0


@arguments(
    KEY,
    AS_JSON,
    arg("-d", "--default", help="printed where the variable is not set"),
    hidden("--verbose-value"),
)
def get(args: Args, app: App) -> int:
    """Print a variable."""
    text = app.chain.get_variable(args.key)
    if text is None:
        if args.default is None:
            raise VariableNotFound(args.key)
        print(args.default)
        return 0
    print(_indented(args.key, text) if args.json else text)
    return 0


def _indented(key: str, text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError as error:
        raise WrongUsage(f"variable {key!r} is not JSON ({error}); leave --json away.") from None


@arguments(
    KEY, arg("value", metavar="VALUE", help="its value"), arg("--description", help="what it is for"), AS_JSON
)
def set_variable(args: Args, app: App) -> int:
    """Make or change a variable."""
    value = json.dumps(_parsed(args.value), indent=2, ensure_ascii=False) if args.json else args.value
    with app.database.write() as tx:
        queries.set_variable(tx, args.key, value, description=args.description, cipher=app.cipher)
        acting.note(tx, app, "variables_set", extra={"key": args.key})
    print(f"Variable {args.key} is set.")
    return 0


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise WrongUsage(f"VALUE must be JSON with --json ({error}).") from None


@arguments(KEY)
def delete(args: Args, app: App) -> int:
    """Delete a variable."""
    with app.database.write() as tx:
        if not queries.delete(tx, args.key):
            raise VariableNotFound(args.key)
        acting.note(tx, app, "variables_delete", extra={"key": args.key})
    print(f"Deleted variable {args.key}.")
    return 0


@arguments(
    FILE,
    arg(
        "-a", "--action-on-existing-key", choices=("overwrite", "fail", "skip"), default="overwrite",
        help="what to do with variables that exist",
    ),
)  # fmt: skip
def import_file(args: Args, app: App) -> int:
    """Read variables from a file: all of them, or none."""
    from tradewind.secrets.local_file import load_variables

    found = load_variables(args.file)
    action = args.action_on_existing_key
    written = 0
    with app.database.write() as tx:
        existing = set(queries.list_keys(tx))
        clash = sorted(existing & set(found))
        if clash and action == "fail":
            raise WrongUsage(f"variables {', '.join(clash)} exist already. Nothing was changed.")
        for key, value in found.items():
            if key in existing and action == "skip":
                continue
            queries.set_variable(tx, key, *_value(value), cipher=app.cipher)
            written += 1
        acting.note(tx, app, "variables_import", extra={"keys": sorted(found)})
    skipped = f", left {len(found) - written} as they were" if written < len(found) else ""
    print(f"{written} of {len(found)} variables successfully updated{skipped}.")
    return 0


def _value(value: Any) -> tuple[str]:
    """A file's value as it is stored; exports with descriptions hold objects ``{"value", "description"}``."""
    if isinstance(value, dict) and set(value) == {"value", "description"}:
        value = value["value"]
    return (value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False),)


@arguments(FILE)
def export_file(args: Args, app: App) -> int:
    """Write all variables to a JSON file."""
    with app.database.read() as tx:
        found = queries.list_variables(tx, cipher=app.cipher)
    files.write(args.file, files.to_json({row.key: _exported(row.value) for row in found}))
    if args.file != "-":
        print(f"{len(found)} variables successfully exported to {args.file}.")
    return 0


def _exported(text: str | None) -> Any:
    """JSON objects and lists as such; everything else stays text, so that it comes back as it was."""
    if text and text[:1] in "{[":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
