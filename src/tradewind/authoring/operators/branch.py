"""Base of operators that choose among the tasks after them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tradewind.authoring.operator import BaseOperator
from tradewind.authoring.skipping import BranchMixIn, SkipMixin

__all__ = ["BaseBranchOperator", "BranchMixIn", "SkipMixin"]


class BaseBranchOperator(BaseOperator, BranchMixIn):
    """Subclasses define ``choose_branch(context)``, which returns the id (or ids) of the tasks to go on
    with.
    """

    inherits_from_skipmixin = True

    def choose_branch(self, context: Any) -> str | Iterable[str] | None:
        """The chosen task ids, or ids of task groups."""
        raise NotImplementedError(f"{type(self).__name__} defines no choose_branch(self, context).")

    def execute(self, context: Any) -> Any:
        """Choose, and skip the others."""
        return self.do_branch(context, self.choose_branch(context))  # type: ignore[arg-type]
