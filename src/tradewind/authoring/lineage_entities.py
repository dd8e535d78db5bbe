"""What ``inlets`` and ``outlets`` named until Airflow 2 (``airflow.lineage.entities``). Kept, not used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class User:
    """Somebody."""

    email: str
    first_name: str | None = None
    last_name: str | None = None


@dataclass
class Tag:
    """A word for a table."""

    tag_name: str


@dataclass(kw_only=True)
class File:
    """A file."""

    url: str
    type_hint: str | None = None


@dataclass(kw_only=True)
class Column:
    """A column of a table."""

    name: str
    description: str | None = None
    data_type: str = ""
    tags: list[Tag] = field(default_factory=list)


@dataclass(kw_only=True)
class Table:
    """A table of a database."""

    database: str
    cluster: str
    name: str
    tags: list[Tag] = field(default_factory=list)
    description: str | None = None
    columns: list[Column] = field(default_factory=list)
    owners: list[User] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    type_hint: str | None = None
