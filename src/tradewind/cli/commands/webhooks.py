"""``webhooks``: events from outside that start runs or update assets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradewind.api import webhook_making
from tradewind.cli import acting, files, output
from tradewind.cli.arguments import OUTPUT, Args, WrongUsage, arg, arguments, flag
from tradewind.domain import errors
from tradewind.domain.access import SYSTEM
from tradewind.store.queries import webhooks as queries
from tradewind.store.queries.browse import assets as browse_assets
from tradewind.store.queries.browse.listing import Where

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.database import Tx

NAME = arg("webhook", metavar="name", help="the webhook's name, which ends its address")
SECRET = arg("--secret-file", help="file with a secret that the sender gave you; - is standard input")


def _row(hook: queries.Webhook) -> dict[str, Any]:
    return {
        "webhook": hook.name,
        "starts": f"DAG {hook.dag_id}" if hook.dag_id else f"asset {hook.asset_name}",
        "params": ", ".join(f"{name}={pointer}" for name, pointer in hook.params.items())
        or "(the whole body)",
        "signed_only": hook.signed_only,
        "created_at": hook.created_at,
    }


@arguments(OUTPUT)
def list_webhooks(args: Args, app: App) -> int:
    """List webhooks."""
    with app.database.read() as tx:
        output.show([_row(hook) for hook in queries.list_webhooks(tx, access=SYSTEM)], args.output)
    return 0


@arguments(
    NAME,
    arg("--dag", help="the DAG that a delivery runs"),
    arg("--asset", help="or the asset that it updates: its name or URI"),
    arg(
        "--param", action="append", default=[], metavar="NAME=POINTER",
        help="a param and where its value stands in the JSON delivered, as /commits/0/id; can be repeated. "
        "Without any, the whole JSON object is the run's conf",
    ),
    flag("--signed-only", help="the secret itself is no proof, only a signature made with it"),
    SECRET,
)  # fmt: skip
def create(args: Args, app: App) -> int:
    """Let events from outside start a DAG."""
    if (args.dag is None) == (args.asset is None):
        raise WrongUsage("Say what the webhook is for: --dag DAG_ID or --asset NAME.")
    params, secret = _params(args.param), _secret(args)
    with app.database.write() as tx:
        asset = None if args.asset is None else _asset(tx, args.asset)
        dag = None if args.dag is None else acting.dag(tx, args.dag).dag_id
        webhook_making.make(
            tx, args.webhook, dag_id=dag, asset_id=asset, secret=secret, signed_only=args.signed_only,
            params=params, now=app.clock.now(), cipher=app.cipher,
        )  # fmt: skip
        acting.note(tx, app, "webhook_create", dag_id=dag, extra={"webhook": args.webhook, "asset_id": asset})
    print(
        f"Webhook {args.webhook} is there. Its address is /api/v2/webhooks/{args.webhook} on the API server."
    )
    _tell(args, secret)
    return 0


@arguments(NAME, SECRET)
def rotate(args: Args, app: App) -> int:
    """Give a webhook another secret."""
    secret = _secret(args)
    with app.database.write() as tx:
        queries.set_secret(tx, args.webhook, secret, cipher=app.cipher)
        acting.note(tx, app, "webhook_rotate", extra={"webhook": args.webhook})
    print(f"Webhook {args.webhook} has another secret; the former one is worthless from now on.")
    _tell(args, secret)
    return 0


@arguments(NAME)
def delete(args: Args, app: App) -> int:
    """Delete a webhook."""
    with app.database.write() as tx:
        queries.delete(tx, args.webhook)
        acting.note(tx, app, "webhook_delete", extra={"webhook": args.webhook})
    print(f"Deleted webhook {args.webhook}.")
    return 0


def _tell(args: Args, secret: str) -> None:
    if args.secret_file is None:
        print(f"Its secret, which is not shown again: {secret}")


def _secret(args: Args) -> str:
    """The one in the file, if one is named, else a new one. Raises FileUnusable."""
    if args.secret_file is None:
        return webhook_making.usable(None)
    try:
        return webhook_making.usable(files.read_text(args.secret_file))
    except errors.BadRequest as error:
        raise files.FileUnusable(args.secret_file, str(error).removesuffix(".")) from error


def _params(pairs: list[str]) -> dict[str, str]:
    """Param to pointer. Raises WrongUsage."""
    found = {}
    for pair in pairs:
        name, equals, pointer = pair.partition("=")
        if not name or not equals:
            raise WrongUsage(f"--param {pair!r} must be NAME=POINTER, as --param commit=/after.")
        found[name] = pointer
    return found


def _asset(tx: Tx, text: str) -> int:
    """The number of the asset of that name or URI. Raises NotFound."""
    for field in ("name", "uri"):
        found = browse_assets.assets.one(tx, Where(field, "eq", text), access=SYSTEM)
        if found is not None:
            return found.id
    raise errors.NotFound(f"There is no asset {text!r}. 'airflow assets list' lists them.")
