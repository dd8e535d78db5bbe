"""Params of a DAG or a task."""

from __future__ import annotations

from typing import Any

import msgspec


class ParamSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A default value and the JSON schema (draft 2020-12 keywords) that any value must satisfy.

    ``required`` is True where there is no default.
    """

    value: Any = None
    description: str | None = None
    schema: dict[str, Any] = {}
    required: bool = False
