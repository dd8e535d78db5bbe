"""Arguments of functions that are mapped over: what is missing or not taken fails every instance.

Airflow says so when an instance runs; here it is a warning when the file is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tradewind.authoring import scope
from tradewind.authoring.calling import Signature
from tradewind.authoring.context import KNOWN_CONTEXT_KEYS
from tradewind.domain.errors import did_you_mean


def notice(who: str, function: Any, shared: Collection[str], kind: str, values: Any) -> None:
    """``shared``: arguments that all instances get. ``kind`` and ``values`` as in ``ExpandInput``."""
    signature = Signature(function)
    if signature.rest:
        return
    known = {*signature.positional, *signature.named}
    required = known - signature.optional - KNOWN_CONTEXT_KEYS - set(shared)
    for where, given in _given(kind, values):
        if missing := sorted(required - given):
            scope.notice(f"{_line()}{who} is missing argument {missing[0]!r}{where}, so it will fail.")
            return
        unknown = sorted(given - known)
        if unknown and not signature.named_rest:
            hint = did_you_mean(unknown[0], known)
            scope.notice(
                f"{_line()}{who} is given {unknown[0]!r}{where}, which the function does not take, "
                f"so it will fail.{hint}"
            )
            return


def _given(kind: str, values: Any) -> Iterator[tuple[str, set[str]]]:
    """Where, and the names of the arguments there, as far as they are known before a task has run."""
    if kind == "product":
        yield "", set(values)
    elif isinstance(values, (list, tuple)):
        for place, one in enumerate(values):
            if isinstance(one, Mapping):
                yield f" in element {place}", set(one)


def _line() -> str:
    line = scope.line()
    return f"Line {line}: " if line else ""
