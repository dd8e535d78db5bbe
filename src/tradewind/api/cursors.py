"""Pages of long lists by cursor: each answer says where the next and the previous page begin."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec

from tradewind.api.door import Call
from tradewind.domain.errors import InvalidValue
from tradewind.store.queries.browse.listing import Column, Listing, Page, Where

R = TypeVar("R", bound=msgspec.Struct)
MOST_COUNTED: Final = 10_000
"""Entries of all pages are counted so far: counting millions would cost more than the page."""
_BACK: Final = "~"
_PART: Final = frozenset({"cursor", "limit", "offset", "order_by"})


class Window(msgspec.Struct, Generic[R], kw_only=True):
    """A page, and where its neighbours are."""

    rows: list[R]
    total_entries: int
    next_cursor: str | None
    previous_cursor: str | None
    total_entries_limit: int = MOST_COUNTED


def window(
    call: Call, listing: Listing[R], where: Sequence[Where | Column], wanted: Page, cursor: str
) -> Window[R]:
    """The page behind (``~``: before) the cursor; the first for an empty one. Raises InvalidValue."""
    back = cursor.startswith(_BACK)
    of = _List(order=_order(wanted), filters=_filters(call))
    here = _decode(cursor.removeprefix(_BACK), of) if cursor else None
    limit = wanted.limit or 1
    turned = msgspec.structs.replace(wanted, limit=limit + 1, offset=0, backward=back, after=here)
    rows = listing.page(call.tx, where, access=call.access, page=turned)
    more, rows = len(rows) > limit, rows[:limit]
    if back:
        rows.reverse()
    after, before = (more or back, bool(cursor) and (more or not back)) if rows else (False, False)
    return Window(
        rows=rows,
        total_entries=listing.count(call.tx, where, access=call.access, at_most=MOST_COUNTED),
        next_cursor=_encode(listing.position(call.tx, rows[-1], wanted), of) if after else None,
        previous_cursor=_BACK + _encode(listing.position(call.tx, rows[0], wanted), of) if before else None,
    )


def neighbours(found: Window[Any]) -> dict[str, Any]:
    """The fields of an answer that say so."""
    fields = msgspec.structs.asdict(found)
    del fields["rows"]
    return fields


class _List(msgspec.Struct, frozen=True, kw_only=True):
    """What a position is one of: in another order, or among other rows, the same values would be another
    place.
    """

    order: str
    filters: bytes


def _filters(call: Call) -> bytes:
    """A fingerprint of what the path and the query ask for, but for the part of the list that is wanted."""
    asked = {name: getattr(call.query, name) for name in call.query.__struct_fields__ if name not in _PART}
    return hashlib.blake2b(msgspec.msgpack.encode((dict(call.path), asked)), digest_size=6).digest()


def _encode(position: Sequence[Any], of: _List) -> str:
    packed = msgspec.msgpack.encode((of.order, of.filters, *position))
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _order(of: Page) -> str:
    return ",".join(f"-{name}" if down else name for name, down in of.order)


def _decode(text: str, of: _List) -> tuple[Any, ...]:
    try:
        padded = text + "=" * (-len(text) % 4)
        packed = base64.b64decode(padded, b"-_", validate=True)
        order, filters, *position = msgspec.msgpack.decode(packed, type=tuple[Any, ...])
    except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise InvalidValue("cursor", text, "be the next_cursor or previous_cursor of an answer") from error
    if order != of.order:
        raise InvalidValue("cursor", text, f"be of an answer in the same order, {of.order}")
    if filters != of.filters:
        raise InvalidValue(
            "cursor", text, "be of an answer to the same path and filters: begin anew with them"
        )
    return tuple(position)
