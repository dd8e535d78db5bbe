"""Connections."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from tradewind.api.pagination import Paged
from tradewind.api.schemas.common import Answer, Body, Description, TeamName
from tradewind.domain import bounds

ConnectionId = Annotated[str, Meta(max_length=200)]
ConnType = Annotated[str, Meta(min_length=1, max_length=bounds.CONN_TYPE)]


class ConnectionResponse(Answer, kw_only=True):
    """A connection. A password is shown as ``***``, and so are parts of ``extra`` that may be secret."""

    connection_id: str
    conn_type: str
    description: str | None
    host: str | None
    login: str | None
    schema: str | None
    port: int | None
    password: str | None
    extra: str | None
    team_name: str | None = None


class ConnectionCollectionResponse(Answer, kw_only=True):
    """A page of connections."""

    connections: list[ConnectionResponse]
    total_entries: int


class ConnectionQuery(Paged, kw_only=True):
    """Which connections to list."""

    connection_id_pattern: str | None = None
    connection_id_prefix_pattern: str | None = None


class ConnectionBody(Body, kw_only=True):
    """A connection, or what to change of one. ``***`` where a secret is shown so means: as it is."""

    connection_id: ConnectionId
    conn_type: ConnType
    description: Description | UnsetType | None = UNSET
    host: Annotated[str, Meta(max_length=bounds.HOST)] | UnsetType | None = UNSET
    login: Annotated[str, Meta(max_length=bounds.LOGIN)] | UnsetType | None = UNSET
    schema: Annotated[str, Meta(max_length=bounds.SCHEMA)] | UnsetType | None = UNSET
    port: Annotated[int, Meta(ge=0, le=65535)] | UnsetType | None = UNSET
    password: str | UnsetType | None = UNSET
    extra: str | UnsetType | None = UNSET
    team_name: TeamName | UnsetType | None = UNSET


class ConnectionTestResponse(Answer, kw_only=True):
    """Whether a connection could be made."""

    status: bool
    message: str


class ConnectionTestRequestBody(ConnectionBody, kw_only=True):
    """A connection to be tried out, and kept if it works and ``commit_on_success`` says so."""

    commit_on_success: bool = False
    executor: str | None = None
    queue: str | None = None


class ConnectionTestQueuedResponse(Answer, kw_only=True):
    """The test waits for a worker; ``token`` asks for its result."""

    token: str
    connection_id: str
    state: str


class AsyncConnectionTestResponse(Answer, kw_only=True):
    """A test's state, and what came of it."""

    token: str
    connection_id: str
    state: str
    result_message: str | None
    created_at: datetime
