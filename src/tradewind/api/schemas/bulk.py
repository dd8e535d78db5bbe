"""Several changes of one noun in one request."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

import msgspec

from tradewind.api.schemas.common import Answer

E = TypeVar("E")
Existing = Literal["fail", "skip", "overwrite"]
Missing = Literal["fail", "skip"]


class _Action(
    msgspec.Struct, Generic[E], kw_only=True, forbid_unknown_fields=True, tag_field="action"
):  # fmt: skip
    """Base of the three."""


class BulkCreateAction(_Action[E], Generic[E], kw_only=True, tag="create"):
    """Create these; ``action_on_existence`` says what becomes of those that are there."""

    entities: list[E]
    action_on_existence: Existing = "fail"


class BulkUpdateAction(_Action[E], Generic[E], kw_only=True, tag="update"):
    """Change these."""

    entities: list[E]
    update_mask: list[str] | None = None
    action_on_non_existence: Missing = "fail"


class BulkDeleteAction(_Action[E], Generic[E], kw_only=True, tag="delete"):
    """Delete these, given by name or as objects that have it."""

    entities: list[str | E]
    action_on_non_existence: Missing = "fail"


class BulkBody(msgspec.Struct, Generic[E], kw_only=True, forbid_unknown_fields=True):
    """What to do, in that order."""

    actions: list[BulkCreateAction[E] | BulkUpdateAction[E] | BulkDeleteAction[E]]


class BulkActionResponse(Answer, kw_only=True):
    """How the actions of one kind went: names of what was done, and what was refused."""

    success: list[str] = msgspec.field(default_factory=list)
    errors: list[dict[str, Any]] = msgspec.field(default_factory=list)


class BulkResponse(Answer, kw_only=True):
    """How it went; a kind of action that was not asked for is null."""

    create: BulkActionResponse | None = None
    update: BulkActionResponse | None = None
    delete: BulkActionResponse | None = None
