"""``BaseAsyncOperator``: an operator whose work is a coroutine; an event loop runs it in the task's
process.
"""

from __future__ import annotations

import asyncio
from typing import Any

from tradewind.authoring.operator import BaseOperator


class BaseAsyncOperator(BaseOperator):
    """Subclasses define ``async def aexecute(self, context)``; its result is the task's."""

    is_async = True

    async def aexecute(self, context: Any) -> Any:
        """The work."""
        raise NotImplementedError(f"{type(self).__name__} defines no aexecute(self, context).")

    def execute(self, context: Any) -> Any:
        """Run ``aexecute`` to its end."""
        return asyncio.run(self.aexecute(context))
