"""Pages by position: what stands behind a row in an order, without counting what stands before it.

A position is the values of the order's columns in that row. Servers differ in where they put NULL:
PostgreSQL above every value, the others below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from tradewind.domain.errors import InvalidValue

Column = sa.ColumnElement[Any]
Key = tuple[Column, bool]
"""A column, and whether it is descending."""


def beyond(keys: Sequence[Key], position: Sequence[Any], *, nulls_high: bool) -> Column:
    """The condition that a row stands behind the position in the order of ``keys``. Raises InvalidValue."""
    _check(keys, position)
    found: list[Column] = []
    same: list[Column] = []
    for (column, descending), value in zip(keys, position, strict=True):
        found.append(sa.and_(*same, _after(column, value, descending, nulls_last=nulls_high != descending)))
        same.append(column.is_(None) if value is None else column == value)
    return sa.or_(*found)


def _after(column: Column, value: Any, descending: bool, *, nulls_last: bool) -> Column:
    if value is None:
        return sa.false() if nulls_last else column.is_not(None)
    further = column < value if descending else column > value
    return sa.or_(further, column.is_(None)) if nulls_last else further


def _check(keys: Sequence[Key], position: Sequence[Any]) -> None:
    """A position comes back from a client, who may have made it up."""
    kinds = [(float, int) if key.type.python_type is float else key.type.python_type for key, _ in keys]
    if len(kinds) != len(position) or not all(
        value is None or isinstance(value, kind) for value, kind in zip(position, kinds, strict=False)
    ):
        raise InvalidValue("cursor", "(hidden)", "be one that an answer in this order had")
