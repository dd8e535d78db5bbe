"""The mark for "no argument was given", where None is an argument like any other."""

from __future__ import annotations

from typing import Any, Final


class ArgNotSet:
    """The type of ``NOTSET``; there is one instance."""

    def __repr__(self) -> str:
        return "NOTSET"

    def __bool__(self) -> bool:
        return False

    def __copy__(self) -> ArgNotSet:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> ArgNotSet:
        return self


class SetDuringExecution(ArgNotSet):
    """The type of ``SET_DURING_EXECUTION``: the argument gets its value when the task runs."""

    def __repr__(self) -> str:
        return "DYNAMIC (set during execution)"


NOTSET: Final = ArgNotSet()
SET_DURING_EXECUTION: Final = SetDuringExecution()


def is_arg_set(value: object) -> bool:
    """Whether an argument was given."""
    return not isinstance(value, ArgNotSet)
