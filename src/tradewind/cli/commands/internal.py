"""What our own processes start; no person needs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.cli import daemons
from tradewind.cli.arguments import DAG_ID, Args, arg, arguments

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App


@arguments(
    *daemons.DAEMON,
    arg("--slots", type=int, help="tasks at once"),
    arg("-q", "--queues", help="queues, by comma"),
)
def worker_host(args: Args, app: App) -> int:
    """Run tasks of this machine."""
    from tradewind.cli.wiring import hosting

    daemons.begin(args, app, "worker-host")
    hosting.run(app, slots=args.slots, queues=args.queues)
    return 0


@arguments(*daemons.DAEMON)
def data_server(args: Args, app: App) -> int:
    """Answer tasks of this machine."""
    from tradewind.cli.wiring import answering

    daemons.begin(args, app, "data-server")
    answering.run(app)
    return 0


@arguments(
    arg("fds", nargs=3, type=int, help="numbers of the socket, the board, and what to write traces to")
)
def triggerer_runner(args: Args, app: App) -> int:
    """Run triggers."""
    from tradewind.triggerer import runner

    return runner.main(args.fds, app.clock)


@arguments(arg("fd", nargs="?", default="0", help="the socket's number"))
def dag_importer(args: Args, app: App) -> int:
    """Import DAG files in guarded children."""
    from tradewind.dag_processor import importer

    return importer.main([args.fd])


@arguments()
def lookup_server(args: Args, app: App) -> int:
    """Answer ``[kind, name]`` lines on standard input with what the database has, as JSON lines."""
    import json
    import sys

    from tradewind.cli.wiring import lookup

    backend = lookup.metastore(app.database, app.cipher)
    for line in sys.stdin:
        kind, name = json.loads(line)
        if kind == "variable":
            found = backend.get_variable(name)
        else:
            connection = backend.get_connection(name)
            found = connection.as_dict() if connection else None
        print(json.dumps(found), flush=True)
    return 0


@arguments(DAG_ID)
def first_run(args: Args, app: App) -> int:
    """Show a newcomer a DAG that runs."""
    from tradewind.cli import first_run as showing

    return showing.show(app, args.dag_id)
