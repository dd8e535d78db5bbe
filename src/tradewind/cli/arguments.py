"""How a command declares its arguments, and the ones that many share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from tradewind.domain.errors import did_you_mean

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

Args = argparse.Namespace
Run = Callable[[Args, "App"], "int | None"]


class Arg(NamedTuple):
    """One argument, as argparse takes it."""

    flags: tuple[str, ...]
    settings: dict[str, Any]


def arg(*flags: str, **settings: Any) -> Arg:
    """An argument; the parameters are argparse's."""
    return Arg(flags, settings)


def flag(*flags: str, **settings: Any) -> Arg:
    """A switch."""
    return Arg(flags, {"action": "store_true", **settings})


def hidden(*flags: str, value: bool = False) -> Arg:
    """An option of older versions that has no effect any more; accepted and not shown."""
    settings: dict[str, Any] = {"help": argparse.SUPPRESS, "dest": "unused"}
    return Arg(flags, settings if value else {"action": "store_true", **settings})


def arguments(*declared: Arg) -> Callable[[Run], Run]:
    """Declares the arguments of a command."""

    def mark(run: Run) -> Run:
        run.arguments = declared  # type: ignore[attr-defined]
        return run

    return mark


DAG_ID = arg("dag_id", help="the DAG's id")
TASK_ID = arg("task_id", help="the task's id")
RUN = arg("run", metavar="logical_date_or_run_id", help="a run id, or the logical date of a run")
DATE_OR_RUN = arg("run", metavar="logical_date_or_run_id", nargs="?", help="a logical date, or a run id")
MAP_INDEX = arg("--map-index", type=int, default=-1, help="which instance of a mapped task")
OUTPUT = arg(
    "-o", "--output", choices=("table", "json", "yaml", "plain"), default="table", help="how to print"
)
YES = flag("-y", "--yes", help="do not ask")
SUBDIR = arg("-S", "--subdir", "-sd", metavar="PATH", help="read DAG files here instead of the dags folder")
BUNDLE = arg("-B", "--bundle-name", action="append", help="only DAGs of this bundle")
START = arg("-s", "--start-date", metavar="DATE", help="from this date on")
END = arg("-e", "--end-date", metavar="DATE", help="up to this date")
CONF = arg("-c", "--conf", metavar="JSON", help="the run's configuration, a JSON object")
REGEX = flag("--treat-dag-id-as-regex", "--treat-dag-as-regex", help="take the id for a regular expression")


class WrongUsage(Exception):
    """The command line cannot be understood; ``usage`` is shown before the message."""

    def __init__(self, message: str, usage: str = "") -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """An argparse parser that names the nearest option, and raises WrongUsage where argparse would exit."""

    def error(self, message: str) -> NoReturn:
        """Raise WrongUsage."""
        raise WrongUsage(message, self.format_usage())

    def parse_strictly(self, argv: Sequence[str]) -> Args:
        """Parse; options may stand anywhere. Raises WrongUsage that names the nearest option."""
        args, left = self.parse_known_intermixed_args(list(argv))
        if not left:
            return args
        options = [word for word in left if word.startswith("-")]
        if not options:
            self.error(f"there is no place for {' '.join(left)!r}")
        word = options[0].split("=", 1)[0]
        self.error(f"there is no option {word!r}.{did_you_mean(word, self._option_string_actions)}")


def build_parser(prog: str, path: str, text: str, run: Run) -> Parser:
    """The parser of one command."""
    parser = Parser(prog=f"{prog} {path}", description=text, allow_abbrev=False)
    for declared in (*getattr(run, "arguments", ()), VERBOSE):
        parser.add_argument(*declared.flags, **declared.settings)
    return parser


VERBOSE = flag("-v", "--verbose", help="say more")
