"""Pages of lists: how many, from where, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from tradewind.api.settings import Settings
from tradewind.domain.errors import InvalidValue
from tradewind.store.queries.browse.listing import Page

Natural = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class PlainPage(msgspec.Struct, kw_only=True):
    """A page of a list that has one order."""

    limit: Natural | None = None
    offset: Natural = 0


class Paged(PlainPage, kw_only=True):
    """A page of a list that may be sorted."""

    order_by: list[str] | None = None


def page(
    query: PlainPage,
    settings: Settings,
    columns: Mapping[str, str] | Sequence[str],
    default: Sequence[str],
) -> Page:
    """The page that a query asks for; ``columns`` maps what clients may sort by to the column's name.

    Raises InvalidValue for a name that is not among them.
    """
    known = columns if isinstance(columns, Mapping) else {name: name for name in columns}
    limit = settings.page_size if query.limit is None else min(query.limit, settings.page_limit)
    wanted = (query.order_by if isinstance(query, Paged) else None) or default
    return Page(limit=limit, offset=query.offset, order=tuple(_order(name, known) for name in wanted))


def _order(name: str, known: Mapping[str, str]) -> tuple[str, bool]:
    plain = name.removeprefix("-")
    if plain not in known:
        raise InvalidValue("order_by", plain, f"be one of {', '.join(sorted(known))}")
    return known[plain], name.startswith("-")
