"""XComs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tradewind.api.pagination import Paged
from tradewind.api.schemas.common import Answer, Body

MapIndex = Annotated[int, Meta(ge=-1, le=2**31 - 1)]


class XComResponse(Answer, kw_only=True):
    """One XCom without its value."""

    key: str
    timestamp: datetime
    logical_date: datetime | None
    map_index: int
    task_id: str
    dag_id: str
    run_id: str
    dag_display_name: str
    task_display_name: str
    run_after: datetime


class XComCollectionResponse(Answer, kw_only=True):
    """A page of XComs."""

    xcom_entries: list[XComResponse]
    total_entries: int


class XComResponseNative(XComResponse, kw_only=True):
    """One XCom; the value is JSON, or with ``stringify`` its text."""

    value: Any


class XComCreateBody(Body, kw_only=True):
    """Push a value."""

    key: str
    value: Any
    map_index: int = -1


class XComUpdateBody(Body, kw_only=True):
    """Replace a value."""

    value: Any
    map_index: int = -1


class XComGetQuery(msgspec.Struct, kw_only=True):
    """``deserialize`` (turn stored objects back into Python ones) is refused: no user code runs here."""

    map_index: MapIndex = -1
    deserialize: bool = False
    stringify: bool = False


class XComQuery(Paged, kw_only=True):
    """Which XComs to list."""

    xcom_key: str | None = None
    map_index: MapIndex | None = None
    xcom_key_pattern: str | None = None
    xcom_key_prefix_pattern: str | None = None
    dag_display_name_pattern: str | None = None
    dag_display_name_prefix_pattern: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    task_id_pattern: str | None = None
    task_id_prefix_pattern: str | None = None
    map_index_filter: int | None = None
    logical_date_gte: datetime | None = None
    logical_date_gt: datetime | None = None
    logical_date_lte: datetime | None = None
    logical_date_lt: datetime | None = None
    run_after_gte: datetime | None = None
    run_after_gt: datetime | None = None
    run_after_lte: datetime | None = None
    run_after_lt: datetime | None = None
