"""Help, and what is said to a command line that names no command."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence

from tradewind import __version__
from tradewind.cli import legacy, tree

WRONG = 2


def show(prog: str, argv: Sequence[str], words: Sequence[str]) -> int:
    """Help where it was asked for, else what the nearest right command is. The exit code."""
    wants_help = any(word in {"-h", "--help", "help"} for word in argv)
    named = [word for word in words if not word.startswith("-") and word != "help"]
    if not named and (wants_help or not argv):
        print(overview(prog))
        return 0 if wants_help else WRONG
    if named and tree.is_group(named[0]) and (len(named) == 1):
        print(group_help(prog, named[0]))
        return 0 if wants_help else WRONG
    print(mistake(prog, argv, named or list(words)), file=sys.stderr)
    return WRONG


def overview(prog: str) -> str:
    """The first page."""
    single = [leaf for leaf in tree.LEAVES if " " not in leaf.path and not leaf.hidden]
    lines = [
        f"Tradewind {__version__}",
        "",
        f"usage: {prog} COMMAND [...]   ({prog} COMMAND -h explains a command)",
        "",
    ]
    lines += ["Commands:", *_rows((leaf.path, leaf.text) for leaf in single), ""]
    lines += ["Groups:", *_rows(tree.GROUPS.items()), ""]
    lines += ["The spellings of Airflow 1.x and 2.x (initdb, list_dags, webserver, …) work too."]
    return "\n".join(lines)


def group_help(prog: str, group: str) -> str:
    """The page of a group."""
    leaves = [leaf for leaf in tree.below(group) if not leaf.hidden]
    lines = [f"usage: {prog} {group} COMMAND [...]", "", tree.GROUPS[group] + ":"]
    return "\n".join([*lines, *_rows((leaf.path.split(" ", 1)[1], leaf.text) for leaf in leaves)])


def mistake(prog: str, argv: Sequence[str], named: Sequence[str]) -> str:
    """What is wrong, and the nearest right command."""
    if not named:
        return f"{prog}: {argv[0]!r} is not a command. '{prog} --help' lists the commands."
    for words in (named[0], " ".join(named[:2])):
        gone = legacy.explain_gone(words)
        if gone:
            return f"{prog}: there is no command {words!r}. {gone}"
    typed = " ".join(named[:2]) if tree.is_group(named[0]) else named[0]
    near = nearest(typed, named)
    hint = f" Did you mean '{prog} {near}'?" if near else f" '{prog} --help' lists the commands."
    return f"{prog}: {typed!r} is not a command.{hint}"


def nearest(typed: str, named: Sequence[str]) -> str | None:
    """The command, old or new, that is most like what was typed."""
    paths = [leaf.path for leaf in tree.LEAVES if not leaf.hidden or " " not in leaf.path]
    if tree.is_group(named[0]):
        inside = [leaf.path for leaf in tree.below(named[0])]
        return _closest(typed, inside, 0.5) or _closest(typed, paths, 0.7)
    ends = {leaf.path.split(" ", 1)[-1]: leaf.path for leaf in tree.LEAVES}
    if typed in ends:
        return ends[typed]
    two = " ".join(named[:2])
    found = _closest(typed, [*paths, *legacy.FLAT, *tree.GROUPS], 0.6) or _closest(two, paths, 0.7)
    if found is None:
        end = _closest(typed, list(ends), 0.75)
        return ends[end] if end else None
    return found


def _closest(word: str, known: Sequence[str], cutoff: float) -> str | None:
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return found[0] if found else None


def _rows(pairs: object) -> list[str]:
    rows = list(pairs)  # type: ignore[call-overload]
    width = max(len(name) for name, _ in rows)
    return [f"  {name:<{width}}  {text}" for name, text in rows]
