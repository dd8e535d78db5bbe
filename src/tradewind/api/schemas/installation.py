"""What this installation is: configuration, provider packages, warnings about DAGs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tradewind.api.pagination import Paged
from tradewind.api.schemas.common import Answer

WarningType = Literal["asset conflict", "non-existent pool", "runtime varying value"]


class ConfigOption(Answer, kw_only=True):
    """An option."""

    key: str
    value: str


class ConfigSection(Answer, kw_only=True):
    """A section of airflow.cfg."""

    name: str
    options: list[ConfigOption]


class Config(Answer, kw_only=True):
    """The configuration."""

    sections: list[ConfigSection]


class ConfigQuery(msgspec.Struct, kw_only=True):
    """Which section."""

    section: str | None = None


class ProviderResponse(Answer, kw_only=True):
    """An installed provider package."""

    package_name: str
    description: str
    version: str
    documentation_url: str | None


class ProviderCollectionResponse(Answer, kw_only=True):
    """A page of provider packages."""

    providers: list[ProviderResponse]
    total_entries: int


class DAGWarningResponse(Answer, kw_only=True):
    """What is suspicious about a DAG."""

    dag_id: str
    warning_type: str
    message: str
    timestamp: datetime
    dag_display_name: str


class DAGWarningCollectionResponse(Answer, kw_only=True):
    """A page of warnings."""

    dag_warnings: list[DAGWarningResponse]
    total_entries: int


class DagWarningQuery(Paged, kw_only=True):
    """Which warnings to list."""

    dag_id: str | None = None
    warning_type: WarningType | None = None
