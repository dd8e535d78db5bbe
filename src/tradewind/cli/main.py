"""The entry of the command line: finds the command, runs it, and says what went wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tradewind import __version__
from tradewind.cli import legacy, tree

if TYPE_CHECKING:
    from tradewind.cli.arguments import Run

WRONG = 2
FAILED = 1
INTERRUPTED = 130


def console() -> None:
    """The commands ``tradewind`` and ``airflow``."""
    sys.exit(run(sys.argv[1:]))


def run(argv: Sequence[str], *, prog: str | None = None) -> int:
    """Run a command line; its exit code."""
    name = prog or _program()
    if list(argv) in (["version"], ["--version"], ["-V"]):
        print(__version__)
        return 0
    if "_ARGCOMPLETE" in os.environ:
        from tradewind.cli import completion  # only a shell that completes asks for it

        completion.complete()
        return 0
    try:
        return _dispatch(argv, name)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, say head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0


main = run
"""The name that scripts import."""


def load(leaf: tree.Leaf) -> Run:
    """The function behind a command."""
    from importlib import import_module

    module, _, name = leaf.home.partition(":")
    found: Run = getattr(import_module(f"tradewind.cli.commands.{module}"), name)
    return found


def _program() -> str:
    name = os.path.basename(sys.argv[0]) if sys.argv else ""  # noqa: PTH119 - pathlib costs more than the rest
    return name if name in {"airflow", "tradewind"} else "airflow"


def _dispatch(argv: Sequence[str], name: str) -> int:
    words = legacy.translate(argv)
    leaf, rest = _find(words)
    if leaf is None:
        from tradewind.cli import guide  # help and mistakes need more than a command that is right

        return guide.show(name, argv, words)
    from tradewind.cli import running

    return running.run(leaf, rest, prog=name, spelling=argv[0])


def _find(words: Sequence[str]) -> tuple[tree.Leaf | None, Sequence[str]]:
    for length in (2, 1):
        leaf = tree.find(words[:length]) if len(words) >= length else None
        if leaf is not None:
            return leaf, words[length:]
    return None, words
