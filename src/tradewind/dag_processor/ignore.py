"""``.airflowignore``: which files and folders of a DAGs folder are passed over.

Each folder may have one. A pattern holds for the folder of its file and everything below. ``glob`` (3.x)
reads lines as ``.gitignore`` does; ``regexp`` (1.x, 2.x) searches each line in the path relative to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pathspec

NAME: Final = ".airflowignore"

Matcher = Callable[[str], bool | None]
"""Relative path (folders end with a slash) to: ignore it, keep it after all, or nothing said."""


class Rules:
    """The rules that hold in one folder: its own, and those of the folders above."""

    __slots__ = ("_levels", "_syntax")

    def __init__(self, syntax: str, levels: tuple[tuple[str, Matcher], ...] = ()) -> None:
        self._syntax, self._levels = syntax, levels

    def within(self, folder: str) -> Rules:
        """The rules for ``folder`` (absolute), with those of the ignore file in it."""
        try:
            text = Path(folder, NAME).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return self
        make = _regexps if self._syntax == "regexp" else _globs
        return Rules(self._syntax, (*self._levels, (folder, make(text))))

    def ignores(self, path: str, *, folder: bool = False) -> bool:
        """Is the absolute ``path``, which lies below, passed over? The innermost word counts."""
        for base, matcher in reversed(self._levels):
            said = matcher(path[len(base) + 1 :] + ("/" if folder else ""))
            if said is not None:
                return said
        return False


def _globs(text: str) -> Matcher:
    spec = pathspec.GitIgnoreSpec.from_lines(text.splitlines())
    return lambda path: spec.check_file(path).include


def _regexps(text: str) -> Matcher:
    """Lines that are no regular expression are passed over, as Airflow does."""
    patterns = []
    for raw in text.splitlines():
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        try:
            patterns.append(re.compile(line))
        except re.error:
            continue
    return lambda path: True if any(pattern.search(path) for pattern in patterns) else None
