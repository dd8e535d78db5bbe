"""Runs one command: parses its arguments, gives it the application, turns errors into messages and exit
codes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from tradewind.cli import tree, unreadable
from tradewind.cli.arguments import WrongUsage, build_parser
from tradewind.cli.bootstrap import App
from tradewind.cli.main import FAILED, WRONG, load
from tradewind.domain.errors import InvalidId, InvalidValue, ParamValidationError, TradewindError

WRONG_INPUT = (InvalidId, InvalidValue, ParamValidationError)
"""What was typed cannot be used, whatever the state of the system: wrong usage, as an unknown option is."""


def run(leaf: tree.Leaf, rest: Sequence[str], *, prog: str, spelling: str) -> int:
    """Run the command; its exit code."""
    command = load(leaf)
    try:
        args = build_parser(prog, leaf.path, leaf.text, command).parse_strictly(rest)
    except WrongUsage as error:
        print(f"{error.usage}{prog} {leaf.path}: {error}", file=sys.stderr)
        return WRONG
    except SystemExit as leaving:  # argparse has shown help
        return leaving.code if isinstance(leaving.code, int) else WRONG
    args.spelling, args.prog, args.command = spelling, prog, leaf.path
    app = App(os.environ)
    try:
        return guarded(lambda: command(args, app), app, verbose=args.verbose)
    finally:
        app.close()


def guarded(work: Callable[[], int | None], app: App, *, verbose: bool = False) -> int:
    """Do the work; what it raises on purpose becomes a message on standard error. The exit code."""
    try:
        return work() or 0
    except WrongUsage as error:
        print(f"{error.usage}Error: {error}", file=sys.stderr)
        return WRONG
    except TradewindError as error:
        if verbose:
            raise
        print(f"Error: {app.mask(str(error) + unreadable.hint(error, app))}", file=sys.stderr)
        return WRONG if isinstance(error, WRONG_INPUT) else FAILED
