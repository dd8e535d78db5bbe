"""``standalone``: everything in one terminal, for one person and one machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.cli.arguments import Args, arg, arguments

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App


@arguments(
    arg("-p", "--port", type=int, help="port of the API server (8080)"),
    arg("-H", "--host", "--hostname", help="address of the API server (127.0.0.1)"),
    arg(
        "--first-run",
        metavar="DAG_ID",
        help="run this DAG and show it once all is up; where nobody watches, end with it",
    ),
)
def standalone(args: Args, app: App) -> int:
    """Run everything in one terminal."""
    from tradewind.cli import supervisor

    return supervisor.run(app, prog=args.prog, host=args.host, port=args.port, first_run=args.first_run)
