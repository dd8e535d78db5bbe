"""The long-running commands: scheduler, API server, DAG processor."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tradewind.cli import daemons
from tradewind.cli.arguments import SUBDIR, Args, arg, arguments, flag, hidden

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App


COMPANIONS = ("worker-host", "data-server", "dag-processor", "triggerer")


@arguments(
    *daemons.DAEMON,
    arg("-n", "--num-runs", type=int, help="leave after so many rounds of about a second"),
    hidden("-i", "--only-idle"),
    hidden("-s", "--skip-serve-logs"),
    hidden("-p", "--do-pickle"),
    hidden("-d", "--dag-id", "--dev", value=True),
    arg("-r", "--run-duration", type=float, help="leave after so many seconds"),
    flag("--without-dag-processor", help="a DAG processor runs elsewhere"),
    flag("--without-worker-host", help="a worker host runs elsewhere"),
    flag("--without-triggerer", help="triggerers run elsewhere"),
    arg("--only-dag", help=argparse.SUPPRESS),
    flag("--without-companions", help=argparse.SUPPRESS),
    SUBDIR,
)
def scheduler(args: Args, app: App) -> int:
    """Start a scheduler."""
    from tradewind.cli.wiring import scheduling

    begin = daemons.begin_quietly if args.only_dag else daemons.begin
    pid_file = begin(args, app, "scheduler")
    rounds = args.num_runs if args.num_runs is not None else app.config.scheduler.num_runs
    scheduling.run(
        app,
        pid_file=pid_file,
        seconds=args.run_duration or (float(rounds) if rounds > 0 else None),
        companions=_companions(args),
        only_dag=args.only_dag,
    )
    return 0


def _companions(args: Args) -> frozenset[str]:
    """Which processes the scheduler brings with it."""
    if args.without_companions:
        return frozenset({"triggerer"})  # nobody can know beforehand whether one will be needed
    left_out = {
        "dag-processor": args.without_dag_processor or bool(args.only_dag),
        "worker-host": args.without_worker_host,
        "triggerer": args.without_triggerer,
    }
    return frozenset(COMPANIONS) - {name for name, out in left_out.items() if out}


@arguments(
    *daemons.DAEMON,
    arg("-p", "--port", type=int, help="port to listen on"),
    arg("-H", "--host", "--hostname", help="address to listen on"),
    arg("-w", "--workers", type=int, help="(one process serves; accepted for older scripts)"),
    arg("--ssl-cert", metavar="FILE", help="certificate"),
    arg("--ssl-key", metavar="FILE", help="its key"),
    hidden("-t", "--worker-timeout", value=True),
    hidden("-k", "--workerclass", value=True),
    hidden("-A", "--access-logfile", value=True),
    hidden("-E", "--error-logfile", value=True),
    hidden("-L", "--access-logformat", value=True),
    hidden("--apps", value=True),
    hidden("--log-config", value=True),
    hidden("--proxy-headers"),
    hidden("--ssl-ca-file", value=True),
    hidden("--ssl-cert-reqs", value=True),
    hidden("-d", "--debug", "--dev"),
)
def api_server(args: Args, app: App) -> int:
    """Start the API server."""
    from tradewind.cli.wiring import serving

    name = "webserver" if args.command == "webserver" else "api-server"
    options = app.config.api
    serving.run(
        app,
        begin=lambda: daemons.begin(args, app, name),
        host=args.host or _host(app, name),
        port=options.port if args.port is None else args.port,
        ssl_cert=args.ssl_cert or options.ssl_cert,
        ssl_key=args.ssl_key or options.ssl_key,
    )
    return 0


def _host(app: App, name: str) -> str:
    """The address that was set. Else the old word listens everywhere, as containers made for it need, and the
    new one on this machine only.
    """
    everywhere = name == "webserver" or app.config.is_set("api", "host")
    return app.config.api.host if everywhere else "127.0.0.1"


@arguments(
    *daemons.DAEMON,
    arg("-n", "--num-runs", type=int, help="leave after every file was read so many times"),
    hidden("-B", "--bundle-name", value=True),
    hidden("-p", "--do-pickle"),
    hidden("-d", "--dev"),
    SUBDIR,
)
def dag_processor(args: Args, app: App) -> int:
    """Start a DAG processor by itself."""
    from tradewind.cli.wiring import processing

    pid_file = daemons.begin(args, app, "dag-processor")
    rounds = args.num_runs
    seconds = rounds * app.config.dag_processor.min_file_process_interval if rounds and rounds > 0 else None
    processing.run(app, pid_file=pid_file, seconds=seconds)
    return 0


@arguments(
    *daemons.DAEMON,
    arg("--capacity", type=int, help="triggers that it waits for at a time"),
    arg("--queues", help="trigger queues that it serves, by comma"),
    flag("--stands-in", help=argparse.SUPPRESS),
    hidden("-s", "--skip-serve-logs"),
    hidden("-d", "--dev"),
)
def triggerer(args: Args, app: App) -> int:
    """Start a triggerer by itself."""
    from tradewind.cli.wiring import triggering

    pid_file = daemons.begin(args, app, "triggerer")
    triggering.run(
        app, pid_file=pid_file, capacity=args.capacity, queues=args.queues, stands_in=args.stands_in
    )
    return 0
