"""Somebody stays an admin, whatever is changed over HTTP."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from tradewind.auth import managing

if TYPE_CHECKING:
    from tradewind.api.door import Call


def kept(call: Call) -> AbstractContextManager[None]:
    """Afterwards somebody is still an admin. Raises Conflict."""
    return managing.admin_stays(call.tx, elsewhere=call.services.people.admin_elsewhere)
