"""Somebody stays an admin, whatever is changed over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tradewind.auth import managing, roles
from tradewind.store.queries import users

if TYPE_CHECKING:
    from tradewind.api.door import Call


@contextmanager
def kept(call: Call) -> Iterator[None]:
    """Afterwards somebody is still an admin. Raises Conflict."""
    had = users.with_role(call.tx, roles.ADMIN)
    yield
    managing.keep_an_admin(call.tx, had, elsewhere=call.services.people.admin_elsewhere)
