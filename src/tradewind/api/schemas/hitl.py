"""Human in the loop: what tasks ask, and what people answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from tradewind.api.pagination import Paged
from tradewind.api.schemas.common import Answer, Body, JsonObject
from tradewind.api.schemas.task_instances import TaskInstanceHistoryResponse, TaskInstanceResponse

Options = Annotated[list[str], Meta(min_length=1)]


class HITLUser(Answer, kw_only=True):
    """Somebody who may answer, or has."""

    id: str
    name: str


class HITLRequest(Answer, kw_only=True):
    """A question with its answer, if there is one."""

    options: list[str]
    subject: str
    body: str | None
    defaults: list[str] | None
    multiple: bool
    params: JsonObject
    assigned_users: list[HITLUser]
    created_at: datetime
    responded_by_user: HITLUser | None
    responded_at: datetime | None
    chosen_options: list[str] | None
    params_input: JsonObject
    response_received: bool


class HITLDetail(HITLRequest, kw_only=True):
    """What a task instance asks."""

    task_instance: TaskInstanceResponse


class HITLDetailHistory(HITLRequest, kw_only=True):
    """What one try of a task instance asked."""

    task_instance: TaskInstanceHistoryResponse


class HITLDetailCollection(Answer, kw_only=True):
    """A page of questions."""

    hitl_details: list[HITLDetail]
    total_entries: int


class UpdateHITLDetailPayload(Body, kw_only=True):
    """An answer."""

    chosen_options: Options
    params_input: JsonObject = msgspec.field(default_factory=dict)


class HITLDetailResponse(Answer, kw_only=True):
    """An answer that was taken."""

    responded_by: HITLUser
    responded_at: datetime
    chosen_options: list[str]
    params_input: JsonObject


class HITLDetailQuery(Paged, kw_only=True):
    """Which questions to list."""

    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    task_id: str | None = None
    task_id_pattern: str | None = None
    task_id_prefix_pattern: str | None = None
    map_index: int | None = None
    state: tuple[str, ...] = ()
    response_received: bool | None = None
    responded_by_user_id: tuple[str, ...] = ()
    responded_by_user_name: tuple[str, ...] = ()
    subject_search: str | None = None
    body_search: str | None = None
    created_at_gte: datetime | None = None
    created_at_gt: datetime | None = None
    created_at_lte: datetime | None = None
    created_at_lt: datetime | None = None
