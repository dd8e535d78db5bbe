"""``run FILE``: a DAG file from start to end, right here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.cli.arguments import CONF, Args, WrongUsage, arg, arguments, flag
from tradewind.cli.moments import date, json_object
from tradewind.runtime import plugins

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App


@arguments(
    arg("file", nargs="?", metavar="FILE", help="a Python file that defines a DAG"),
    arg("--dag-id", help="which DAG, where the file defines several"),
    arg("-l", "--logical-date", "-e", metavar="DATE", help="the run's logical date; now, if not given"),
    CONF,
    arg("--mark-success-pattern", metavar="REGEX", help="tasks whose id matches succeed without running"),
    arg("--task", metavar="TASK_ID", help="run this task alone"),
    arg("--map-index", type=int, default=-1, help="which instance of a mapped task"),
    arg("--variables", metavar="FILE", help="variables from a JSON, YAML or .env file"),
    arg("--connections", metavar="FILE", help="connections from a JSON, YAML or .env file"),
    flag("--render", help="show the task's templates with their values, and run nothing"),
)
def run_file(args: Args, app: App) -> int:
    """Run a DAG file to its end: no database, no services, no configuration.

    Variables and connections come from the environment, from files, and where the home has a database from
    it. The exit code is 0 where the run succeeded.
    """
    if not args.file:
        raise WrongUsage(f"the file is missing: {args.prog} run FILE")
    config = app.config
    request = plugins.hook("run_file_request")(
        file=args.file,
        dag_id=args.dag_id,
        logical_date=date(args.logical_date, config, name="--logical-date") if args.logical_date else None,
        conf=json_object(args.conf, name="--conf"),
        mark_success=args.mark_success_pattern,
        task_id=args.task,
        map_index=args.map_index,
        files=((args.variables, args.connections),),
    )
    return int(plugins.hook("render_task" if args.render else "run_file")(request))
