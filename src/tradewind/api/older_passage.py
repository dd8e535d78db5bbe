"""The door as requests of older ages of the API pass it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.api.door import Operation, Passage, Services

if TYPE_CHECKING:
    from starlette.requests import Request

    from tradewind.api.logins import Logins
    from tradewind.auth.permissions import Principal


class OlderPassage(Passage):
    """The endpoint of an operation that older clients call: other ways to say who asks, the same checks."""

    def __init__(self, operation: Operation, services: Services, logins: Logins) -> None:
        super().__init__(operation, services)
        self._logins = logins

    async def who(self, request: Request) -> Principal:
        """Who sends this, by the ways that are switched on."""
        return await self._logins.who(request)
